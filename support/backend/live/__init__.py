"""The socket of a customer's device, and the frames that are sent on it."""
