"""Who is signed in: customers, sessions, tokens."""
