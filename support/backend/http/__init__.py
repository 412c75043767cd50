"""Requests and answers: routing, validation, problems, idempotency."""
