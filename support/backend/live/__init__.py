"""Live events: stored, published, delivered to sockets."""
