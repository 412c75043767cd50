"""What every room may know: scenarios, outcomes, failures, rows, settings. Imports nothing of the suite."""
