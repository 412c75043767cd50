"""A small, real backend for conversations with AI agents: HTTP, WebSocket, PostgreSQL and Redis.

It is the suite's default target and imports nothing of it. Start reading at `app.py`.
"""
