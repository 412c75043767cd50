"""Many acts at the same moment, recorded as a history."""
