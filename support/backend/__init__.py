"""A small, real backend for conversations with AI agents: HTTP, WebSocket, PostgreSQL and Redis.

It is the suite's default target and imports nothing of it. Start reading at `app.py`. Each wing imports only wings
below it:

    app, server, resources, health    one process: what it opens, its routes, its start and its end
    live                              sockets, and what is sent on them
    runs                              agents at work: queued, claimed, ended
    threads                           threads, messages, titles, search
    agents                            who can be asked, and the model that answers
    customers                         who is signed in: customers, sessions, tokens, routes that ask who is there
    events                            written with their change, published, kept to resume from
    plans                             what each plan holds, and the refusal of more
    http                              strict requests, problem documents, idempotency, cursors
    platform                          settings, PostgreSQL, Redis, problems, moments, logs, metrics

What a process opens is in `resources`. An endpoint asks for a part of it by type (`DatabasePart`, `RelayPart`), so no
wing knows the whole.
"""
