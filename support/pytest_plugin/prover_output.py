"""The output of `threadproof prove`: a line for each fault, then the problems."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from rich.console import Console
from rich.text import Text

from support.core.settings import settings
from support.faults import rebind
from support.faults.fault import catalogue
from support.faults.proof import Judged, Proof, Trial, Verdict
from support.pytest_plugin.run_output import silence_pytest
from support.pytest_plugin.state import run_state

VERDICT_STYLES = {Verdict.CAUGHT: "green", Verdict.MISSED: "bold red", Verdict.INERT: "bold magenta"}
WIDTH = max(len(verdict) for verdict in Verdict)


class ProverOutput:
    """A pytest plugin; `proof` is there once the session is over."""

    def __init__(self, console: Console) -> None:
        self.proof: Proof | None = None
        self._console = console
        self._selected: list[str] = []
        self._trials: dict[str, list[Trial]] = {}
        self._prover: Any = None

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Print in place of pytest."""
        silence_pytest(config)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Record the scenarios of this run."""
        self._prover = session.config.pluginmanager.get_plugin("threadproof_prover")
        self._selected = [scenario.id for scenario in (run_state(session.config).expected or ())]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Print a fault as soon as all its trials are over."""
        data: dict[str, Any] | None = getattr(report, "trial", None)
        if data is None:
            return
        trial = Trial(**data)
        if trial.fault is None:
            return
        fault = catalogue()[trial.fault]
        trials = self._trials.setdefault(fault.name, [])
        trials.append(trial)
        if len(trials) < len(self._prover.scenarios_of(fault, self._selected)):
            return
        if self._prover.rebinds:
            for line in _bindings(Judged(fault, trials)):
                self._print(line)
        else:
            self._print(_line(Judged(fault.limited_to(self._selected), trials)))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Print the conclusion."""
        self.proof = self._prover.proof
        if self._prover.only_changed:
            for line in _left_out(self._prover.reasons, self._prover.left_out):
                self._print(line)
        if self.proof is None:
            return
        self._print("")
        if self._prover.rebinds:
            self._print(f"rebind  {settings().reports / rebind.FILE}")
            self._print("to accept: uv run python -m support.faults.rebind [FAULT ...]")
            return
        for line in _shortcomings(self.proof):
            self._print(line)
        for function in self.proof.never_broken if self.proof.whole else ():
            self._print(Text(f"no fault breaks a scenario at {function}", style="bold red"))
        for code in self.proof.never_seen if self.proof.whole else ():
            self._print(Text(f"no fault breaks a scenario with {code.value}", style="bold red"))
        self._print(f"proof   {settings().reports / 'proof.json'}")
        self._print(_conclusion(self.proof))

    def pytest_internalerror(self, excrepr: object) -> None:
        """Print an error of the suite itself in full: it is a defect to report."""
        self._print(Text(str(excrepr), style="red"))

    def _print(self, text: Text | str) -> None:
        self._console.print(text, soft_wrap=True, highlight=False)


def _line(judged: Judged) -> Text:
    rows = ", ".join(sorted({trial.row for trial in judged.trials}))
    seconds = sum(trial.seconds for trial in judged.trials)
    return Text.assemble(
        (judged.verdict.value.ljust(WIDTH), VERDICT_STYLES[judged.verdict]),
        f"  {rows}  {judged.fault.name}  ",
        (f"{seconds:.2f} s", "dim"),
    )


def _left_out(reasons: Mapping[str, str], count: int) -> Iterator[Text]:
    """What is played because something has changed, and how much is not."""
    for reason, number in Counter(reasons.values()).most_common():
        yield Text(f"played, since {reason}: {number} faults and scenarios")
    yield Text(f"left out: {count} faults; since the last proof nothing has changed that they depend on", style="dim")


def _bindings(judged: Judged) -> Iterator[Text]:
    """What a fault breaks now: the same, another place, or nothing."""
    yield Text(f"{judged.fault.name}: {judged.fault.story}", style="bold")
    gone = rebind.unbroken(judged)
    for trial in judged.trials:
        failure = rebind.broken_by(trial)
        if failure is None and trial.outcome == "kept" and trial.scenario not in gone:
            continue  # played only because the fault may mean it
        if failure is None:
            yield Text(f"  unbroken  {trial.scenario}: {trial.outcome}: {first_line(trial.reason)}", style="bold red")
        else:
            same = failure in judged.fault.expected
            style = "green" if same else "yellow"
            yield Text(
                f"  {'unchanged' if same else 'now':9}  {failure}\n             {first_line(trial.reason)}", style=style
            )
    if not rebind.bindings(judged):
        yield Text("  breaks nothing", style="bold red")


def first_line(text: str | None) -> str:
    """The beginning of a reason; `rebind.json` and `proof.json` have all of it."""
    return (text or "").partition("\n")[0]


def _shortcomings(proof: Proof) -> list[Text]:
    lines: list[Text] = []
    for judged in proof.faults:
        if judged.verdict is not Verdict.CAUGHT:
            verdict = (judged.verdict.value, VERDICT_STYLES[judged.verdict])
            lines.append(Text.assemble(verdict, f"  {judged.fault.name}: {judged.fault.story}"))
            lines += _differences(judged)
    for trial in proof.red_without_fault:
        place = f"{trial.scenario} ({trial.title})"
        lines.append(Text(f"red without a fault: {place}: {trial.step}: {trial.reason}", style="bold red"))
    for scenario in proof.unproven:
        lines.append(Text(f"no fault proves: {scenario.id} ({scenario.title}; {scenario.place})", style="bold red"))
    return lines


def _differences(judged: Judged) -> Iterator[Text]:
    for expected in judged.fault.expected:
        trial = judged.trial_of(expected)
        got = "it was not played" if trial is None else _outcome(trial)
        yield Text(f"    {expected.scenario}\n      expected  {expected}\n      got       {got}")


def _outcome(trial: Trial) -> str:
    if trial.died:
        return f"{trial.scenario} {trial.outcome}, but the backend's process had died: {first_line(trial.reason)}"
    if trial.outcome == "kept":
        return f"{trial.scenario} kept"
    where = trial.step_function or trial.step
    code = f" with {trial.code}" if trial.code else ""
    return f"{trial.scenario} {trial.outcome} at {where}{code}: {trial.reason}"


def _conclusion(proof: Proof) -> Text:
    verdicts = Counter(judged.verdict for judged in proof.faults)
    counts = ", ".join(f"{verdicts[verdict]} {verdict}" for verdict in Verdict)
    sound = len(proof.sound) - len(proof.red_without_fault)
    text = f"{len(proof.faults)} faults: {counts}. {sound} of {len(proof.sound)} scenarios are kept without a fault, "
    text += f"{len(proof.unproven)} are unproven."
    return Text(text, style="bold green" if proof.holds else "bold red")
