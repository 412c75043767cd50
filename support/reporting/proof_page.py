"""Makes `proof.html` from `proof.json`: one page with the faults, the mutants and what was never seen to break."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

_TEMPLATE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Threadproof: the proof</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1c2430; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; vertical-align: top; padding: .35rem .8rem .35rem 0; border-top: 1px solid #dde2e8; }
  .caught, .killed, ins { color: #14713c; } .equivalent { color: #667080; }
  .missed, .inert, .survived, .environment, del { color: #b3261e; }
  code, del, ins { font: 13px/1.4 ui-monospace, monospace; white-space: pre-wrap; }
  del, ins { display: block; text-decoration: none; } del::before { content: "- "; } ins::before { content: "+ "; }
</style>
</head>
<body>
<h1>The proof</h1>
<p>A fault is a named way to break a promise. The scenarios that it names must break, at the step and with the failure
that it declares. A mutant is a small wrong change of the backend, drawn by chance. A scenario must notice it.</p>
<p>{{ summary }}</p>
{% if mutants %}
<h2>Mutants</h2>
{% if left %}
<table>
<tr><th>Mutant</th><th>Change</th><th>Played</th><th>Seen</th></tr>
{% for one in left %}
<tr>
  <td><span class="{{ one.fate }}">{{ one.fate }}</span><br>{{ one.file }}:{{ one.line }}<br>{{ one.within }}</td>
  <td><del>{{ one.before }}</del><ins>{{ one.after }}</ins></td>
  <td>{{ one.trials }} of {{ one.runs_in }} scenarios</td>
  <td>{{ one.seen or "" }}</td>
</tr>
{% endfor %}
</table>
{% else %}
<p>Every mutant was killed.</p>
{% endif %}
{% endif %}
<h2>Faults</h2>
<table>
<tr><th>Fault</th><th>What is wrong</th><th>Breaks</th></tr>
{% for fault in faults %}
<tr>
  <td><span class="{{ fault.verdict }}">{{ fault.verdict }}</span><br>{{ fault.name }}</td>
  <td>{{ fault.story }}</td>
  <td>{% for row in fault.rows %}{{ row.id }} <code>{{ row.code or row.outcome }}</code><br>{% endfor %}</td>
</tr>
{% endfor %}
</table>
{% if never %}
<h2>Sentences that nothing has broken yet</h2>
<ul>{% for function in never %}<li><code>{{ function }}</code></li>{% endfor %}</ul>
{% endif %}
</body>
</html>
"""


def write_proof_page(reports: Path) -> Path:
    """Write `proof.html` beside `proof.json`, which must be there; returns its path."""
    proof: dict[str, Any] = json.loads((reports / "proof.json").read_text("utf-8"))
    page = reports / "proof.html"
    page.write_text(proof_page(proof), "utf-8")
    return page


def proof_page(proof: Mapping[str, Any]) -> str:
    """The page of a proof: whole HTML that needs no other file."""
    mutants: Mapping[str, Any] = proof.get("mutants") or {}
    known = [one for one in mutants.get("all", ()) if one["fate"] == "equivalent"]
    template = Environment(autoescape=True, undefined=StrictUndefined).from_string(_TEMPLATE)
    return template.render(
        summary=summary(proof),
        mutants=mutants,
        left=[*mutants.get("survivors", ()), *known],
        faults=proof["faults"],
        never=[function for function, names in proof["broken_at"].items() if not names],
    )


def summary(proof: Mapping[str, Any]) -> str:
    """The proof in a sentence or two, such as `193 faults: 193 caught. Mutation score 95.0% ...`."""
    verdicts = Counter(fault["verdict"] for fault in proof["faults"])
    counts = ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items()))
    number = len(proof["faults"])
    told = f"{number} fault{'' if number == 1 else 's'}: {counts or 'none played'}."
    if mutants := proof.get("mutants"):
        told += f" Mutation score {mutants['score']:.1%}: {mutants['killed']} of {mutants['played']} mutants killed"
        told += f" (seed {mutants['seed']}), {mutants['survived']} survived, {mutants['environment']} not judged."
    return told
