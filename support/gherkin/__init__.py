"""Feature files and sentences: parsing, step definitions, guards, the background loop."""
