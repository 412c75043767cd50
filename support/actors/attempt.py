"""Something that should be refused, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from support.core.failure import PromiseBroken
from support.drivers.contract.types import Reason, Refusal


@dataclass(frozen=True)
class Attempt:
    """What came of something that should be refused: the refusal, or in words what was done instead."""

    answer: Refusal | str

    @property
    def refusal(self) -> Refusal:
        """The refusal.

        Raises:
            PromiseBroken: there was none.
        """
        if isinstance(self.answer, str):
            raise PromiseBroken(f"this was to be refused, but {self.answer}")
        return self.answer

    def expect_refused(self, *reasons: Reason) -> Refusal:
        """It was refused for one of these reasons."""
        if self.refusal.reason not in reasons:
            expected = " or ".join(reasons)
            raise PromiseBroken(f"the reason given is {self.refusal.reason}, not {expected}: {self.refusal.text!r}")
        return self.refusal

    def expect_part_named(self, part: str) -> None:
        """It was refused as invalid, and exactly this part was named."""
        refusal = self.expect_refused(Reason.INVALID)
        if refusal.parts != (part,):
            raise PromiseBroken(f"the refusal names {refusal.parts}, where {part!r} alone is wrong: {refusal.text!r}")

    def expect_plan_named(self, plan: str, available_from: str) -> None:
        """It was refused for the customer's plan, and the first plan that has it was named."""
        refusal = self.expect_refused(Reason.NOT_IN_PLAN)
        if (refusal.plan, refusal.available_from) != (plan, available_from):
            raise PromiseBroken(
                f"the refusal says that it is not in {refusal.plan}, and first offered by {refusal.available_from}, "
                f"where {plan} and {available_from} would be right"
            )

    def expect_states_named(self, before: str, after: str) -> None:
        """It was refused for the status that it has, and both that and the one asked for were named."""
        refusal = self.expect_refused(Reason.CONFLICT)
        if refusal.states != (before, after):
            raise PromiseBroken(f"the refusal names {refusal.states}, where {(before, after)} was asked for")

    def expect_nothing_given_away(self) -> None:
        """The refusal has nothing in it that no customer should be told."""
        if self.refusal.leaks:
            raise PromiseBroken(f"the refusal gives away {', '.join(self.refusal.leaks)}: {self.refusal.shown}")
