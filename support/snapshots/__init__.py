"""Everything stored, before and after; traces of erased threads."""
