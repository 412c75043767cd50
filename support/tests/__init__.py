"""The tests of the suite itself, by room."""
