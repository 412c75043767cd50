"""What a person sees while `threadproof prove` works: a line for each fault, then what is not as it should be."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from rich.console import Console
from rich.text import Text

from support.core.settings import settings
from support.faults.fault import Fault, catalogue
from support.faults.proof import Judged, Proof, Trial, Verdict
from support.pytest_plugin.run_output import silence_pytest
from support.pytest_plugin.state import run_state

STYLES = {Verdict.CAUGHT: "green", Verdict.MISSED: "bold red", Verdict.INERT: "bold magenta"}
WIDTH = max(len(verdict) for verdict in Verdict)


class ProverOutput:
    """A pytest plugin; `proof` is there once the session is over."""

    def __init__(self, console: Console) -> None:
        self.proof: Proof | None = None
        self._console = console
        self._selected: set[str] = set()
        self._trials: dict[str, list[Trial]] = {}

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Print in place of pytest."""
        silence_pytest(config)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Note which scenarios are played at all."""
        self._selected = {scenario.title for scenario in run_state(session.config).expected or ()}

    def services_ready(self, seconds: float) -> None:
        """Print that the services are up."""
        self._print(f"services ready in {seconds:.1f} s\n")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Print a fault as soon as all its trials are over."""
        data: dict[str, Any] | None = getattr(report, "trial", None)
        if data is None:
            return
        trial = Trial(**data)
        if trial.fault is None:
            return
        fault = catalogue()[trial.fault].within(self._selected)
        trials = self._trials.setdefault(fault.name, [])
        trials.append(trial)
        judged = Judged(fault, trials)
        if len(trials) == len(fault.reds):
            self._print(_line(judged))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Print the conclusion."""
        prover: Any = session.config.pluginmanager.get_plugin("threadproof_prover")
        self.proof = prover.proof
        if self.proof is None:
            return
        self._print("")
        for line in _shortcomings(self.proof):
            self._print(line)
        self._print(f"proof   {settings().reports / 'proof.json'}")
        self._print(_conclusion(self.proof))

    def pytest_internalerror(self, excrepr: object) -> None:
        """Print an error of the suite itself, whole: it is a defect to be reported."""
        self._print(Text(str(excrepr), style="red"))

    def _print(self, text: Text | str) -> None:
        self._console.print(text, soft_wrap=True, highlight=False)


def _line(judged: Judged) -> Text:
    rows = ", ".join(sorted({trial.row for trial in judged.trials}))
    seconds = sum(trial.seconds for trial in judged.trials)
    return Text.assemble(
        (judged.verdict.value.ljust(WIDTH), STYLES[judged.verdict]),
        f"  {rows}  {judged.fault.name}  ",
        (f"{seconds:.2f} s", "dim"),
    )


def _shortcomings(proof: Proof) -> list[Text]:
    lines: list[Text] = []
    for judged in proof.faults:
        if judged.verdict is not Verdict.CAUGHT:
            verdict = (judged.verdict.value, STYLES[judged.verdict])
            lines.append(Text.assemble(verdict, f"  {judged.fault.name}: {judged.fault.story}"))
            lines += [_difference(judged.fault, red.scenario, judged.trials) for red in judged.fault.reds]
    for trial in proof.red_without_fault:
        lines.append(Text(f"red without a fault: {trial.title}: {trial.step}: {trial.reason}", style="bold red"))
    for scenario in proof.unproven:
        lines.append(Text(f"no fault proves: {scenario.title} ({scenario.place})", style="bold red"))
    return lines


def _difference(fault: Fault, title: str, trials: Any) -> Text:
    red = next(red for red in fault.reds if red.scenario == title)
    trial = next((trial for trial in trials if trial.title == title), None)
    seen = "it was not played" if trial is None else f"{trial.outcome} at {trial.step!r}: {trial.reason}"
    return Text(f"    {title}\n      expected  broken at {red.step!r}: … {red.seen} …\n      seen      {seen}")


def _conclusion(proof: Proof) -> Text:
    verdicts = Counter(judged.verdict for judged in proof.faults)
    counts = ", ".join(f"{verdicts[verdict]} {verdict}" for verdict in Verdict)
    sound = len(proof.sound) - len(proof.red_without_fault)
    text = f"{len(proof.faults)} faults: {counts}. {sound} of {len(proof.sound)} scenarios are kept without a fault, "
    text += f"{len(proof.unproven)} are unproven."
    return Text(text, style="bold green" if proof.holds else "bold red")
