"""Starting conversations and finding them again."""

import asyncio

from support.actors.attempt import Attempt
from support.actors.customer import Conversation, Customer
from support.actors.people import People
from support.drivers.contract.types import NewThread
from support.gherkin.sentences import given, then, when


@given("{who:Who} has started a conversation called {title:Quoted}", target_fixture="conversation")
@when("{who:Who} starts a conversation called {title:Quoted}", target_fixture="conversation")
async def starts_called(people: People, who: str, title: str) -> Conversation:
    return await people.who(who).start_conversation(NewThread(title=title))


@when("{who:Who} starts a conversation by asking {question:Quoted}", target_fixture="conversation")
async def starts_by_asking(people: People, who: str, question: str) -> Conversation:
    return await people.who(who).start_conversation(NewThread(first_message=question))


@when("{who:Who} tries to start a conversation by asking {question:Quoted}", target_fixture="attempt")
async def tries_to_start_by_asking(people: People, who: str, question: str) -> Attempt:
    return await people.who(who).try_to_start(NewThread(first_message=question))


@when("each of them starts {count:Count} conversations at the same moment", target_fixture="conversations")
async def each_starts(group: list[Customer], count: int) -> list[Conversation]:
    starting = [
        customer.start_conversation(NewThread(title=f"{customer.name}, conversation {number}"))
        for number in range(1, count + 1)
        for customer in group
    ]
    return await asyncio.gather(*starting)


@then("the conversation is called {title:Quoted}")
def is_called(conversation: Conversation, title: str) -> None:
    assert conversation.thread.title == title


@then("the conversation has a title of one line, of at most {limit:Count} characters, that begins like her question")
def begins_like_the_question(conversation: Conversation, limit: int) -> None:
    conversation.expect_short_title(limit, beginning=conversation.given.first_message or "")


@then("it is still there, with that title, when she signs in again")
async def is_still_there(conversation: Conversation) -> None:
    await conversation.owner.sign_in_again()
    assert (await conversation.read_again()).title == conversation.thread.title
    await conversation.owner.expect_listed([conversation])


@then("it is kept as hers, with her question in it")
async def is_kept_as_hers(conversation: Conversation) -> None:
    await conversation.owner.expect_kept(conversation)


@then("she has exactly this one conversation, with her question in it")
async def has_exactly_this_one(conversation: Conversation) -> None:
    await conversation.owner.expect_only(conversation)


@then("each of them finds exactly the conversations they started")
async def each_finds_their_own(group: list[Customer], conversations: list[Conversation]) -> None:
    for customer in group:
        await customer.expect_listed(one for one in conversations if one.owner is customer)


@then("every conversation is kept under the customer who started it")
async def each_is_kept(conversations: list[Conversation]) -> None:
    for conversation in conversations:
        await conversation.owner.expect_kept(conversation)


@then("it opens for {who:Who} as it was confirmed")
async def opens_as_confirmed(people: People, who: str, conversation: Conversation) -> None:
    assert await people.who(who).conversation(conversation.id) == conversation.thread


@then("for {who:Who} {title:Quoted} is as if it had never existed")
async def is_unknown_to(people: People, who: str, title: str) -> None:
    await people.who(who).expect_no_trace_of(people.conversation_called(title))


@then("for {who:Who} each of them is as if it had never existed")
async def each_is_unknown_to(people: People, who: str, conversations: list[Conversation]) -> None:
    for conversation in conversations:
        await people.who(who).expect_no_trace_of(conversation)
