"""The catalogue of ways in which a backend can break a promise, and the prover that shows each scenario red.

The catalogue names places in the embedded backend and never imports it: a fault is applied inside the backend's own
process, as it starts. The backend knows nothing of this.
"""

BACKEND_PROGRAM = "support.faults.backend_program"
"""The module by which the launcher runs the backend; named, not imported, since loading it takes over a second."""
