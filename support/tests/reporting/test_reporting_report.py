"""Making the report: from real results, without npm, before any run, and into a folder that cannot be written to."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

import pytest

from support.core.failure import BadInput
from support.reporting.node import HOME, NodeFailed, install
from support.reporting.offline import NotOffline, offline_html
from support.reporting.report import (
    RESULTS,
    ReportBuilt,
    ReportUnavailable,
    build_report,
    check_writable,
    clear_results,
)
from support.tests.reporting.outcome_suite import OutcomeSuite

NOWHERE = "http://127.0.0.1:9/"


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reports folder of a suite that has been run."""
    suite = OutcomeSuite(tmp_path_factory.mktemp("report"))
    assert suite.pytest("-n0", "--words=One more").returncode == 0
    return suite.reports


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An installation that has not been made yet, with npm unable to reach any registry. Gives its folder."""
    home = tmp_path / "reports"
    home.mkdir()
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HOME / name, home)
    monkeypatch.setenv("npm_config_registry", NOWHERE)
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm-cache"))
    monkeypatch.setattr("support.reporting.node.HOME", home)
    return home


def test_the_report_is_one_file_that_stands_alone(reports: Path) -> None:
    built = build_report(reports)
    assert built == ReportBuilt(reports / "index.html"), built
    page = (reports / "index.html").read_text("utf-8")
    assert "googletagmanager" not in page
    assert "Content-Security-Policy" in page
    assert not list(reports.glob("*.tmp"))


def test_a_run_enters_the_history_once(reports: Path) -> None:
    history = reports / "history.jsonl"
    build_report(reports)
    assert len(history.read_text("utf-8").splitlines()) == 1
    ledger = reports / "ledger.json"
    later = time.time() + 1
    os.utime(ledger, (later, later))
    build_report(reports)
    entries = [json.loads(line) for line in history.read_text("utf-8").splitlines()]
    assert len(entries) == 2
    assert all(len(entry["testResults"]) == 1 for entry in entries)


def test_an_installation_is_made_once(reports: Path) -> None:
    build_report(reports)
    stamp = HOME / "node_modules" / ".threadproof-installed"
    before = stamp.stat().st_mtime_ns
    install(HOME)
    assert stamp.stat().st_mtime_ns == before


def test_without_npm_the_results_stay_and_a_message_says_so(reports: Path, offline: Path) -> None:
    before = sorted(file.name for file in (reports / RESULTS).iterdir())
    built = build_report(reports)
    assert isinstance(built, ReportUnavailable)
    assert "npm ended with code" in built.reason
    assert "threadproof report" in built.what_to_do
    assert sorted(file.name for file in (reports / RESULTS).iterdir()) == before
    assert not (offline / "node_modules" / ".threadproof-installed").exists()


def test_an_installation_without_a_writable_folder_is_reported(tmp_path: Path) -> None:
    with pytest.raises(NodeFailed, match="No such file"):
        install(tmp_path / "nowhere")


def test_a_report_before_any_run_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="run `threadproof run` first"):
        build_report(tmp_path)


def test_a_folder_that_cannot_be_written_to_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BadInput, match=r"cannot be written to .*; set THREADPROOF_REPORTS"):
        check_writable(tmp_path / "file" / "out")


def test_clearing_removes_only_results(tmp_path: Path) -> None:
    (tmp_path / RESULTS).mkdir()
    (tmp_path / RESULTS / "old-result.json").write_text("{}")
    (tmp_path / "history.jsonl").write_text("{}")
    assert clear_results(tmp_path) == tmp_path / RESULTS
    assert sorted(file.name for file in tmp_path.rglob("*")) == [RESULTS, "history.jsonl"]


def page(inside: str) -> str:
    return f"<!DOCTYPE html><html><head><title>x</title></head><body>{inside}</body></html>"


def test_scripts_from_elsewhere_and_analytics_are_removed() -> None:
    inline = "<script>window.ours = 1;</script>"
    foreign = '<script async src="https://stats.example/x.js"></script>'
    analytics = "<script>\n window.dataLayer = [];\n function gtag(){dataLayer.push(1)}</script>"
    result = offline_html(page(f"{inline}{foreign}{analytics}<p>kept</p>"))
    assert inline in result
    assert "<p>kept</p>" in result
    assert "stats.example" not in result
    assert "dataLayer" not in result


@pytest.mark.parametrize(
    "inside",
    [
        '<img src="https://stats.example/pixel.gif">',
        '<link rel="stylesheet" href="//fonts.example/x.css">',
        '<iframe src="http://stats.example"></iframe>',
        '<script src="local.js"></script>',
    ],
)
def test_a_page_that_would_still_fetch_is_refused(inside: str) -> None:
    with pytest.raises(NotOffline, match="the report would ask for <"):
        offline_html(page(inside))


def test_a_page_that_cannot_carry_the_policy_is_refused() -> None:
    with pytest.raises(NotOffline, match="it has no <head>"):
        offline_html("<p>no head</p>")
