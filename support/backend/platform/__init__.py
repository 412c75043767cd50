"""What every wing stands on: settings, PostgreSQL, Redis, problems, moments, logs, metrics."""
