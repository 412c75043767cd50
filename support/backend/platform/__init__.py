"""What every wing stands on: settings, PostgreSQL, Redis, logs, metrics, health."""
