"""How Threadproof reaches, breaks, judges and reports a running backend."""
