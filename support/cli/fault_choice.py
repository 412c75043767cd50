"""The faults that `threadproof prove --fault` names: by their own names, or by the scenario that they break."""

from __future__ import annotations

from collections.abc import Sequence

from support.cli.overview import selected
from support.core.failure import BadInput
from support.core.hints import nearest
from support.faults.fault import Fault, catalogue
from support.gherkin.selection import Selection


def chosen_faults(names: Sequence[str], selection: Selection, *, rebinds: bool) -> list[str]:
    """The names of the faults to play.

    Args:
        names: each the name of a fault, or the id of a scenario, which stands for every fault that names it.
        selection: the scenarios to be played.
        rebinds: whether a fault may name a scenario that does not exist any more.

    Raises:
        BadInput: a name is unknown, or a fault breaks none of the selected scenarios.
    """
    everywhere = [one.id for one in selected(Selection())]
    found = list(dict.fromkeys(fault for name in names for fault in _named(name, everywhere)))
    here = {one.id for one in selected(selection)}
    for name in found:
        wanted = [one.scenario for one in catalogue()[name].expected]
        if not rebinds and not here & set(wanted):
            raise BadInput(f"the fault {name!r} breaks none of the selected scenarios; it breaks {', '.join(wanted)}")
    return found


def _named(name: str, scenarios: Sequence[str]) -> list[str]:
    if name in catalogue():
        return [name]
    if name not in scenarios:
        raise BadInput(f"there is no fault and no scenario {name!r}{nearest(name, [*catalogue(), *scenarios])}")
    found = [fault.name for fault in catalogue().values() if _breaks(fault, name)]
    if not found:
        raise BadInput(f"no fault breaks the scenario {name!r}; add one to support/faults/catalogue")
    return found


def _breaks(fault: Fault, scenario: str) -> bool:
    return any(one.scenario == scenario for one in fault.expected)
