"""The timeline, as a browser or a report would read it."""

from __future__ import annotations

import math
from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from support.tests.verdicts.history_register import Register, Write, lost, operation, read, wrote
from support.verdicts.history.picture import WIDTH, draw
from support.verdicts.history.verdict import judge_history

SVG = "{http://www.w3.org/2000/svg}"


def test_each_operation_has_a_bar_that_shows_its_outcome() -> None:
    picture = draw(
        "What happened",
        [
            wrote(1, "Ann", 1, 0.0, 2.0),
            lost(2, "Bob", Write(3, 2), 1.0, 4.0),
            wrote(3, "Cay", 2, 3.0, math.inf),
        ],
        ["before: 0"],
    )
    root = ET.fromstring(picture)
    assert root.tag == f"{SVG}svg"
    bars = {group.get("class"): group for group in root.iter(f"{SVG}g")}
    assert list(bars) == ["answered", "refused", "unknown"]
    edges = {kind: edge(group) for kind, group in bars.items()}
    assert edges["answered"][0] < edges["refused"][0] < edges["answered"][1] < edges["unknown"][0]
    assert edges["unknown"][0] < edges["refused"][1] < edges["unknown"][1] <= WIDTH
    rect = bars["unknown"].find(f"{SVG}rect")
    assert rect is not None
    assert rect.get("stroke-dasharray")
    shown = [text.text for text in root.iter(f"{SVG}text")]
    assert {"What happened", "Ann", "Bob", "Cay", "before: 0", "4000.0"} <= set(shown)
    assert "  1. Ann writes 1 -> 1  (0.0 to 2000.0 ms)" in shown


def test_operations_of_one_session_at_the_same_time_do_not_cover_each_other() -> None:
    root = ET.fromstring(draw("", [wrote(1, "Ann", 1, 0, 3), wrote(2, "Ann", 2, 1, 2), read(3, "Ann", 2, 4, 5)], ()))
    rows: dict[str | None, str | None] = {}
    for group in root.iter(f"{SVG}g"):
        bar, title = group.find(f"{SVG}rect"), group.find(f"{SVG}title")
        assert bar is not None
        assert title is not None
        rows[title.text] = bar.get("y")
    assert rows["Ann writes 1 -> 1"] == rows["Ann reads -> 2"] != rows["Ann writes 2 -> 2"]


def test_a_violation_is_drawn_with_its_words() -> None:
    violation = judge_history([wrote(1, "Ann", 1, 0, 1), read(2, "Bob", 0, 2, 3)], Register()).violations[0]
    root = ET.fromstring(violation.picture())
    title = root.find(f"{SVG}title")
    assert title is not None
    assert title.text == violation.headline
    drawn = " ".join((text.text or "").strip() for text in root.iter(f"{SVG}text"))
    for line in violation.words.splitlines():
        assert line.strip() in drawn


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.text(max_size=40), st.floats(0, 1e9), st.floats(0, 1e9))
def test_any_text_and_time_gives_readable_xml(text: str, session: str, begin: float, length: float) -> None:
    picture = draw(text, [operation(1, session, text, (begin, begin + length), text)], [text])
    root = ET.fromstring(picture)
    assert b"<script" not in picture
    assert {element.tag for element in root.iter()} <= {
        f"{SVG}{name}" for name in ("svg", "title", "style", "rect", "line", "text", "g")
    }


def edge(group: ET.Element) -> tuple[float, float]:
    rect = group.find(f"{SVG}rect")
    assert rect is not None
    left = float(rect.get("x", "nan"))
    return left, left + float(rect.get("width", "nan"))
