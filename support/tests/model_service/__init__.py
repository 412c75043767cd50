"""Tests of model service."""
