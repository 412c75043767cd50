"""Erasing conversations, and what is left of them."""

from support.actors.erasing import Erasure, erase_conversation, write_secret
from support.actors.people import People
from support.gherkin.sentences import given, then, when


@given("{who:Who} has written down a secret in {title:Quoted}", target_fixture="secret")
async def has_written_a_secret(people: People, who: str, title: str) -> str:
    return await write_secret(people.who(who).called(title))


@when("{who:Who} erases {title:Quoted}", target_fixture="erasure")
async def erases(people: People, who: str, title: str) -> Erasure:
    return await erase_conversation(people.who(who).called(title))


@then("nothing that is kept anywhere mentions it, or the secret")
async def nothing_mentions_it(erasure: Erasure, secret: str) -> None:
    await erasure.expect_gone(secret)


@then("nothing that the agent did in it is kept anywhere")
async def no_run_is_kept(erasure: Erasure) -> None:
    await erasure.expect_runs_gone()


@then("all that belongs to her {title:Quoted} is as it was, to the last byte")
async def sibling_is_untouched(erasure: Erasure, title: str) -> None:
    await erasure.expect_sibling_untouched(title)


@then("all that belongs to others is as it was, to the last byte")
async def others_are_untouched(erasure: Erasure) -> None:
    await erasure.expect_others_untouched()


@then("{whose:Whose} {device:Device} has told once that it was erased")
async def has_told_of_it(people: People, whose: str, device: str, erasure: Erasure) -> None:
    await erasure.expect_told(people.who(whose).device(device))


@then(
    "{whose:Whose} {device:Device} has told that the agent was stopped, "
    "then that the conversation was erased, and nothing since"
)
async def has_told_in_order(people: People, whose: str, device: str, erasure: Erasure) -> None:
    await erasure.expect_told_in_order(people.who(whose).device(device))
