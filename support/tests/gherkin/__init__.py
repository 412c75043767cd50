"""Tests of gherkin."""
