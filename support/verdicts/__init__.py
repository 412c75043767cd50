"""Verdicts on many observations together."""
