"""A timeline of operations as a picture: a lane for each session, a bar for each operation, the words below."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree as ET

from support.verdicts.history.operations import Declined, Operation
from support.verdicts.history.words import numbered, since

WIDTH = 960
LEFT = 170
RIGHT = 40
TOP = 56
LANE = 34
BAR = 22
LINE = 18
COLUMNS = 128
"""Characters in a line below the picture."""

INK, FAINT = "#1f2937", "#d1d5db"
COLOURS = {"answered": "#bfdbfe", "refused": "#fde68a", "unknown": "#f3f4f6"}
STYLE = 'text { font: 12px "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #1f2937 } .title { font-weight: bold }'


def draw(title: str, operations: Sequence[Operation[Any, Any]], notes: Sequence[str]) -> bytes:
    """An SVG document in UTF-8 that refers to nothing outside itself.

    Moments are drawn at equal distances, in order, with their time in milliseconds: overlaps matter, and a picture to
    scale hides them where one operation is a thousand times longer than another.
    """
    below = [line for text in (*numbered(operations), *notes) for line in _wrapped(text)]
    above = _wrapped(title)
    chart = _Chart(operations, TOP + LINE * (len(above) - 1))
    height = chart.bottom + LINE * (len(below) + 2)
    size = {"width": str(WIDTH), "height": str(height), "viewBox": f"0 0 {WIDTH} {height}"}
    root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "role": "img", **size})
    ET.SubElement(root, "title").text = _printable(title)
    ET.SubElement(root, "style").text = STYLE
    ET.SubElement(root, "rect", {"width": "100%", "height": "100%", "fill": "#ffffff"})
    for row, line in enumerate(above):
        _text(root, line, 16, 24 + LINE * row, {"class": "title"})
    chart.draw(root)
    for row, line in enumerate(below):
        _text(root, line, 16, chart.bottom + LINE * (row + 2))
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


class _Chart:
    """The lanes. Operations of one session that overlap get separate lanes."""

    def __init__(self, operations: Sequence[Operation[Any, Any]], top: int) -> None:
        self._operations = operations
        self._top = top
        moments = {moment for each in operations for moment in (each.invoked, each.completed) if math.isfinite(moment)}
        self._moments = sorted(moments)
        self._place = {moment: index for index, moment in enumerate(self._moments)}
        self._lanes = _lanes(operations)
        self._end = top + LANE * len(self._lanes)
        self.bottom = self._end + LINE

    def draw(self, root: ET.Element) -> None:
        for moment in self._moments:
            x = f"{self._x(moment):.1f}"
            ET.SubElement(root, "line", {"x1": x, "x2": x, "y1": str(self._top), "y2": str(self._end), "stroke": FAINT})
        # Labels that would overlap are left out: every time stands in the words below.
        step = math.ceil(len(self._moments) / 14) or 1
        for moment in self._moments[::step]:
            label = since(moment, self._moments[0])
            _text(root, label, self._x(moment), self._end + 14, {"text-anchor": "middle"})
        number = {each.number: position for position, each in enumerate(self._operations, 1)}
        for row, (session, lane) in enumerate(self._lanes):
            y = self._top + LANE * row
            _text(root, textwrap.shorten(session, 20, placeholder="…"), 16, y + 20)
            for each in lane:
                self._bar(root, each, number[each.number], y + (LANE - BAR) // 2)

    def _bar(self, root: ET.Element, operation: Operation[Any, Any], number: int, y: int) -> None:
        kind = (
            "unknown" if operation.is_unknown else "refused" if isinstance(operation.outcome, Declined) else "answered"
        )
        begin, end = self._x(operation.invoked), self._x(operation.completed)
        width = max(end - begin, 3.0)
        group = ET.SubElement(root, "g", {"class": kind})
        ET.SubElement(group, "title").text = _printable(str(operation))
        shape = {"x": f"{begin:.1f}", "y": str(y), "width": f"{width:.1f}", "height": str(BAR), "rx": "3"}
        colours = {"fill": COLOURS[kind], "stroke": INK}
        dashes = {"stroke-dasharray": "5 4"} if kind == "unknown" else {}
        ET.SubElement(group, "rect", {**shape, **colours, **dashes})
        sign = {"answered": "", "refused": " ✗", "unknown": " ?"}[kind]
        room = int(width / 7.5)
        label = textwrap.shorten(f"{number}{sign} {operation.act}", max(room, 1), placeholder="…")
        _text(group, label if len(label) > 1 else f"{number}{sign}", begin + 4, y + 15)

    def _x(self, moment: float) -> float:
        if math.isinf(moment):
            return WIDTH - RIGHT / 4
        return LEFT + (WIDTH - LEFT - RIGHT) * self._place[moment] / max(len(self._moments) - 1, 1)


def _lanes(operations: Sequence[Operation[Any, Any]]) -> list[tuple[str, list[Operation[Any, Any]]]]:
    lanes: list[tuple[str, list[Operation[Any, Any]]]] = []
    for session in dict.fromkeys(each.session for each in operations):
        own: list[list[Operation[Any, Any]]] = []
        for each in operations:
            if each.session == session:
                free = next((lane for lane in own if lane[-1].completed < each.invoked), None)
                if free is None:
                    own.append([each])
                else:
                    free.append(each)
        lanes += [(session if index == 0 else "", lane) for index, lane in enumerate(own)]
    return lanes


def _text(parent: ET.Element, text: str, x: float, y: float, more: dict[str, str] | None = None) -> None:
    attributes = {"x": f"{x:.1f}", "y": f"{y:.1f}", "xml:space": "preserve", **(more or {})}
    ET.SubElement(parent, "text", attributes).text = _printable(text)


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, COLUMNS, subsequent_indent="     ") or [""]


def _printable(text: str) -> str:
    """The text without characters that XML forbids."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
