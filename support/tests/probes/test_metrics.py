"""The figures that a backend publishes for its operators."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from support.core.failure import Code, PromiseBroken
from support.probes.metrics import read_metrics

PAGE = '# TYPE open_sockets gauge\nopen_sockets 3\nsent_total{type="a",kind="b"} 2\n'


def read(status: int, text: str) -> dict[str, float]:
    async def get() -> dict[str, float]:
        transport = httpx.MockTransport(lambda _request: httpx.Response(status, text=text))
        async with httpx.AsyncClient(transport=transport) as http:
            return await read_metrics(http, "http://backend/metrics")

    return asyncio.run(get())


def test_each_sample_is_named_with_its_labels() -> None:
    assert read(200, PAGE) == {"open_sockets": 3, 'sent_total{kind="b",type="a"}': 2}


def test_a_page_that_cannot_be_had_is_a_broken_promise() -> None:
    with pytest.raises(PromiseBroken, match="got an answer of status 503") as raised:
        read(503, "")
    assert raised.value.code is Code.METRICS_MISSING
