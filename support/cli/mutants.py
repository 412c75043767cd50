"""`threadproof prove --mutants`: records the lines of scenarios where that is needed, then plays the mutants."""

from __future__ import annotations

import os
from collections.abc import Sequence

from rich.console import Console

from support.cli.overview import selected
from support.cli.playing import GROUPED, arguments_for, play, workers_option
from support.core.failure import BadInput
from support.core.settings import settings
from support.faults.mutants.choice import Draw
from support.faults.proof import read_record
from support.gherkin.selection import Selection
from support.pytest_plugin.line_recorder import without_record
from support.pytest_plugin.mutation_output import MutationOutput
from support.pytest_plugin.run_output import Silence


def mutant_draw(mutants: int | None, seed: int | None, others: Sequence[object]) -> Draw:
    """The mutants that a command asks for; `others` are the options for other kinds of proof.

    Raises:
        BadInput: the number is no number of mutants, there is a seed alone, or another kind of proof is asked for.
    """
    if mutants is None:
        raise BadInput("--seed goes with --mutants: it says which of all mutants are drawn")
    if mutants < 1:
        raise BadInput(f"--mutants: expected how many mutants to play, 1 or more, got {mutants}")
    if any(others):
        raise BadInput("--mutants goes with none of --fault, --rebind and --changed: it plays no faults")
    return Draw(1 if seed is None else seed, mutants)


def play_mutants(selection: Selection, wanted: Draw, workers: int | None, console: Console) -> MutationOutput:
    """Play mutants with the selected scenarios; the output has their score, or none if something went wrong.

    Raises:
        BadInput: the record of the proof, or that of the lines, cannot be read.
    """
    read_record(settings().reports / "proof.json")  # the score is added to what is there
    parallel = [*GROUPED, *workers_option(workers)]
    if count := len(without_record(selected(selection))):
        console.print(f"recording which lines {count} scenarios run", highlight=False)
        play(["--prove", "--record-lines", *parallel, *arguments_for(selection)], Silence())
    os.environ.setdefault("THREADPROOF_WAIT_SECONDS", "1.5")
    os.environ.setdefault("THREADPROOF_STEP_SECONDS", "10")
    settings.cache_clear()
    output = MutationOutput(console)
    options = [f"--mutants={wanted.number}", f"--seed={wanted.seed}"]
    output.code = play(["--prove", *options, *parallel, *arguments_for(selection)], output)
    return output
