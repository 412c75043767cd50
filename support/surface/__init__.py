"""The surface that a backend describes, the parts of it that scenarios exercise, and what is left."""
