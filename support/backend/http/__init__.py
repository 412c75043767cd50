"""Requests and answers: strict routing, validation, errors, idempotency, cursors."""
