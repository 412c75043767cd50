"""Tests of specification."""
