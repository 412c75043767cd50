"""The contract between the suite and a kind of backend, in small groups."""
