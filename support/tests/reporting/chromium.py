"""A headless Chromium, driven over its debugging protocol (https://chromedevtools.github.io/devtools-protocol)."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import os
import shutil
import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--proxy-server=127.0.0.1:9",
    "--window-size=1400,1000",
    "--remote-debugging-port=0",
)
NAMES = ("chromium", "chromium-browser", "google-chrome")
DEADLINE = 60


def chromium_or_skip() -> str:
    """The path of the browser; without one the test is skipped, or fails where a browser is demanded."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    missing = "no Chromium on PATH: install it with `apt-get install chromium`, or your system's package of it"
    if os.environ.get("THREADPROOF_DEMAND_BROWSER") == "1":
        pytest.fail(missing)
    pytest.skip(missing)


class Tab:
    """A page in the browser. `requests` are the addresses it asked for, in order."""

    def __init__(self, socket: ClientConnection) -> None:
        self.requests: list[str] = []
        self.problems: list[str] = []
        self._socket = socket
        self._ids = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for frame in self._socket:
            message: dict[str, Any] = json.loads(frame)
            if "id" in message:
                self._answers.pop(message["id"]).set_result(message)
            elif message["method"] == "Network.requestWillBeSent":
                self.requests.append(message["params"]["request"]["url"])
            elif message["method"] == "Runtime.exceptionThrown":
                self.problems.append(str(message["params"]["exceptionDetails"]))

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Call a method of the protocol and give its result."""
        number = next(self._ids)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        message = await asyncio.wait_for(answer, DEADLINE)
        assert "error" not in message, message
        return message["result"]

    async def open(self, address: str) -> None:
        """Open an address, with every request noted."""
        for domain in ("Network", "Page", "Runtime"):
            await self.call(f"{domain}.enable")
        await self.call("Page.navigate", url=address)

    async def evaluate(self, expression: str) -> Any:
        """The value of an expression of JavaScript, awaited if it is a promise."""
        answer = await self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    async def until(self, condition: str) -> None:
        """Wait until an expression is true; it is looked at whenever the browser draws the page anew."""
        await self.evaluate(f"""new Promise((resolve, reject) => {{
            const holds = () => {{ try {{ return {condition} }} catch (error) {{ return false }} }};
            const give_up = setTimeout(() => reject(new Error("never true")), {DEADLINE * 500});
            const look = () => holds() ? (clearTimeout(give_up), resolve(true)) : requestAnimationFrame(look);
            look();
        }})""")

    async def shows(self, text: str) -> None:
        """Wait until a text can be read on the page."""
        await self.until(f"document.body.innerText.includes({json.dumps(text)})")

    async def click(self, text: str) -> None:
        """Click the innermost element that reads `text`."""
        await self.shows(text)
        await self.evaluate(f"""(() => {{
            const all = [...document.querySelectorAll("body *")].filter(
                (one) => one.offsetParent && one.innerText && one.innerText.trim() === {json.dumps(text)});
            all[all.length - 1].click();
        }})()""")

    async def picture(self) -> bytes:
        """What the page looks like, as PNG."""
        shot = await self.call("Page.captureScreenshot", format="png")
        return base64.b64decode(shot["data"])

    async def close(self) -> None:
        """Leave the page."""
        await self._socket.close()
        await self._reader


@asynccontextmanager
async def chromium_tab(program: str, profile: Path) -> AsyncGenerator[Tab]:
    """A page of a separate browser, which keeps its data in `profile` and ends with the context."""
    command = [program, *FLAGS, f"--user-data-dir={profile}", "about:blank"]
    browser = await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert browser.stderr is not None
    try:
        port = await asyncio.wait_for(_port(browser.stderr), DEADLINE)
        chatter = asyncio.create_task(browser.stderr.read())
        async with httpx.AsyncClient(trust_env=False) as client:
            tabs = (await client.get(f"http://127.0.0.1:{port}/json/list")).json()
        address = next(tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page")
        tab = Tab(await connect(address, max_size=None, proxy=None))
        try:
            yield tab
        finally:
            await tab.close()
    finally:
        browser.kill()
        await browser.wait()
    await chatter


async def _port(stderr: asyncio.StreamReader) -> int:
    async for line in stderr:
        if b"DevTools listening on" in line:
            return int(line.decode().split("127.0.0.1:")[1].split("/")[0])
    raise AssertionError("Chromium ended before it listened")
