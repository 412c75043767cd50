"""The command line: `threadproof run`, `prove`, `report`, `list` and `explain`."""

from __future__ import annotations

import json
import os
import secrets
import sys
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from rich.console import Console

from support.cli import overview, sentence_list
from support.cli.fault_choice import chosen_faults
from support.cli.mutants import mutant_draw, play_mutants
from support.cli.playing import GROUPED, OutputFor, arguments_for, play, selection_of, workers_option
from support.core.failure import BadInput
from support.core.settings import settings
from support.faults.proof import read_record
from support.gherkin.selection import Selection
from support.pytest_plugin.prover_output import ProverOutput
from support.reporting.proof_page import write_proof_page
from support.reporting.report import ReportBuilt, build_report, check_writable, clear_results

USAGE_ERROR = 2

app = typer.Typer(
    help="Plays your product's promises against a running backend, and shows that each verdict can fail.",
    no_args_is_help=False,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Files = Annotated[list[Path] | None, typer.Argument(help="Feature files or folders; all of them if none is given.")]
Tier = Annotated[list[str] | None, typer.Option("--tier", "-t", help="Only this tier, such as free. May be repeated.")]
Row = Annotated[list[str] | None, typer.Option("--row", "-r", help="Only this row, such as TL-01. May be repeated.")]
Tag = Annotated[list[str] | None, typer.Option("--tag", help="Only scenarios with this tag, such as load.")]
Words = Annotated[list[str] | None, typer.Option("--words", "-k", help="Only scenarios with these words in the title.")]
Rebind = Annotated[bool, typer.Option("--rebind", help="List the failures of each fault now; no proof.")]
FaultNames = Annotated[
    list[str] | None, typer.Option("--fault", "-f", help="Only this fault, or those of this scenario. May be repeated.")
]
Changed = Annotated[bool, typer.Option("--changed", help="Only what has changed since the last proof.")]
Mutants = Annotated[int | None, typer.Option(help="Play this many mutants, drawn by the seed, in place of the faults.")]
Seed = Annotated[int | None, typer.Option(help="With --mutants: which of all mutants are drawn; 1 if not given.")]
Workers = Annotated[int | None, typer.Option("-n", help="How many scenarios play at once; 0 for one after the other.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON on standard output, and nothing else.")]


@app.callback(invoke_without_command=True)
def default(context: typer.Context) -> None:
    """Without a command: run everything."""
    if context.invoked_subcommand is None:
        run()


@app.command()
def run(
    files: Files = None,
    tier: Tier = None,
    row: Row = None,
    tag: Tag = None,
    words: Words = None,
    workers: Workers = None,
    as_json: AsJson = False,
    report: Annotated[bool, typer.Option(help="Make the HTML report afterwards.")] = True,
) -> None:
    """Play the scenarios against the target, and report.

    Exit code 0 means that every scenario was kept, is not offered by the target, or is a deviation listed in its
    profile; 1 that some promise was broken or could not be judged; 2 or 4 that the command cannot be carried out.
    """
    reports = settings().reports
    check_writable(reports)
    console = Console(stderr=as_json)
    results = clear_results(reports)
    arguments = [
        f"--alluredir={results}",
        *arguments_for(selection_of(files, tier, row, tag, words)),
        *workers_option(workers),
    ]
    code = play(arguments, OutputFor(console))
    if (reports / "ledger.json").exists() and code in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        if report:
            _report(reports, console)
        if as_json:
            sys.stdout.write((reports / "ledger.json").read_text("utf-8"))
    raise typer.Exit(code)


@app.command()
def prove(
    files: Files = None,
    tier: Tier = None,
    row: Row = None,
    fault: FaultNames = None,
    rebind: Rebind = False,
    changed: Changed = False,
    mutants: Mutants = None,
    seed: Seed = None,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Show that every scenario can fail: play it with each fault that must turn it red, and once without.

    A fault that breaks nothing, or not at the step function and with the failure code it declares, or that never acts,
    fails the proof; so does a scenario without any fault, or one that is broken without a fault. When everything is
    played, so does a Then sentence, or a failure code, that no fault has led to.

    With --mutants, small wrong changes of the backend are drawn by chance, and played with the scenarios that run them.
    """
    selection, console = selection_of(files, tier, row), Console(stderr=as_json)
    check_writable(settings().reports)
    if mutants is not None or seed is not None:
        wanted = mutant_draw(mutants, seed, [fault, rebind, changed])
        played = play_mutants(selection, wanted, workers, console)
        _show_proof(console)
        if as_json and played.score is not None:
            sys.stdout.write(json.dumps(played.score.to_json(), indent=2, ensure_ascii=False) + "\n")
        raise typer.Exit(played.code)
    faults = chosen_faults(fault or (), selection, rebinds=rebind)
    if files or tier or row or faults or changed:
        read_record(settings().reports / "proof.json")  # a part of a proof is added to what is there
    # A promise that is broken on purpose is never kept: a short wait is enough.
    os.environ.setdefault("THREADPROOF_WAIT_SECONDS", "1.5")
    settings.cache_clear()
    selected = [*arguments_for(selection), *(f"--fault={name}" for name in faults)]
    selected += ["--rebind"] if rebind else []
    selected += ["--changed"] if changed else []
    output = ProverOutput(console)
    code = play(["--prove", *GROUPED, *selected, *workers_option(workers)], output)
    _show_proof(console)
    if as_json and output.proof is not None:
        sys.stdout.write(json.dumps(output.proof.to_json(earlier={}), indent=2, ensure_ascii=False) + "\n")
    raise typer.Exit(code)


@app.command()
def explore(
    minutes: Annotated[float, typer.Option("--minutes", "-m", min=0.1, help="How long to tell stories.")] = 10,
    seed: Annotated[int | None, typer.Option("--seed", "-s", help="Which stories; by chance if not given.")] = None,
) -> None:
    """Tell random stories for some minutes, and show the first after which something is not as it should be.

    It is made as short as possible and printed as a scenario, with the seed that finds it again.
    """
    first = secrets.randbelow(10**6) if seed is None else seed
    reports = settings().reports / "explore"
    check_writable(reports)
    chosen = {"STORIES_MINUTES": minutes, "STORIES_SEED": first, "REPORTS": reports}
    os.environ |= {f"THREADPROOF_{name}": str(value) for name, value in chosen.items()}
    settings.cache_clear()
    console = Console()
    console.print(f"stories from seed {first} on, for {minutes:g} min", highlight=False)
    code = play(
        [f"--alluredir={clear_results(reports)}", *arguments_for(Selection(tags=("random",)))], OutputFor(console)
    )
    raise typer.Exit(code)


@app.command()
def report() -> None:
    """Make the HTML report from the results of the last run."""
    _report(settings().reports, Console())


@app.command("list")
def list_(
    files: Files = None,
    tier: Tier = None,
    row: Row = None,
    tag: Tag = None,
    words: Words = None,
    steps: Annotated[bool, typer.Option("--steps", help="The sentences instead, with how often each is used.")] = False,
    as_json: AsJson = False,
) -> None:
    """List tiers, rows, titles, values, and how many faults prove each scenario."""
    data: Any
    if steps:
        data = sentence_list.sentences()
        shown = sentence_list.sentence_table(data)
    else:
        data = overview.scenarios(selection_of(files, tier, row, tag, words))
        shown = overview.scenario_table(data)
    if as_json:
        sys.stdout.write(json.dumps(data, indent=2, ensure_ascii=False) + "\n")
    else:
        Console().print(shown)


@app.command()
def explain(row: Annotated[str, typer.Argument(help="A row, such as TL-01.")]) -> None:
    """Show one row in full: its scenarios, their value, the faults that prove them, the last outcome."""
    Console().print(overview.explanation(row), soft_wrap=True, highlight=False)


def _show_proof(console: Console) -> None:
    """Make the page of the proof, where there is one."""
    if (settings().reports / "proof.json").exists():
        console.print(f"page    {write_proof_page(settings().reports)}", soft_wrap=True, highlight=False)


def _report(reports: Path, console: Console) -> None:
    built = build_report(reports)
    if isinstance(built, ReportBuilt):
        console.print(f"report  {built.path}", soft_wrap=True, highlight=False)
    else:
        console.print(f"No report: {built.reason}. {built.what_to_do}", soft_wrap=True, highlight=False)


def main() -> None:
    """The entry point; bad input ends with one message."""
    try:
        app()
    except BadInput as error:
        sys.stderr.write(f"threadproof: {error}\n")
        sys.exit(USAGE_ERROR)
