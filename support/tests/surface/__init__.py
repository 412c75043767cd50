"""Tests of the surface gate."""
