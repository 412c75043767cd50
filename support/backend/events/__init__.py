"""Events on their way: written with the change they tell of, published, kept to resume from."""
