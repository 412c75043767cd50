"""Outcomes of acts that the product may refuse, and the checks of every refusal."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from support.core.failure import Code, EnvironmentFailed, NotOffered, PromiseBroken
from support.drivers.contract.driver import Driver
from support.drivers.contract.types import Reason, Refusal
from support.snapshots.diff import listed


@dataclass(frozen=True)
class Attempt:
    """One act that the product may refuse. `act` says who tried what, `refusal` is None where it was done.

    `effects` are the changes and events of the refused act, `for_nothing` the text of the refusal of the same act on a
    thread that never existed, where the two must be equal, and `secrets` texts that the refusal must not contain.
    """

    act: str
    refusal: Refusal | None
    effects: Sequence[str] = ()
    for_nothing: str | None = None
    secrets: Sequence[str] = ()


@dataclass(frozen=True)
class Attempts:
    """The attempts of one step. `driver` tells what the target promises."""

    outcomes: tuple[Attempt, ...]
    driver: Driver = field(default_factory=Driver)

    def expect_refused(self, reason: str, *, several: bool) -> None:
        """Each attempt was refused for this reason, in the words of the features, without effects and without leaks.

        Raises:
            PromiseBroken: one was done, was refused for another reason, has an effect, or reveals a secret.
            EnvironmentFailed: the reason is unknown, or nothing was attempted.
            NotOffered: the target does not promise this refusal.
        """
        if len(self.outcomes) < 1 + several:
            raise EnvironmentFailed(f"expected {'several attempts' if several else 'one'}, got {len(self.outcomes)}")
        expect = _expectation(reason, self.driver)
        done = [one.act for one in self.outcomes if one.refusal is None]
        if done:
            raise PromiseBroken(Code.NOT_REFUSED, f"expected a refusal, because {reason}; got done: {listed(done)}")
        for one in self.outcomes:
            if one.refusal is not None:
                expect(one.act, one.refusal)
        for one in self.outcomes:
            _expect_no_more(one)


def _expect_no_more(attempt: Attempt) -> None:
    """A refusal reveals nothing, hides the thread where it must, and has had no effect."""
    refusal = attempt.refusal
    if refusal is None:
        return
    if refusal.leaks:
        raise PromiseBroken(
            Code.REFUSAL_LEAKS, f"{attempt.act}: the refusal shows {', '.join(refusal.leaks)}: {refusal.shown}"
        )
    if attempt.for_nothing is not None:
        if refusal.shown != attempt.for_nothing:
            raise PromiseBroken(
                Code.REFUSAL_TELLS,
                f"{attempt.act}: expected the refusal for a conversation that never existed, {attempt.for_nothing!r}, "
                f"got {refusal.shown!r}",
            )
        if told := [word for word in attempt.secrets if word in refusal.shown]:
            raise PromiseBroken(Code.REFUSAL_TELLS, f"{attempt.act}: expected no secrets in the refusal, got {told}")
    if attempt.effects:
        raise PromiseBroken(
            Code.REFUSAL_EFFECT, f"{attempt.act}: expected a refusal to change nothing, got: {listed(attempt.effects)}"
        )


Expectation = Callable[[str, Refusal], None]


def _expectation(reason: str, driver: Driver) -> Expectation:
    """The check of a refusal for a reason in the words of the features.

    Raises:
        EnvironmentFailed: the reason is unknown.
        NotOffered: the target does not promise to refuse for this reason.
    """
    for pattern, make in REASONS.items():
        if match := re.fullmatch(pattern, reason):
            return make(driver, *match.groups())
    raise EnvironmentFailed(f"expected one of the reasons {', '.join(REASONS)}, got {reason!r}")


def _because(*reasons: Reason) -> Expectation:
    def expect(act: str, refusal: Refusal) -> None:
        if refusal.reason not in reasons:
            expected = " or ".join(reasons)
            raise PromiseBroken(
                Code.REFUSAL_REASON, f"{act}: expected the reason {expected}, got {refusal.reason}: {refusal.text!r}"
            )

    return expect


def _on_any_target(*reasons: Reason) -> Callable[[Driver], Expectation]:
    def make(_driver: Driver) -> Expectation:
        return _because(*reasons)

    return make


def _naming(reason: Reason, what: str, expected: object, named: Callable[[Refusal], object]) -> Expectation:
    because = _because(reason)

    def expect(act: str, refusal: Refusal) -> None:
        because(act, refusal)
        if named(refusal) != expected:
            raise PromiseBroken(
                Code.REFUSAL_NAMES,
                f"{act}: expected the refusal to name {what} {expected}, got {named(refusal)}: {refusal.text!r}",
            )

    return expect


def _plan(driver: Driver, plan: str, other: str) -> Expectation:
    expected = plan.lower(), other.lower()
    sold = driver.sight.need(driver.plans, "plans").names()
    if unknown := [one for one in expected if one not in sold]:
        raise NotOffered(f"plans: the target sells {', '.join(sold)}, not {' and '.join(unknown)}")
    return _naming(Reason.NOT_IN_PLAN, "the plans", expected, lambda one: (one.plan, one.available_from))


def _statuses(driver: Driver, before: str, after: str) -> Expectation:
    if after in driver.policy.transitions.get(before, ()):
        raise NotOffered(f"the target promises something else: {dict(driver.policy.sentences())['transitions']}")
    return _naming(Reason.CONFLICT, "the statuses", (before, after), lambda one: one.states)


def _status(_driver: Driver, status: str) -> Expectation:
    return _naming(Reason.CONFLICT, "the status", (status,), lambda one: one.states)


def _version(_driver: Driver, version: str) -> Expectation:
    return _naming(Reason.CONFLICT, "the version", int(version), lambda one: one.version)


def _part(_driver: Driver, part: str) -> Expectation:
    return _naming(Reason.INVALID, "the part", (part,), lambda one: one.parts)


REASONS: dict[str, Callable[..., Expectation]] = {
    "nobody has signed in": _on_any_target(Reason.NOT_SIGNED_IN),
    "there is no such conversation": _on_any_target(Reason.NOT_FOUND),
    "the product failed": _on_any_target(Reason.UNAVAILABLE, Reason.FAILED),
    r"the (\w+) plan does not include it and the (\w+) plan does": _plan,
    r"an? (\w+) conversation cannot become (\w+)": _statuses,
    r"it is (archived|completed)": _status,
    r"the (.+) (?:is|are) wrong": _part,
    r"it is at version (\d+)": _version,
}
"""Patterns of the reasons that features give, and the check of a refusal for each."""
