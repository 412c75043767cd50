"""A ledger for a terminal: the table of tiers by outcome, and the scenarios that were not kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

from support.core.outcome import Outcome

OUTCOME_STYLES = {
    Outcome.KEPT: "green",
    Outcome.BROKEN: "bold red",
    Outcome.ENVIRONMENT: "bold magenta",
    Outcome.NOT_OFFERED: "cyan",
    Outcome.KNOWN_DEVIATION: "yellow",
    Outcome.NOT_RUN: "bold yellow",
}


def summary_table(ledger: Mapping[str, Any]) -> Table:
    """Tiers by outcome, as `ledger.json` counts them. Kept and broken always have a column, others if they occur."""
    totals = ledger["totals"]
    shown = [o for o in Outcome if totals[o.value] or o in (Outcome.KEPT, Outcome.BROKEN)]
    table = Table(
        box=None, pad_edge=False, padding=(0, 2, 0, 0), show_footer=True, header_style="bold", footer_style="bold"
    )
    table.add_column("Tier", footer="all")
    for outcome in shown:
        table.add_column(outcome.words.replace(" ", "\n"), footer=str(totals[outcome.value]), justify="right")
    table.add_column("scenarios", footer=str(totals["collected"]), justify="right")
    for tier, counts in totals["tiers"].items():
        cells = [_count(outcome, counts[outcome.value]) for outcome in shown]
        table.add_row(tier.capitalize(), *cells, str(counts["collected"]))
    return table


def _count(outcome: Outcome, count: int) -> Text:
    return Text(str(count), style=OUTCOME_STYLES[outcome]) if count else Text("·", style="dim")


def shortfalls(ledger: Mapping[str, Any]) -> list[Text]:
    """A block for each scenario that was not kept: its place, the step, and the reason.

    Scenarios that were not run come last, a line each.
    """
    bad = [entry for entry in ledger["scenarios"] if not Outcome(entry["outcome"]).acceptable]
    not_run = [entry for entry in bad if entry["outcome"] == Outcome.NOT_RUN]
    blocks = [_failure(entry) for entry in bad if entry["outcome"] != Outcome.NOT_RUN]
    if not_run:
        blocks.append(Text("\n").join([*map(_head, not_run), Text()]))
    return blocks


def _failure(entry: Mapping[str, Any]) -> Text:
    lines = [Text("  ").append_text(line) for line in _details(entry)]
    return Text("\n").join([_head(entry), *lines, Text()])


def _head(entry: Mapping[str, Any]) -> Text:
    outcome = Outcome(entry["outcome"])
    place = (f"  ({entry['feature']}:{entry['line']})", "dim")
    return Text.assemble(
        (outcome.words, OUTCOME_STYLES[outcome]), "  ", (entry["row"], "bold"), "  ", entry["title"], place
    )


def _details(entry: Mapping[str, Any]) -> Iterator[Text]:
    if entry["step"]:
        yield Text.assemble(entry["step"], (f"  ({entry['feature']}:{entry['step_line']})", "dim"))
    if entry["outcome"] == Outcome.BROKEN:
        yield Text.assemble(("promised  ", "dim"), entry["rule"] or entry["title"])
    label = {Outcome.BROKEN: "seen      ", Outcome.ENVIRONMENT: "happened  "}.get(
        Outcome(entry["outcome"]), "because   "
    )
    first, *rest = (entry["reason"] or "").splitlines() or [""]
    yield Text.assemble((label, "dim"), first)
    for line in rest:
        yield Text(" " * len(label) + line)


def conclusion(ledger: Mapping[str, Any]) -> Text:
    """One line: whether the backend keeps its promises, as far as this run can tell."""
    totals = ledger["totals"]
    count = totals["collected"]
    of_all = "the scenario" if count == 1 else f"all {count} scenarios"
    bad = [(o, totals[o.value]) for o in Outcome if totals[o.value] and not o.acceptable]
    if bad:
        listed = ", ".join(f"{number} {outcome.words}" for outcome, number in bad)
        return Text(f"Not every promise was shown to be kept: of {_scenarios(count)} {listed}.", style="bold red")
    if ledger["mismatches"]:
        return Text("The counts do not agree, so this run proves nothing.", style="bold red")
    if not any(totals[outcome.value] for outcome in Outcome if outcome.judged):
        return Text(f"No promise was judged: of {_scenarios(count)} none is offered by this target.", style="bold red")
    unseen = totals["not_looked_at"]
    unlooked = f" {unseen} check{' was' if unseen == 1 else 's were'} not looked at." if unseen else ""
    if totals[Outcome.KEPT.value] == count:
        return Text(f"Every promise was kept: {of_all}.{unlooked}", style="bold green")
    excused = [(o, totals[o.value]) for o in (Outcome.NOT_OFFERED, Outcome.KNOWN_DEVIATION) if totals[o.value]]
    listed = ", ".join(f"{number} {outcome.words}" for outcome, number in excused)
    return Text(f"{totals[Outcome.KEPT.value]} of {_scenarios(count)} kept; {listed}.{unlooked}", style="bold green")


def _scenarios(count: int) -> str:
    return "1 scenario" if count == 1 else f"{count} scenarios"
