"""Acts: what a person can do, declared once as a sentence and usable in every form.

    @act("{who} [starts] a conversation called {title:Quoted}")
    async def starts(actor: Customer, title: str) -> None: ...

gives Given "Mia has started ...", When "Mia starts ...", When "Mia tries to start ..." and "Mia starts ..." as a row of
a table of acts. The person may be "each of them". Only the verb in brackets is inflected. The fixture `people` finds
the persons and records the outcome of an attempt, which becomes the fixture `attempts`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar

from pytest_bdd import parsers

from support.core.failure import EnvironmentFailed
from support.core.people import EVERYBODY
from support.core.scenario import StepText
from support.core.settings import settings
from support.gherkin.sentences import DEFINITIONS, StepDefinition, background_loop, parser_of
from support.gherkin.verbs import verb

ActFunction = TypeVar("ActFunction", bound=Callable[..., Awaitable[Any]])
VERB = re.compile(r"\[(\w+)\]")
FIELD = re.compile(r"\{(\w+)(?::\w+)?\}")
KIND = re.compile(r"\{(\w+)(?::(\w+))?\}")
THEN = ", then "
ACT_PART = re.compile(rf'"[^"]*"|{THEN}|.')
"""The parts of a cell of acts: quoted words, which may contain `, then `; the separator; any other character."""
GIVEN = {"actor", "datatable"}
"""Parameters that neither the sentence nor a fixture fills."""


class Performers(Protocol):
    """The methods that acts need of the fixture `people`."""

    def actors(self, who: str) -> Sequence[Any]:
        """The persons that a sentence names."""
        ...

    async def attempt(self, actor: Any, act: str, doing: Callable[[], Awaitable[Any]]) -> Any:
        """Let a person do an act, in words, that the product may refuse; returns its outcome."""
        ...

    def attempted(self, outcomes: Sequence[Any]) -> Any:
        """The outcomes of one step as one value, the fixture `attempts`."""
        ...


@dataclass(frozen=True)
class Act:
    """A sentence, and the function behind all its forms. `present` and `attempt` match rows of a table of acts."""

    pattern: str
    function: Callable[..., Awaitable[Any]]
    present: parsers.parse
    attempt: parsers.parse

    @property
    def fixtures(self) -> list[str]:
        """The fixtures that the function needs."""
        known = {*FIELD.findall(self.pattern), *GIVEN}
        return [name for name in inspect.signature(self.function).parameters if name not in known]

    @property
    def takes_table(self) -> bool:
        """Whether its arguments continue in a data table."""
        return "datatable" in inspect.signature(self.function).parameters

    def is_row(self, text: str) -> bool:
        """Whether this is the act that a row of a table of acts names."""
        return not self.takes_table and (self.present.is_matching(text) or self.attempt.is_matching(text))

    def tried_by(self, who: str, arguments: Mapping[str, Any]) -> str:
        """The sentence of an attempt, such as `Mia tries to mark "Boxes" as archived`."""

        def word(field: re.Match[str]) -> str:
            value = who if field[1] == "who" else arguments[field[1]]
            return f'"{value}"' if field[2] == "Quoted" else str(value)

        return KIND.sub(word, _inflected(self.pattern, "base"))

    async def do(self, actor: Any, arguments: Mapping[str, Any]) -> Any:
        """Let one person do it."""
        return await self.function(actor=actor, **arguments)


ACTS: list[Act] = []


def act(pattern: str) -> Callable[[ActFunction], ActFunction]:
    """Declare an act.

    Raises:
        ValueError: the pattern does not begin with a person, or has no verb of the table in brackets.
    """
    if not pattern.startswith("{who} [") or len(VERB.findall(pattern)) != 1:
        raise ValueError(f"expected an act such as '{{who}} [starts] ...', got {pattern!r}")

    def declare(function: ActFunction) -> ActFunction:
        declared = Act(pattern, function, *(parser_of(_inflected(pattern, form)) for form in ("present", "base")))
        ACTS.append(declared)
        forms = (
            ("given", "participle", None),
            ("when", "present", None),
            ("when", "base", "attempts"),
        )
        for kind, form, fixture in forms:
            parser = parser_of(_inflected(pattern, form))
            step = _step(declared, trying=fixture is not None)
            DEFINITIONS.append(StepDefinition(kind, parser.name, parser, function, step, fixture, declared=pattern))
        return function

    return declare


def find_act(text: str) -> tuple[Act, dict[str, Any], bool]:
    """The act that a sentence names, its arguments, and whether it is an attempt, which may be refused.

    Raises:
        EnvironmentFailed: no act matches, several do, or the act needs a data table.
    """
    found = [one for one in ACTS if one.is_row(text)]
    if len(found) != 1:
        raise EnvironmentFailed(f"expected one act that fits into a row, got {len(found)} for {text!r}")
    [one] = found
    is_tried = not one.present.is_matching(text)
    return one, (one.attempt if is_tried else one.present).parse_arguments(text) or {}, is_tried


def acts_in(step: StepText) -> Iterator[tuple[str, list[Act]]]:
    """The sentences in a step's table of acts, each with the acts that match it: one, if the feature is right."""
    if step.table is None or "act" not in step.table[0]:
        return
    column = step.table[0].index("act")
    for row in step.table[1:]:
        for text in sequence(row[column]):
            yield text, [one for one in ACTS if one.is_row(text)]


def sequence(cell: str) -> list[str]:
    """The sentences of a cell such as `Mia opens "X", then writes "Y" in "X"`, each with its person."""
    parts = [""]
    for token in ACT_PART.findall(cell):
        parts = [*parts, ""] if token == THEN else [*parts[:-1], parts[-1] + token]
    first, *others = parts
    who = EVERYBODY if first.startswith(EVERYBODY) else first.partition(" ")[0]
    return [first, *(f"{who} {other}" for other in others)]


def _inflected(pattern: str, form: str) -> str:
    auxiliary = {"present": "", "participle": "has ", "base": "tries to "}[form]
    with_verb = VERB.sub(lambda match: auxiliary + getattr(verb(match[1]), form), pattern)
    return with_verb.replace("{who}", "{who:Who}")


def _step(declared: Act, *, trying: bool) -> Callable[..., Any]:
    def step(people: Performers, who: str, **arguments: Any) -> Any:
        __tracebackhide__ = True
        if "people" in declared.fixtures:
            arguments["people"] = people
        run = _try_all if trying else _do_all
        return background_loop().run(run(people, declared, who, arguments), settings().step_seconds)

    names = dict.fromkeys(["people", *FIELD.findall(declared.pattern), *declared.fixtures])
    parameters = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in names]
    if declared.takes_table:
        parameters.append(inspect.Parameter("datatable", inspect.Parameter.POSITIONAL_OR_KEYWORD))
    step.__signature__ = inspect.Signature(parameters)  # pyright: ignore[reportFunctionMemberAccess]
    for name in ("__module__", "__name__", "__qualname__"):
        setattr(step, name, getattr(declared.function, name))
    return step


async def _do_all(people: Performers, declared: Act, who: str, arguments: Mapping[str, Any]) -> None:
    for actor in people.actors(who):
        await declared.do(actor, arguments)


async def _try_all(people: Performers, declared: Act, who: str, arguments: Mapping[str, Any]) -> Any:
    actors = people.actors(who)
    act = declared.tried_by(who, arguments)
    return people.attempted([await people.attempt(one, act, partial(declared.do, one, arguments)) for one in actors])
