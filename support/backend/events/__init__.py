"""Events on their way: written with their change, published, kept to resume from."""
