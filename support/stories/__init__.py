"""Random stories: people do acts that are drawn at random, and the specification alone judges what comes of it."""
