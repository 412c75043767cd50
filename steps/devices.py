"""Devices, and the events that they receive."""

from support.actors.catching_up import expect_catch_up_from_each
from support.actors.device import enter
from support.actors.event_table import EventTable, expect_nothing
from support.actors.people import People
from support.gherkin.kinds import Title
from support.gherkin.sentences import given, then, when


@given("{whose:Whose} {device:Device} {state:DeviceState}")
@when("{whose:Whose} {device:Device} {state:DeviceState}")
async def is_in_state(people: People, whose: str, device: str, state: str) -> None:
    await enter(people.who(whose).device(device), state)


@given("{whose:Whose} {device:Device} is open and claims to be {victim:Whose}")
async def is_open_claiming(people: People, whose: str, device: str, victim: str) -> None:
    await people.who(whose).device(device).open(claiming=people.who(victim).account)


@then("{devices:Devices} received {extent:Extent}:")
async def received(people: People, devices: str, extent: str, datatable: list[list[str]]) -> None:
    table = EventTable(datatable, {one.id: one for one in people.conversations}, people.driver.policy)
    for device in people.devices(devices):
        await (table.expect_last(device) if "last" in extent else table.expect_exactly(device))


@when("{whose:Whose} {device:Device} {follows:Follows} {title:Title}")
async def follows_thread(people: People, whose: str, device: str, follows: str, title: Title) -> None:
    owner = people.who(whose)
    followed = owner.called(title).id
    phone = owner.device(device)
    await (phone.follow(followed) if follows == "follows" else phone.follow_no_longer(followed))


@then("{devices:Devices} can catch up from each event")
async def can_catch_up(people: People, devices: str) -> None:
    erased = {one.id for one in people.conversations if one.is_erased}
    for device in people.devices(devices):
        await expect_catch_up_from_each(device, erased)


@then("{devices:Devices} is disconnected")
async def is_disconnected(people: People, devices: str) -> None:
    for device in people.devices(devices):
        await device.expect_closed()


@then("{devices:Devices} received nothing")
async def received_nothing(people: People, devices: str) -> None:
    for device in people.devices(devices):
        await expect_nothing(device)
