"""The output of `threadproof run`: a line for each scenario as it ends, then the summary."""

from __future__ import annotations

import json
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from _pytest.terminal import TerminalReporter
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from support.core.failure import BadInput, EnvironmentFailed
from support.core.settings import settings
from support.pytest_plugin.ledger import Ledger, ScenarioRecord
from support.reporting.tables import OUTCOME_STYLES, conclusion, shortfalls, summary_table

WORD_WIDTH = len("known deviation")


class RunOutput:
    """The pytest plugin that prints for readers of features; pytest's own output is discarded.

    Errors of collection and of the suite are printed too.
    """

    def __init__(self, ledger: Ledger, console: Console) -> None:
        self._ledger = ledger
        self._console = console
        self._progress: Progress | None = None
        self._task = TaskID(0)
        self._shown: set[str] = set()

    def print(self, *parts: Any) -> None:
        """Print above the progress bar."""
        self._console.print(*parts, soft_wrap=True, highlight=False)

    def pytest_sessionstart(self) -> None:
        """Print the target and the changed settings, with passwords and tokens masked."""
        self.print(Text.assemble(("Threadproof", "bold"), f"  target: {settings().profile}"))
        for name in sorted(settings().model_fields_set):
            self.print(Text(f"THREADPROOF_{name.upper()}={settings().shown()[name]}", style="dim"))

    def services_ready(self, seconds: float) -> None:
        """Print that the services are up, and how long that took."""
        self.print(f"services ready in {seconds:.1f} s")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self) -> None:
        """Print how many scenarios will run in this process."""
        self._announce()

    @pytest.hookimpl(optionalhook=True, trylast=True)
    def pytest_xdist_node_collection_finished(self) -> None:
        """Print how many scenarios the workers will run."""
        self._announce()

    def _announce(self) -> None:
        count = len(self._ledger.records)
        if not count or self._progress is not None:
            return
        self.print(f"{count} scenario{'' if count == 1 else 's'} selected\n")
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task = self._progress.add_task("running", total=count)
        self._progress.start()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Print a scenario as soon as its last report has come."""
        record = self._ledger.records.get(report.nodeid)
        if record is None or not record.finished or report.nodeid in self._shown:
            return
        self._shown.add(report.nodeid)
        self.print(_line(record))
        if self._progress is not None:
            self._progress.advance(self._task)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Print why a file could not be collected."""
        if report.failed:
            self.print(Text(f"{report.nodeid}: {report.longreprtext.strip()}", style="bold red"))

    def pytest_internalerror(self, excrepr: object, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Print what stopped the session: the message of an expected failure, or the whole traceback of a defect."""
        self._stop_progress()
        foreseen = isinstance(excinfo.value, BadInput | EnvironmentFailed)
        self.print(Text(str(excinfo.value if foreseen else excrepr), style="bold red"))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None]:
        """After the ledger is written, print its summary."""
        yield
        self._stop_progress()
        if self._ledger.records and not session.config.option.collectonly:
            self._summarise(json.loads(self._ledger.path.read_text("utf-8")))

    def _stop_progress(self) -> None:
        if self._progress is not None:
            self._progress.stop()

    def _summarise(self, ledger: dict[str, Any]) -> None:
        self._console.print()
        for block in shortfalls(ledger):
            self.print(block)
        self._console.print(summary_table(ledger))
        self._console.print()
        for mismatch in ledger["mismatches"]:
            self.print(Text(mismatch, style="bold red"))
        if ledger["invocation"]["ended"] != "finished":
            self.print(Text(f"The run was cut short: {ledger['invocation']['ended']}.", style="bold yellow"))
        self.print(f"ledger  {self._ledger.path}")
        self.print(conclusion(ledger))


def _line(record: ScenarioRecord) -> Text:
    result, scenario = record.result, record.scenario
    word = (result.outcome.words.ljust(WORD_WIDTH), OUTCOME_STYLES[result.outcome])
    unseen = f"  {len(result.not_looked_at)} not looked at" if result.not_looked_at else ""
    return Text.assemble(word, f"  {scenario.row}  {scenario.title}  ", (f"{result.seconds:.2f} s{unseen}", "dim"))


class Silence:
    """A pytest plugin that prints nothing."""

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Print nothing in place of pytest's output."""
        silence_pytest(config)


def silence_pytest(config: pytest.Config) -> None:
    """Discard pytest's own output; its reporter stays, because other plugins use it."""
    standard = config.pluginmanager.get_plugin("terminalreporter")
    if standard is not None:
        config.pluginmanager.unregister(standard)
    nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - closed with the session
    config.add_cleanup(nowhere.close)
    config.pluginmanager.register(TerminalReporter(config, nowhere), "terminalreporter")
