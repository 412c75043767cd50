"""The frame rule in a real run: a feature of which no sentence names the details, and a product that wipes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.tests.small_suite import SmallSuite

FEATURE = """\
Feature: Marking
  Segment: Free
  Goal: trust
  Impact: customers who lose what they have kept leave

  Rule: A conversation has the status that its owner gave it
    Value: finished work is out of sight

    @TL-01.1 @needs.metadata @needs.status
    Scenario: It is marked
      Given Mia has a conversation
      When she marks it as completed
      Then it is completed

    @TL-01.2 @needs.metadata @needs.status
    Scenario: It is marked, and loses its details
      Given Mia has a conversation
      And to mark a conversation wipes its details
      When she marks it as completed
      Then it is completed
"""
STEPS = """\
from functools import wraps

from support.drivers.contract.types import NewThread
from support.gherkin.sentences import given, then, when

@given("Mia has a conversation", target_fixture="conversation")
async def has_conversation(people):
    mia = await people.enrol("Mia", "mid")
    return await mia.start(NewThread("Boxes", {"project": "Paper"}))

@given("to mark a conversation wipes its details")
async def wipes(people):
    product = people.driver.inner
    set_status = product.status.set

    @wraps(set_status)
    async def wiping(session, thread_id, status):
        await set_status(session, thread_id, status)
        return await product.metadata.merge(session, thread_id, {"project": None})

    product.status.set = wiping

@when("she marks it as completed")
async def marks(conversation):
    await conversation.owner.set_status(conversation, "completed")

@then("it is completed")
async def is_completed(conversation):
    assert (await conversation.read()).status == "completed"
"""


class ServedSuite(SmallSuite):
    """A small suite that is played against the real product."""

    @property
    def options(self) -> list[str]:
        """Nothing is kept out."""
        return ["-pno:cacheprovider"]


@pytest.fixture
def suite(tmp_path: Path) -> SmallSuite:
    suite = ServedSuite(tmp_path)
    (tmp_path / "features/free/counting.feature").unlink()
    (tmp_path / "steps/counts.py").unlink()
    suite.write("features/free/marking.feature", FEATURE)
    suite.write("steps/marking.py", STEPS)
    return suite


def test_what_no_sentence_names_is_told_at_the_step_that_changed_it(suite: SmallSuite) -> None:
    done = suite.pytest("-n0")
    assert done.returncode == 1, done.stdout + done.stderr
    kept, broken = suite.ledger()["scenarios"]
    assert (kept["id"], kept["outcome"]) == ("TL-01.1", "kept")
    assert (broken["id"], broken["outcome"], broken["code"]) == ("TL-01.2", "broken", "frame.answer")
    assert broken["step"] == "When she marks it as completed"
    assert "'Boxes' has other details: project: expected 'Paper', got no such detail" in broken["reason"]
