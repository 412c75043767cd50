"""Outages: parts of the product that fail, and are back."""

from support.actors.assistant import Assistant
from support.actors.outages import begin
from support.actors.people import People
from support.gherkin.sentences import given, when


@given("{service:Service} {outage:Outage}")
@when("{service:Service} {outage:Outage}")
async def is_out(people: People, assistant: Assistant, service: str, outage: str) -> None:
    await begin(people, assistant, service, outage)
