"""Mutants: small wrong changes of the embedded backend that nobody chose, to measure what the scenarios notice.

- `operators` has the kinds of change; `mutant` finds every mutant of a file, and leaves out by rule what no customer
  can notice: logs, metrics, documentation, types.
- `lines` records in the backend's process which lines a scenario runs; `coverage` keeps these records, and knows which
  scenarios can notice a mutant.
- `choice` draws mutants by a seed, and orders the scenarios to play with each.
- `build` builds one into the backend's process, as a fault is.
- `score` judges what was played. `equivalent.toml` lists, with reasons, mutants that change nothing for a customer.
"""
