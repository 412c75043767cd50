"""The sentences that features are written in, one module for each noun of the domain."""
