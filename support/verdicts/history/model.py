"""The promised behaviour of an object, as one caller at a time would see it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Generic, Literal, TypeAlias, TypeVar

from support.verdicts.history.operations import Declined, Operation, Unknown

State = TypeVar("State", bound=Hashable)
Act = TypeVar("Act")
Result = TypeVar("Result")


class Step(Enum):
    """The result of a step that the model does not allow."""

    NOT_ALLOWED = "not allowed"


NOT_ALLOWED: Final = Step.NOT_ALLOWED
NotAllowed: TypeAlias = Literal[Step.NOT_ALLOWED]


class Model(ABC, Generic[State, Act, Result]):
    """The sequential behaviour of one kind of object. States are hashable, and shown by their `str`."""

    @abstractmethod
    def initial(self, target: str) -> State:
        """The state of this object before the first operation."""

    @abstractmethod
    def step(self, state: State, act: Act, outcome: Result | Declined | Unknown) -> State | NotAllowed:
        """The state after this act with this outcome, or that the act cannot have this outcome in this state.

        For an unknown outcome it is the state that the effect leads to; the search itself considers that there was
        none.
        """

    @abstractmethod
    def changes(self, act: Act, outcome: Result | Declined | Unknown) -> bool:
        """Whether there is a state that this operation changes; if not, leaving it out proves no less."""

    def views(self, operations: Sequence[Operation[Act, Result]]) -> Iterable[View]:
        """Weaker promises on parts of the object: where one of them is broken, so is the whole."""
        del operations
        return ()


AnyModel: TypeAlias = Model[Any, Any, Any]
AnyOperation: TypeAlias = Operation[Any, Any]


@dataclass(frozen=True)
class View:
    """A part of an object, with its own promise and what the operations show of it."""

    name: str
    model: AnyModel
    operations: tuple[AnyOperation, ...]
