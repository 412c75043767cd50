"""Makes `index.html` from the Allure results: one file that opens from disk and makes no network request."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.core.failure import BadInput
from support.reporting.node import HOME, NodeFailed, run_allure
from support.reporting.offline import offline_html
from support.reporting.proof_page import summary

RESULTS = "allure-results"
"""The folder of Allure results below the reports folder; the value for `--alluredir`."""

SHOWN_SETTINGS = ("threadproof", "python", "command", "started_at")


@dataclass(frozen=True)
class ReportBuilt:
    """The path of the report."""

    path: Path


@dataclass(frozen=True)
class ReportUnavailable:
    """Why there is no report although there are results, and how to get one."""

    reason: str
    what_to_do: str


def check_writable(reports: Path) -> None:
    """Check that reports can be written, before anything runs.

    Raises:
        BadInput: the folder cannot be made or written to.
    """
    try:
        reports.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=reports):
            pass
    except OSError as error:
        raise BadInput(
            f"reports cannot be written to {reports}: {error.strerror}; set THREADPROOF_REPORTS to a folder that can"
        ) from None


def clear_results(reports: Path) -> Path:
    """Remove the Allure results of the last run; returns the empty folder for the next."""
    folder = reports / RESULTS
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def build_report(reports: Path) -> ReportBuilt | ReportUnavailable:
    """Make `index.html` in the reports folder from the results of the last run there.

    Raises:
        BadInput: there are no results yet, or the folder cannot be written to.
    """
    ledger = reports / "ledger.json"
    results = reports / RESULTS
    if not ledger.exists() or not any(results.glob("*-result.json")):
        raise BadInput(f"there are no results in {reports} to report on; run `threadproof run` first")
    check_writable(reports)
    with tempfile.TemporaryDirectory(prefix="threadproof-report-") as scratch:
        folder = Path(scratch)
        config = folder / "allurerc.json"
        config.write_text(json.dumps(_configuration(reports, ledger, folder / "report")), "utf-8")
        try:
            run_allure(["generate", "--config", str(config), str(results)], cwd=folder)
        except NodeFailed as error:
            return ReportUnavailable(
                f"the report could not be generated: {error}",
                f"the results are kept in {results}; run `threadproof report` once npm can reach its registry",
            )
        page = next((folder / "report").rglob("index.html"))
        html = offline_html(page.read_text("utf-8"))
    index = reports / "index.html"
    unfinished = index.with_suffix(".tmp")
    unfinished.write_text(html, "utf-8")
    unfinished.replace(index)
    return ReportBuilt(index)


def _configuration(reports: Path, ledger: Path, output: Path) -> dict[str, Any]:
    """The configuration of Allure; its constant part is `reports/allurerc.json`.

    A run enters the history once, however often its report is made.
    """
    history = reports / "history.jsonl"
    entered = history.exists() and history.stat().st_mtime > ledger.stat().st_mtime
    base: dict[str, Any] = json.loads((HOME / "allurerc.json").read_text("utf-8"))
    return base | {
        "output": str(output),
        "historyPath": str(history.resolve()),
        "appendHistory": not entered,
        "variables": _variables(json.loads(ledger.read_text("utf-8"))) | _proof(reports / "proof.json"),
    }


def _proof(path: Path) -> dict[str, str]:
    """What the last proof says, where there is one that can be read."""
    try:
        return {"proof": summary(json.loads(path.read_text("utf-8")))}
    except (OSError, ValueError, KeyError, TypeError):
        return {}  # the ledger tells of a record that cannot be read


def _variables(ledger: dict[str, Any]) -> dict[str, str]:
    invocation = ledger["invocation"]
    own = {*SHOWN_SETTINGS, "promises", "settings", "seconds", "ended", "pytest", "platform"}
    of_target = {name: value for name, value in invocation.items() if name not in own}
    return (
        {name.replace("_", " "): str(value) for name, value in of_target.items()}
        | {name.replace("_", " "): invocation[name] for name in SHOWN_SETTINGS}
        | {
            f"what this product promises: {name.replace('_', ' ')}": said
            for name, said in invocation["promises"].items()
        }
    )
