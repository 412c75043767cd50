"""The suite's own eyes: they read PostgreSQL, Redis and metrics over connections of their own, and change nothing."""
