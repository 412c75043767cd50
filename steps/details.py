"""What customers keep with a conversation."""

from support.actors.attempt import Attempt
from support.actors.customer import Conversation
from support.actors.details import kinds_of, read_details
from support.actors.people import People
from support.drivers.contract.types import Details, NewThread
from support.gherkin.sentences import given, then, when


@given("{who:Who} has started a conversation called {title:Quoted} with these details", target_fixture="conversation")
@when("{who:Who} starts a conversation called {title:Quoted} with these details", target_fixture="conversation")
async def starts_with_details(people: People, who: str, title: str, datatable: list[list[str]]) -> Conversation:
    return await people.who(who).start_conversation(NewThread(title=title, details=read_details(datatable)))


@given(
    "{who:Who} has started a conversation called {title:Quoted} with the detail {detail:Quoted}",
    target_fixture="conversation",
)
async def has_started_with_detail(people: People, who: str, title: str, detail: str) -> Conversation:
    return await people.who(who).start_conversation(NewThread(title=title, details={detail: "given"}))


@when(
    "{who:Who} tries to start a conversation called {title:Quoted} with the detail {detail:Quoted}",
    target_fixture="attempt",
)
async def tries_to_start_with_detail(people: People, who: str, title: str, detail: str) -> Attempt:
    return await people.who(who).try_to_start(NewThread(title=title, details={detail: "given"}))


@then("the conversation has exactly these details")
def has_exactly_these(conversation: Conversation) -> None:
    assert conversation.thread.details == conversation.given.details


@then("they are the same when she signs in again")
async def are_the_same_again(conversation: Conversation) -> None:
    await conversation.owner.sign_in_again()
    assert (await conversation.read_again()).details == conversation.given.details


@then("each detail is kept as the kind it was given")
async def are_kept_as_given(conversation: Conversation) -> None:
    stored = await conversation.owner.expect_kept(conversation)
    assert stored.kinds == kinds_of(conversation.given.details or {})


@when("{who:Who} changes its details")
async def changes_details(people: People, who: str, conversation: Conversation, datatable: list[list[str]]) -> None:
    await people.who(who).change_details(conversation, read_details(datatable))


@then("its details are now these", target_fixture="details_now")
async def details_are_now(conversation: Conversation, datatable: list[list[str]]) -> Details:
    stored = await conversation.owner.stored(conversation)
    assert (await conversation.read_again()).details == read_details(datatable)
    assert stored.details == read_details(datatable)
    return stored.details


@then("they are still these when she signs in again")
async def details_are_still(conversation: Conversation, details_now: Details) -> None:
    await conversation.owner.sign_in_again()
    assert (await conversation.read_again()).details == details_now
