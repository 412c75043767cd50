"""Open devices, and what they announce."""

from support.actors.customer import Conversation
from support.actors.people import People
from support.core.failure import PromiseBroken
from support.drivers.contract.types import Thread
from support.gherkin.sentences import given, then, when


@given("{whose:Whose} {device:Device} is open")
@when("{whose:Whose} {device:Device} comes back")
async def opens(people: People, whose: str, device: str) -> None:
    await people.who(whose).device(device).open()


@given("{whose:Whose} {device:Device} is open and shows whatever is announced", target_fixture="shown")
async def opens_and_shows(people: People, whose: str, device: str) -> dict[str, Thread | PromiseBroken]:
    owner = people.who(whose)
    await owner.device(device).open()
    return owner.show_announced(owner.device(device))


@given("{whose:Whose} {device:Device} is open, posing as {victim:Who}")
async def opens_posing(people: People, whose: str, device: str, victim: str) -> None:
    account = people.who(victim).account
    stranger = people.stranger(whose)
    await stranger.pose(stranger.device(device), account)


@given("{whose:Whose} {device:Device} has shown {title:Quoted}")
async def has_shown(people: People, whose: str, device: str, title: str) -> None:
    await people.who(whose).device(device).announcement_of(title)


@when("{whose:Whose} {device:Device} is closed")
async def is_closed(people: People, whose: str, device: str) -> None:
    await people.who(whose).device(device).close()


@when("{whose:Whose} {device:Device} loses power")
async def loses_power(people: People, whose: str, device: str) -> None:
    await people.who(whose).device(device).vanish()


@then("{whose:Whose} {device:Device} announces {title:Quoted} exactly once")
async def announces_once(people: People, whose: str, device: str, title: str) -> None:
    await people.who(whose).device(device).expect_announced(title, times=1)


@then("{whose:Whose} {device:Device} announces {title:Quoted} within {seconds:Seconds} second")
async def announces_within(
    people: People, whose: str, device: str, title: str, seconds: float, conversation: Conversation
) -> None:
    arrival = await people.who(whose).device(device).announcement_of(title, seconds)
    assert arrival.at - conversation.asked_at <= seconds
    assert arrival.event.thread_id == conversation.id


@then("{whose:Whose} {device:Device} could show it the moment it was announced")
async def could_show_it(
    people: People, whose: str, device: str, conversation: Conversation, shown: dict[str, Thread | PromiseBroken]
) -> None:
    await people.who(whose).device(device).announcement_of(conversation.thread.title)
    assert shown.get(conversation.id) == conversation.thread


@then("{whose:Whose} {device:Device} has announced nothing")
async def announces_nothing(people: People, whose: str, device: str) -> None:
    await people.who(whose).device(device).expect_nothing_but()


@then("{whose:Whose} {device:Device} announces nothing else")
async def announces_nothing_else(people: People, whose: str, device: str) -> None:
    person = people.who(whose)
    await person.device(device).expect_nothing_but(*[one.title for one in await person.conversations()])


@then("{whose:Whose} {device:Device} has announced this conversation and no other")
async def announced_this_alone(people: People, whose: str, device: str, conversation: Conversation) -> None:
    await people.who(whose).device(device).expect_titles([conversation.thread.title])


@then("{whose:Whose} {device:Device} has announced exactly these conversations in this order")
async def announced_in_order(people: People, whose: str, device: str, datatable: list[list[str]]) -> None:
    await people.who(whose).device(device).expect_titles([title for [title] in datatable[1:]])
