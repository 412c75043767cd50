"""Tests of the suite's own eyes."""
