"""The recorded calls of performers as operations of a history."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

from support.drivers.contract.types import Run
from support.drivers.recording import Call, Lost
from support.specification.calls import act_of, thread_of
from support.specification.history import ThreadOperation, shown
from support.verdicts.history import Operation, Unknown


def operations_of(calls: Iterable[Call], names: Mapping[str, str]) -> Iterator[ThreadOperation]:
    """The calls of performers about the threads in `names`, which has their names by id."""
    runs: dict[str, str] = {}
    for call in calls:
        if isinstance(call.outcome, Run):
            runs[call.outcome.id] = call.outcome.thread_id
        act = act_of(call.name, call.arguments)
        thread = thread_of(call.arguments, call.outcome, runs)
        if call.performer is None or act is None or thread is None or thread not in names:
            continue
        is_lost = isinstance(call.outcome, Lost)
        outcome = Unknown() if is_lost else shown(call.outcome)
        ended = math.inf if is_lost else call.ended
        yield Operation(call.number, call.performer, names[thread], act, call.began, ended, outcome)
