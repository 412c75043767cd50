"""Judgements on many observations at once."""
