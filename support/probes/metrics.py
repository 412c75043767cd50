"""Reads the figures that a backend publishes for its operators."""

from __future__ import annotations

import httpx
from prometheus_client.parser import text_string_to_metric_families

from support.core.failure import Code, PromiseBroken


async def read_metrics(http: httpx.AsyncClient, url: str) -> dict[str, float]:
    """Every sample of a Prometheus text page, such as `{'open_sockets': 3.0}`, with its labels if it has any.

    Raises:
        PromiseBroken: the page cannot be had.
    """
    reply = await http.get(url)
    if reply.status_code != 200:
        text = f"expected the figures for operators at {url}, got an answer of status {reply.status_code}"
        raise PromiseBroken(Code.METRICS_MISSING, text)
    return {
        _name(sample.name, sample.labels): sample.value
        for family in text_string_to_metric_families(reply.text)
        for sample in family.samples
    }


def _name(name: str, labels: dict[str, str]) -> str:
    pairs = ",".join(f'{label}="{value}"' for label, value in sorted(labels.items()))
    return f"{name}{{{pairs}}}" if pairs else name
