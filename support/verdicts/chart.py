"""A chart of samples as an SVG picture that needs nothing else: no script, no style sheet, no font."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

from support.verdicts.finding import Bounds

WIDTH, HEIGHT = 720, 320
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 56, 32
COLOURS = ("#2b6cb0", "#b7791f")
LIMIT = "#c53030"
TEXT = "#4a5568"
TICKS = 5


class Series(NamedTuple):
    """Samples in seconds in the order in which they were taken, and the bounds of their percentile."""

    name: str
    samples: Sequence[float]
    bounds: Bounds


def chart(title: str, series: Sequence[Series], limit: float) -> bytes:
    """Draw samples as dots, the limit (in seconds) as a line, and each percentile's bounds as a band.

    The picture is UTF-8 text of the media type `image/svg+xml`; it has a white ground, so that it is readable on any.
    """
    top = _round_up(max([limit, *(sample for one in series for sample in one.samples)]))
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'role="img" font-family="sans-serif" font-size="12" fill="{TEXT}">'
    )
    parts = [
        head,
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="20" font-size="14" fill="#1a202c">{escape(title)}</text>',
        *_axis(top, max(len(one.samples) for one in series)),
        *(part for one, colour in zip(series, COLOURS, strict=False) for part in _series(one, colour, top)),
        *_limit(limit, top),
        *_legend(series),
        "</svg>",
    ]
    return "\n".join(parts).encode("utf-8", "backslashreplace")


def _axis(top: float, count: int) -> Iterator[str]:
    for tick in range(TICKS + 1):
        seconds = top * tick / TICKS
        y = _y(seconds, top)
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}" stroke="#e2e8f0"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{seconds:.4g} s</text>'
    y = HEIGHT - BOTTOM + 18
    yield f'<text x="{WIDTH - RIGHT}" y="{y}" text-anchor="end">{count} samples, in the order they were taken</text>'


def _series(one: Series, colour: str, top: float) -> Iterator[str]:
    high, low = _y(min(one.bounds.upper, top), top), _y(one.bounds.lower, top)
    width = WIDTH - LEFT - RIGHT
    yield (
        f'<rect class="band" x="{LEFT}" y="{high}" width="{width}" height="{max(round(low - high, 1), 1)}" '
        f'fill="{colour}" fill-opacity="0.12"/>'
    )
    step = width / len(one.samples)
    for number, sample in enumerate(one.samples):
        x = round(LEFT + step * (number + 0.5), 1)
        yield f'<circle cx="{x}" cy="{_y(sample, top)}" r="2.5" fill="{colour}" fill-opacity="0.7"/>'


def _limit(limit: float, top: float) -> Iterator[str]:
    y = _y(limit, top)
    yield f'<line class="limit" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}" stroke="{LIMIT}" stroke-width="2"/>'
    yield f'<text x="{WIDTH - RIGHT}" y="{y - 5}" text-anchor="end" fill="{LIMIT}">limit {limit:.4g} s</text>'


def _legend(series: Sequence[Series]) -> Iterator[str]:
    x = LEFT
    for one, colour in zip(series, COLOURS, strict=False):
        text = f"{one.name}: {one.bounds.estimate:.3g} s ({one.bounds.lower:.3g} to {one.bounds.upper:.3g} s)"
        yield f'<circle cx="{x + 4}" cy="36" r="4" fill="{colour}"/>'
        yield f'<text x="{x + 14}" y="40">{escape(text)}</text>'
        x += (WIDTH - LEFT - RIGHT) // 2


def _y(seconds: float, top: float) -> float:
    return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * seconds / top, 1)


def _round_up(seconds: float) -> float:
    """The next 1, 2, 2.5 or 5 times a power of ten, with some room above."""
    wanted = max(seconds * 1.05, 1e-9)
    power = 10.0 ** math.floor(math.log10(wanted))
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= wanted)
