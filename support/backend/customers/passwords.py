"""Password hashes: scrypt, salted, with their cost kept beside them."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os


async def hash_password(password: str, cost: int) -> str:
    """A hash to store, as `scrypt$cost$salt$digest`; `cost` is scrypt's n as a power of two. Runs in a thread."""
    salt = os.urandom(16)
    digest = await asyncio.to_thread(_scrypt, password, cost, salt)
    return f"scrypt${cost}${salt.hex()}${digest.hex()}"


async def matches(password: str, stored: str | None, cost: int) -> bool:
    """Whether a password is the one stored. An unknown customer takes as long as a wrong password."""
    if stored is None:
        await asyncio.to_thread(_scrypt, password, cost, bytes(16))
        return False
    _, stored_cost, salt, digest = stored.split("$")
    found = await asyncio.to_thread(_scrypt, password, int(stored_cost), bytes.fromhex(salt))
    return hmac.compare_digest(found, bytes.fromhex(digest))


def _scrypt(password: str, cost: int, salt: bytes) -> bytes:
    n = 1 << cost
    return hashlib.scrypt(password.encode(), salt=salt, n=n, r=8, p=1, maxmem=256 * n * 8)
