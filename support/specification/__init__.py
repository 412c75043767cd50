"""What should be true: a pure model of a product in which customers hold threads with agents."""
