"""Runs of agents: queued, claimed, ended."""
