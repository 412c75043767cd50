"""The sentences that features are written in: acts, together, outages and expectations, by noun."""
