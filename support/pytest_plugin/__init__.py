"""The one place where the parts of the suite are put together, as a pytest plugin."""
