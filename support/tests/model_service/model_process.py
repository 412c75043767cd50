"""A model service as a separate process, and one question to it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from openai import AsyncOpenAI
from openai.types.chat import ChatCompletion

API_KEY = "sk-very-secret"
COMMAND = [sys.executable, "-m", "support.model_service"]


@contextmanager
def running(port: int = 0) -> Generator[tuple[str, subprocess.Popen[str]]]:
    """A service process and its address. Unless it is killed, it must end without any further output."""
    with subprocess.Popen(
        [*COMMAND, "--port", str(port)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[-1], process
        finally:
            process.terminate()
            out, errors = process.communicate(timeout=5)
        assert (process.returncode, out, errors) in ((0, "", ""), (-signal.SIGKILL, "", ""))


async def ask(client: AsyncOpenAI, text: str, **options: Any) -> ChatCompletion:
    """Ask one question and await the whole reply; the options are further fields of the request."""
    return await client.chat.completions.create(
        model="any-model", messages=[{"role": "user", "content": text}], extra_body=options
    )
