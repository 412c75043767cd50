"""Tests of random stories."""
