"""Log lines: JSON on standard error, one object a line, with the correlation id."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from support.backend.platform import correlation, moments


class JsonFormatter(logging.Formatter):
    """One record as one line."""

    def __init__(self, process_name: str) -> None:
        super().__init__()
        self._process_name = process_name

    def format(self, record: logging.LogRecord) -> str:
        """The line; a traceback becomes one of its members."""
        line = {
            "at": moments.timestamp(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname.lower(),
            "process": self._process_name,
            "logger": record.name,
            "correlation_id": correlation.current.get(),
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)


def configure(process_name: str) -> None:
    """Send everything from INFO up to standard error; libraries that log every request, from WARNING up."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter(process_name))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("uvicorn.error").addFilter(_is_true)
    for name in ("uvicorn", "uvicorn.error", "httpx", "httpcore", "openai"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _is_true(record: logging.LogRecord) -> bool:
    """Uvicorn logs this for every handshake that is refused with an HTTP answer."""
    return record.getMessage() != "ASGI callable returned without completing handshake."
