"""The ground of every room: scenarios, outcomes, failures, rows, settings. Imports nothing of the suite."""
