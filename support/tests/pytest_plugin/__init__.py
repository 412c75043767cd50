"""Tests of the plugin's own parts."""
