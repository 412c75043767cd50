"""The catalogue of ways in which a backend can break a promise, and the proof that each scenario can fail.

- `seams` names the places of the backend at which a fault can be built in, and alone knows where they are.
- `makers` are the ways in which backends go wrong: skip, repeat, delay, change, store nothing, tell one device ...
- `catalogue` has the faults, a module for each capability. A fault names the scenarios that it must break by their
  ids, the step function at which they break, and the failure code; titles, sentences and texts are free.
- `fault`, `patch`, `proof` say what a fault is, build it into a process, and judge what was played.
- `rebind` binds faults again after steps or codes have changed: run `threadproof prove --rebind`, read what each fault
  breaks now and why, accept it by `python -m support.faults.rebind`, format, and prove again.

A fault is applied inside the backend's own process, as it starts. The backend knows nothing of this.
"""

BACKEND_PROGRAM = "support.faults.backend_program"
"""The module by which the launcher runs the backend; named, not imported, since loading it takes over a second."""
