"""The faults, one module for each capability that they break."""
