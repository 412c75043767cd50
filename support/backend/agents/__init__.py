"""The agents, and how they ask the model."""
