"""The page of the proof: faults, the score, the mutants that are left, and no request to anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from support.reporting.ledger_file import write_json
from support.reporting.offline import offline_html
from support.reporting.proof_page import proof_page, summary, write_proof_page

SURVIVOR: dict[str, Any] = {
    "file": "threads/search.py",
    "line": 88,
    "within": "page",
    "before": "if len(rows) <= limit:",
    "after": "if (len(rows) < limit):",
    "fate": "survived",
    "trials": 24,
    "runs_in": 30,
    "seen": None,
}
PROOF: dict[str, Any] = {
    "faults": [
        {
            "name": "titles_vanish",
            "story": "Titles vanish & nobody <sees> it.",
            "verdict": "caught",
            "rows": [{"id": "TL-01.1", "code": "title.shown", "outcome": "broken"}],
        }
    ],
    "broken_at": {"steps.threads:has": ["titles_vanish"], "steps.lists:saw": []},
    "mutants": {
        "seed": 7,
        "played": 60,
        "killed": 57,
        "survived": 2,
        "environment": 1,
        "score": 0.95,
        "survivors": [SURVIVOR],
        "all": [SURVIVOR, SURVIVOR | {"fate": "equivalent", "seen": "nobody can tell", "after": "if 1 < 2:"}],
    },
}


def test_the_page_shows_the_score_and_what_is_left() -> None:
    page = proof_page(PROOF)
    for text in (
        "1 fault: 1 caught.",
        "Mutation score 95.0%: 57 of 60 mutants killed (seed 7), 2 survived, 1 not judged.",
        "threads/search.py:88",
        "if (len(rows) &lt; limit):",
        "24 of 30 scenarios",
        "nobody can tell",
        "Titles vanish &amp; nobody &lt;sees&gt; it.",
        "TL-01.1 <code>title.shown</code>",
        "steps.lists:saw",
    ):
        assert text in page, text
    assert "<li><code>steps.threads:has" not in page


def test_the_page_asks_for_no_other_file() -> None:
    assert "Content-Security-Policy" in offline_html(proof_page(PROOF))


def test_a_proof_without_mutants_has_no_part_for_them(tmp_path: Path) -> None:
    proof = {name: value for name, value in PROOF.items() if name != "mutants"}
    write_json(tmp_path / "proof.json", proof)
    page = write_proof_page(tmp_path).read_text("utf-8")
    assert "<h2>Mutants</h2>" not in page
    assert summary(proof) == "1 fault: 1 caught."
    assert "Every mutant was killed." in proof_page(
        proof | {"mutants": PROOF["mutants"] | {"survivors": [], "all": []}}
    )
