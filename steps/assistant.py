"""What the assistant says, and what it was asked."""

from support.actors.assistant import Assistant
from support.actors.customer import Conversation
from support.actors.people import People
from support.gherkin.sentences import given, then


@given("the assistant sums up {whose:Whose} first question as {summary:Quoted}")
async def sums_up(people: People, assistant: Assistant, whose: str, summary: str) -> None:
    await assistant.will_say(people.who(whose), summary)


@given("the assistant sums up {whose:Whose} first question in {count:Count} long lines")
async def rambles(people: People, assistant: Assistant, whose: str, count: int) -> None:
    await assistant.will_say(people.who(whose), "\n".join(people.faker.text(200) for _line in range(count)))


@given("the assistant is away")
async def is_away(people: People, assistant: Assistant) -> None:
    await assistant.will_refuse(people.who("her"))


@then("the assistant was asked once, with her question")
async def was_asked_once(assistant: Assistant, conversation: Conversation) -> None:
    await assistant.expect_asked_only(conversation.owner, str(conversation.given.first_message))


@then(
    "the conversation has a title of one line, of at most {limit:Count} characters, that begins as the assistant put it"
)
def begins_as_the_assistant_put_it(assistant: Assistant, conversation: Conversation, limit: int) -> None:
    conversation.expect_short_title(limit, beginning=assistant.last_words_to(conversation.owner))
