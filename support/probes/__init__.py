"""Probes read PostgreSQL, Redis and metrics over the suite's own connections, and change nothing."""
