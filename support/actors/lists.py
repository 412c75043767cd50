"""Lists, searches and pages: what customers find, each conversation once and in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from support.actors.customer import Customer
from support.actors.reading import Reading
from support.core.failure import Code, EnvironmentFailed, NotOffered, PromiseBroken
from support.core.words import member
from support.drivers.contract.types import BadPage, NewThread, Page, Query, Refusal, Refused
from support.gherkin.kinds import Started, Title
from support.specification.values import Use, in_cell

MOST_PAGES = 200


def expect_each_once(customer: Customer, count: int, pages: int | None = None) -> None:
    """The customer saw each of their conversations once when reading the list, the latest first.

    With `pages`, the list had this number of pages.

    Raises:
        PromiseBroken: they did not.
        EnvironmentFailed: they have not read it.
    """
    if customer.reading is None:
        raise EnvironmentFailed(f"expected {customer.name} to read the list before, got no such step")
    customer.reading.expect_each_once(count)
    if pages is not None:
        customer.reading.expect_pages(pages)


async def read_list(customer: Customer, size: int, *, starting: bool = False) -> Reading:
    """Read page after page; with `starting`, start another conversation after each.

    Raises:
        PromiseBroken: a page is larger than asked for, or there is no end.
    """
    known = [one.answered or await one.read() for one in customer.conversations if not one.is_erased]
    promised = customer.driver.policy.list_order != "none"
    started = {thread.id: thread.last_activity_at if promised else None for thread in known}
    paging = customer.driver.sight.need(customer.driver.paging, "paging")
    pages: list[Page] = []
    while not pages or pages[-1].cursor:
        if len(pages) == MOST_PAGES:
            raise PromiseBroken(Code.PAGE_ENDLESS, f"expected a last page, got {MOST_PAGES} pages and no end")
        if starting and pages:
            await customer.start(NewThread(title=f"Started after page {len(pages)}"))
        page = await paging.page(customer.session, size, pages[-1].cursor if pages else None)
        if len(page.threads) > size:
            raise PromiseBroken(Code.PAGE_SIZE, f"expected a page of {size}, got {len(page.threads)} conversations")
        pages.append(page)
    threads = tuple(thread for page in pages for thread in page.threads)
    customer.reading = Reading(threads, tuple(page.cursor for page in pages if page.cursor), started)
    return customer.reading


async def read_badly(customer: Customer, problem: str, other: Customer) -> None:
    """Ask for a page wrongly; `other` has a list whose next page is real, and theirs. So has the customer.

    Raises:
        Refused: the product refuses it, as it should.
    """
    bad = member(BadPage, problem)
    owner = customer if bad is BadPage.FILTERED else other
    paging = customer.driver.sight.need(customer.driver.paging, "paging")
    cursor = (await paging.page(owner.session, 1)).cursor
    if cursor is None:
        raise EnvironmentFailed(f"expected {owner.name} to have more than one conversation, got no next page")
    answer: Refusal | Page = await paging.bad_page(customer.session, bad, cursor)
    if isinstance(answer, Refusal):
        raise Refused(f"reading the list with {bad}", answer)


async def search(customer: Customer, words: str, status: str, project: str, started: Started) -> None:
    """Search for conversations; an empty text leaves a filter out. The result is what the customer finds.

    Bounds of the start are the starts of other conversations.

    Raises:
        NotOffered: the target does not show when a conversation was started.
    """

    async def start_of(title: str | None) -> float | None:
        if title is None:
            return None
        moment = (await customer.called(Title(None, title)).read()).created_at
        if moment is None:
            raise NotOffered("search: the target does not show when a conversation was started")
        return moment

    metadata = {"project": project} if project else {}
    after, before = await start_of(started.after), await start_of(started.before)
    await customer.search(Query(words or None, status or None, metadata, after, before))


async def expect_titles(customer: Customer, table: Sequence[Sequence[str]], *, in_order: bool) -> None:
    """A customer finds exactly the titles of a table, by the last search, or else in the list.

    A cell may have several titles, or `nothing`.

    Raises:
        PromiseBroken: titles are missing or too many, or in another order.
    """
    if list(table[0]) != ["title"]:
        raise EnvironmentFailed(f"expected the column 'title', got {list(table[0])}")
    policy = customer.driver.policy
    cells = [title for [cell] in table[1:] for title in cell.split("; ") if title != "nothing"]
    expected = [in_cell(title, Use.TITLE, policy) for title in cells]
    who, found = customer.name, customer.found
    titles = [thread.title for thread in (await customer.list() if found is None else found)]
    more, fewer = Counter(titles) - Counter(expected), Counter(expected) - Counter(titles)
    if more:
        code = Code.LIST_TWICE if set(more) <= set(expected) else Code.LIST_FOREIGN
        raise PromiseBroken(code, f"expected {who} to find {expected}, got {sorted(more)} besides")
    if fewer:
        raise PromiseBroken(Code.LIST_MISSING, f"expected {who} to find {expected}, missed {sorted(fewer)}")
    order = customer.driver.policy.list_order
    if in_order and found is None and order == "none":
        customer.driver.sight.miss("the order of the list")
        return
    if found is None and order == "creation":
        started = [one.title for one in customer.conversations]
        expected.sort(key=started.index, reverse=True)
    if in_order and titles != expected:
        raise PromiseBroken(Code.LIST_ORDER, f"expected {who} to find {expected} in this order, got {titles}")


async def expect_own(customers: Iterable[Customer]) -> None:
    """Each customer has exactly the conversations that they started and did not erase, in every place.

    Raises:
        PromiseBroken: a conversation is missing, has changed, or was not started by them.
    """
    for customer in customers:
        await _expect_listed(customer)
        await _expect_stored(customer)


async def _expect_listed(customer: Customer) -> None:
    expected = {one.id: one for one in customer.conversations if not one.is_erased}
    listed = {thread.id: thread for threads in (await customer.lists()).values() for thread in threads}
    if strange := sorted(listed[id_].title for id_ in listed.keys() - expected.keys()):
        raise PromiseBroken(Code.LIST_FOREIGN, f"expected {customer.name} to find their own alone, got {strange}")
    if missing := sorted(expected[id_].title for id_ in expected.keys() - listed.keys()):
        raise PromiseBroken(Code.LIST_MISSING, f"expected {customer.name} to find what they started, missed {missing}")
    for id_, conversation in expected.items():
        if conversation.answered is not None and listed[id_] != conversation.answered:
            raise PromiseBroken(
                Code.CHANGED,
                f"{conversation.title!r}: expected it as answered, {conversation.answered}, got {listed[id_]}",
            )


async def _expect_stored(customer: Customer) -> None:
    durable = customer.driver.durable
    if durable is None:
        customer.driver.sight.miss(f"the stored conversations of {customer.name}")
        await _expect_messages_shown(customer)
        return
    expected = {one.id: one for one in customer.conversations if not one.is_erased}
    stored = {thread.id: thread for thread in await durable.threads_of([customer.account])}
    if strange := sorted(stored[id_].title for id_ in stored.keys() - expected.keys()):
        raise PromiseBroken(Code.LIST_FOREIGN, f"expected nothing else of {customer.name} stored, got {strange}")
    for id_, conversation in expected.items():
        question = conversation.given.first_message
        messages = (question,) if question else ()
        if id_ not in stored:
            raise PromiseBroken(Code.NOT_STORED, f"expected {conversation.title!r} in the database, got nothing")
        if conversation.answered is not None and stored[id_].messages != messages:
            raise PromiseBroken(
                Code.MESSAGES_STORED,
                f"{conversation.title!r}: expected the messages {messages} stored, got {stored[id_].messages}",
            )
    in_threads = sorted(message for thread in stored.values() for message in thread.messages)
    messages_stored = sorted(await durable.messages_of(customer.account))
    if messages_stored != in_threads:
        raise PromiseBroken(
            Code.MESSAGES_STORED,
            f"expected every message of {customer.name} stored in a conversation of theirs, {in_threads}, "
            f"got {messages_stored}",
        )
    unknown = [event for event in await durable.events_of(customer.account) if event.thread_id not in expected]
    about = [str(event.kind) for event in unknown if event.thread_id is not None]
    if about:
        raise PromiseBroken(Code.EVENT_UNEXPECTED, f"expected no event about anything else, got {about}")


async def _expect_messages_shown(customer: Customer) -> None:
    for conversation in customer.conversations:
        if conversation.is_erased or conversation.answered is None:
            continue
        question = conversation.given.first_message
        shown = [message.content for message in await conversation.messages()]
        if shown != ([question] if question else []):
            raise PromiseBroken(
                Code.MESSAGES_SHOWN, f"{conversation.title!r}: expected the messages {[question]}, got {shown}"
            )


async def expect_absent(customer: Customer, ids: Iterable[str]) -> None:
    """For a customer, threads do not exist: they are refused like one that never existed, and not listed.

    Raises:
        PromiseBroken: one can be opened, or is refused in other words, or is listed.
    """
    if customer.driver.glimpses is None:
        customer.driver.sight.miss("whether conversations can be asked about without being read")
    nothing = customer.driver.threads.unknown_id()
    unknown, glimpsed = await _refusal(customer, nothing), await _glimpses(customer, nothing)
    listed = {thread.id for thread in await customer.list()}
    for id_ in ids:
        refusal = await _refusal(customer, id_)
        if refusal != unknown:
            raise PromiseBroken(
                Code.REFUSAL_TELLS,
                f"expected the refusal of a conversation that never existed, {unknown!r}, got {refusal!r}",
            )
        if (seen := await _glimpses(customer, id_)) != glimpsed:
            raise PromiseBroken(
                Code.REFUSAL_TELLS,
                f"expected the answers for a conversation that never existed, {glimpsed}, got {seen}",
            )
        if id_ in listed:
            raise PromiseBroken(Code.LIST_FOREIGN, f"expected the conversation in no list of {customer.name}, got it")


async def _glimpses(customer: Customer, thread_id: str) -> Mapping[str, str]:
    """The answers to requests about a thread that do not read it; none where the target has no such requests."""
    glimpses = customer.driver.glimpses
    return await glimpses.of(customer.session, thread_id) if glimpses else {}


async def _refusal(customer: Customer, thread_id: str) -> str:
    try:
        thread = await customer.driver.threads.read(customer.session, thread_id)
    except Refused as refused:
        return refused.refusal.shown.replace(thread_id, "<id>")
    raise PromiseBroken(Code.VISIBLE, f"expected no such conversation for {customer.name}, got {thread.title!r}")
