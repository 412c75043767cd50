"""One process for a whole run that has loaded the slow modules, and forks the run's Python processes.

This room imports nothing of the suite but the failures, so that loading can begin before the suite itself is loaded.
"""
