"""The output of `threadproof prove --mutants`: a line for each mutant, then the score and the survivors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from rich.console import Console
from rich.text import Text

from support.core.settings import settings
from support.faults import seams
from support.faults.mutants.mutant import all_mutants
from support.faults.mutants.score import Fate, Judgment, MutationScore
from support.faults.proof import Trial
from support.pytest_plugin.mutation import MOST_TRIALS, mutant_of
from support.pytest_plugin.run_output import silence_pytest

FATE_STYLES = {
    Fate.KILLED: "green",
    Fate.SURVIVED: "bold red",
    Fate.ENVIRONMENT: "bold magenta",
    Fate.EQUIVALENT: "dim",
}
WIDTH = max(len(fate) for fate in Fate)


class MutationOutput:
    """A pytest plugin; `score` is there once the session is over, and `code` is pytest's exit code."""

    def __init__(self, console: Console) -> None:
        self.code = 0
        self.score: MutationScore | None = None
        self._console = console
        self._plugin: Any = None
        self._trials: dict[str, list[Trial]] = {}
        self._mutants = all_mutants(seams.backend_folder())

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Print in place of pytest."""
        silence_pytest(config)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Find the plugin that judges."""
        self._plugin = session.config.pluginmanager.get_plugin("threadproof_mutation")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Print a mutant as soon as it is killed."""
        data: dict[str, Any] | None = getattr(report, "trial", None)
        if data is None:
            return
        trial = Trial(**data)
        id_ = mutant_of(trial.fault)
        trials = self._trials.setdefault(id_, [])
        trials.append(trial)
        judgment = Judgment(self._mutants[id_], trials)
        if judgment.fate is Fate.KILLED:
            self._print(_line(judgment))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Print the others, and the score."""
        self.score = self._plugin.score if self._plugin else None
        if self.score is None:
            return
        for judgment in self.score.judgments:
            if judgment.fate is not Fate.KILLED:
                for line in _told(judgment):
                    self._print(line)
        self._print("")
        self._print(f"proof   {settings().reports / 'proof.json'}")
        self._print(conclusion(self.score))

    def pytest_internalerror(self, excrepr: object) -> None:
        """Print an error of the suite itself in full: it is a defect to report."""
        self._print(Text(str(excrepr), style="red"))

    def _print(self, text: Text | str) -> None:
        self._console.print(text, soft_wrap=True, highlight=False)


def _line(judgment: Judgment) -> Text:
    mutant, last = judgment.mutant, judgment.trials[-1] if judgment.trials else None
    by = f"  {last.scenario}" if last and judgment.fate is Fate.KILLED else ""
    return Text.assemble(
        (judgment.fate.value.ljust(WIDTH), FATE_STYLES[judgment.fate]),
        f"  {mutant.file}:{mutant.place.line} {mutant.within}{by}  ",
        (f"{len(judgment.trials)} played, {sum(trial.seconds for trial in judgment.trials):.1f} s", "dim"),
    )


def _told(judgment: Judgment) -> Iterator[Text]:
    mutant = judgment.mutant
    yield _line(judgment)
    yield Text(f"    - {mutant.before}", style="red")
    yield Text(f"    + {mutant.after}", style="green")
    if judgment.fate is Fate.EQUIVALENT:
        yield Text(f"    {judgment.reason}", style="dim")
    if judgment.fate is Fate.SURVIVED and judgment.runs_in > len(judgment.trials):
        yield Text(f"    {judgment.runs_in} scenarios run this line; the first {MOST_TRIALS} were played", style="dim")
    if judgment.fate is Fate.ENVIRONMENT and judgment.trials:
        last = judgment.trials[-1]
        died = "the backend's process ended: " if last.died else ""
        yield Text(f"    {died}{(last.reason or '').partition(chr(10))[0]}", style="dim")


def conclusion(score: MutationScore) -> Text:
    """The score in one line."""
    counts = ", ".join(f"{score.counts[fate]} {fate}" for fate in Fate)
    text = f"{score.played} mutants played with seed {score.draw.seed}: {counts}. Score {score.score:.1%}."
    clean = score.counts[Fate.KILLED] == score.played
    return Text(text, style="bold green" if clean else "bold yellow")
