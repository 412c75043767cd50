"""The report as a person opens it: by double click, in a browser, with no network to lean on."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from support.reporting.report import ReportBuilt, build_report
from support.tests.reporting.chromium import Tab, chromium_or_skip, chromium_tab
from support.tests.reporting.outcome_suite import PASSWORD, TOKEN, OutcomeSuite

pytest_plugins = ["support.tests.reporting.outcome_fixture"]

Visit = Callable[[Tab], Awaitable[None]]
DESCRIPTION = "document.querySelector('[data-testid=test-result-description-frame]').contentDocument.body.innerText"


@pytest.fixture(scope="module")
def report(whole: OutcomeSuite, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report on scenarios of every outcome."""
    chromium_or_skip()
    reports = shutil.copytree(whole.reports, tmp_path_factory.mktemp("browser") / "out")
    built = build_report(reports)
    assert isinstance(built, ReportBuilt), built
    return built.path


@pytest.fixture
def visit(report: Path, tmp_path: Path) -> Callable[[Visit], None]:
    """Opens the report in a browser, lets a function look around, and makes sure that no network was asked."""
    program = chromium_or_skip()

    async def look(visit: Visit) -> None:
        async with chromium_tab(program, tmp_path / "profile") as tab:
            await tab.open(report.as_uri())
            await tab.shows("Counting")
            await visit(tab)
            abroad = [address for address in tab.requests if not address.startswith(("file:", "data:", "blob:"))]
            assert tab.requests[0] == report.as_uri()
            assert abroad == []
            assert tab.problems == []

    return lambda visitor: asyncio.run(look(visitor))


def test_the_start_page_has_tiers_features_and_rules_in_order(visit: Callable[[Visit], None]) -> None:
    async def look(tab: Tab) -> None:
        text = await tab.evaluate("document.body.innerText")
        shown = [text.index(name) for name in ("1 Free", "Counting", "A count goes up", "2 Early", "5 Platform")]
        assert shown == sorted(shown)
        assert "One more" in text
        await tab.shows("embedded")

    visit(look)


def test_a_broken_scenario_shows_value_steps_reason_and_the_wire(visit: Callable[[Visit], None]) -> None:
    async def look(tab: Tab) -> None:
        await tab.click("The wrong figure")
        await tab.shows("the count is 2, not 5")
        await tab.until(f"{DESCRIPTION}.includes('the figure is right')")
        value = await tab.evaluate(DESCRIPTION)
        for words in ("customers who cannot rely on the <count> leave", "trust", "features/free/counting.feature:18"):
            assert words in value
        for step in ("Given a count of 1", "When it goes up", "Then it is 2", "And it is 5"):
            await tab.shows(step)
        await tab.click("When it goes up")
        await tab.click("POST /up?token=*** -> 200 in 5 ms (Fay)")
        await tab.shows('"echo": "***"')

    visit(look)


def test_outcomes_have_categories_of_their_own(visit: Callable[[Visit], None]) -> None:
    async def look(tab: Tab) -> None:
        await tab.evaluate("location.hash = 'categories'")
        await tab.shows("Broken promises")
        await tab.shows("No verdict: the environment failed")
        await tab.shows("Known deviations of this target")
        await tab.shows("Not offered by this target")

    visit(look)


def test_no_secret_is_in_the_file(report: Path) -> None:
    page = report.read_text("utf-8")
    assert TOKEN not in page
    assert PASSWORD not in page
