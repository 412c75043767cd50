"""Targets that show little, through the real runner: nothing false is told of them, and bugs are told."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from support.core.settings import PROJECT
from support.services import Stack, ports
from support.services.http_calls import expect_answer
from support.services.process import NotReady
from support.tests.drivers.small_server import BUGS
from support.tests.small_suite import clean_environ

pytest_plugins = ["support.tests.backend.backend_fixture"]

SMALL = """\
name = "small"
driver = "support.tests.drivers.small_driver:SmallConnections"

[policy]
version = "absent"
"""


def play(folder: Path, url: str, profile: str, *arguments: str, **more: str) -> tuple[int, dict[str, Any], str]:
    """The exit code, the ledger and the output of a run against a target of which only the address is given."""
    environ = {"THREADPROOF_PROFILE": profile, "THREADPROOF_BACKEND_URLS": url, "THREADPROOF_REPORTS": str(folder)}
    program = "from support.cli.commands import main; main()"
    ended = subprocess.run(
        [sys.executable, "-c", program, "run", "--no-report", "-n", "0", *arguments],
        cwd=PROJECT,
        env=clean_environ() | environ | more,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    ledger = folder / "ledger.json"
    return (
        ended.returncode,
        json.loads(ledger.read_text("utf-8")) if ledger.exists() else {},
        ended.stdout + ended.stderr,
    )


def outcomes(ledger: dict[str, Any]) -> dict[str, str]:
    return {one["id"]: one["outcome"] for one in ledger["scenarios"]}


@contextmanager
def small_server(bug: str = "") -> Generator[str]:
    """The address of a small server."""
    port = ports.free_port()
    module = "support.tests.drivers.small_server"
    with subprocess.Popen([sys.executable, "-m", module, str(port), *bug.split()], cwd=PROJECT) as server:
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(url)
            yield url
        finally:
            server.kill()


def wait_for(url: str) -> None:
    """Return once the address answers."""
    for _ in range(200):
        try:
            expect_answer(url)
        except NotReady:
            subprocess.run(["sleep", "0.05"], check=True)
        else:
            return
    raise AssertionError(f"{url} does not answer")


@pytest.fixture
def small_profile(tmp_path: Path) -> str:
    path = tmp_path / "small.toml"
    path.write_text(SMALL, "utf-8")
    return str(path)


def test_ten_calls_give_verdicts_and_nothing_false_is_told(tmp_path: Path, small_profile: str) -> None:
    rows = [f"--row={row}" for row in ("TL-04", "TL-11", "TL-12", "TL-17", "TL-20", "TL-21", "TL-23")]
    with small_server() as url:
        code, ledger, said = play(tmp_path, url, small_profile, *rows)
    assert code == 0, said
    kept = [id_ for id_, outcome in outcomes(ledger).items() if outcome == "kept"]
    assert sorted(kept) == ["TL-04.1", "TL-11.1", "TL-11.3", "TL-11.4", "TL-17.1", "TL-17.2"]
    reasons = {one["id"]: one["reason"] for one in ledger["scenarios"] if one["outcome"] == "not_offered"}
    assert len(reasons) == ledger["totals"]["collected"] - len(kept)
    assert reasons["TL-12.2"] == (
        "status: the driver support.tests.drivers.small_driver:SmallConnections does not have it"
    )
    unseen = {one["id"]: one["not_looked_at"] for one in ledger["scenarios"]}
    assert "the last activity of 'Lids for spring'" in unseen["TL-11.1"]
    assert ledger["totals"]["not_looked_at"] == sum(map(len, unseen.values()))
    assert f"{ledger['totals']['not_looked_at']} checks were not looked at" in said


@pytest.mark.parametrize(
    ("bug", "broken"),
    list(zip(BUGS, ({"TL-04.1", "TL-17.1"}, {"TL-11.3", "TL-11.4"}, {"TL-11.3", "TL-11.4"}), strict=True)),
)
def test_a_bug_of_a_small_server_is_told(tmp_path: Path, small_profile: str, bug: str, broken: set[str]) -> None:
    with small_server(bug) as url:
        code, ledger, said = play(tmp_path, url, small_profile, "--row=TL-04", "--row=TL-11", "--row=TL-17")
    assert code == 1, said
    found = outcomes(ledger)
    assert broken <= {id_ for id_, outcome in found.items() if outcome == "broken"}, said
    assert set(found.values()) <= {"broken", "kept", "not_offered"}, said


def test_a_run_that_judges_nothing_fails(tmp_path: Path, small_profile: str) -> None:
    with small_server() as url:
        code, ledger, said = play(tmp_path, url, small_profile, "--row=TL-18")
    assert set(outcomes(ledger).values()) == {"not_offered"}
    assert code == 1
    count = ledger["totals"]["collected"]
    assert f"No promise was judged: of {count} scenarios none is offered by this target." in said


def test_the_embedded_backend_is_a_black_box_to_somebody_with_its_address_alone(tmp_path: Path, stack: Stack) -> None:
    tiers = [f"--tier={tier}" for tier in ("free", "early", "mid", "enterprise")]
    token = {"THREADPROOF_OPERATOR_TOKEN": stack.operator_token}
    code, ledger, said = play(tmp_path, stack.backend_urls[0], "black_box", *tiers, **token)
    assert code == 0, said
    found = outcomes(ledger)
    assert set(found.values()) == {"kept", "not_offered"}
    not_offered = {id_.partition("[")[0] for id_, outcome in found.items() if outcome == "not_offered"}
    lost = "TL-01.1 TL-01.2 TL-01.3 TL-01.4 TL-01.5 TL-01.11 TL-07.4 TL-10.2 TL-11.2 TL-20.1 TL-20.3"
    lost_too = "TL-22.3 TL-22.4 TL-22.5 TL-24.2 TL-24.3"
    assert not_offered == {*lost.split(), *lost_too.split()}
    reasons = {one["id"]: one["reason"] for one in ledger["scenarios"]}
    expired = "TL-20.1[with a session that has expired]"
    assert "cannot be made without the key" in reasons[expired]
    assert found["TL-20.1[without signing in]"] == "kept"
    assert ledger["totals"]["not_looked_at"] > 100
