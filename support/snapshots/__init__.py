"""Everything kept, before and after; traces of what should be gone."""
