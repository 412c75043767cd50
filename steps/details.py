"""What customers keep with a conversation."""

from support.actors.customer import Conversation
from support.actors.details import kinds_of, read_details
from support.actors.people import People
from support.bdd.sentences import then, when
from support.drivers.types import NewThread


@when("{who:Who} starts a conversation called {title:Quoted} with these details", target_fixture="conversation")
async def starts_with_details(people: People, who: str, title: str, datatable: list[list[str]]) -> Conversation:
    return await people.who(who).start_conversation(NewThread(title=title, details=read_details(datatable)))


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
