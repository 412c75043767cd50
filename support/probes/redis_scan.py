"""Scans all keys of Redis for their values and for a text. The server does the reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from support.probes.redis import RedisProbe

# Both scripts get a pattern for key names, and then texts. Replies are made printable, for values may be any bytes.
_READ = """
local function flatten(value, into)
  if type(value) == 'table' then
    for _, part in ipairs(value) do flatten(part, into) end
  else
    into[#into + 1] = tostring(value)
  end
  return into
end
local readers = {
  string = function(key) return {redis.call('GET', key)} end,
  list = function(key) return redis.call('LRANGE', key, 0, -1) end,
  zset = function(key) return redis.call('ZRANGE', key, 0, -1, 'WITHSCORES') end,
  set = function(key)
    local members = redis.call('SMEMBERS', key)
    table.sort(members)
    return members
  end,
  hash = function(key)
    local fields, found = redis.call('HKEYS', key), {}
    table.sort(fields)
    for _, field in ipairs(fields) do
      found[#found + 1] = field
      found[#found + 1] = redis.call('HGET', key, field)
    end
    return found
  end,
  stream = function(key)
    return flatten({redis.call('XRANGE', key, '-', '+'), redis.call('XINFO', 'GROUPS', key)}, {})
  end,
}
local function read(key)
  local kind = redis.call('TYPE', key).ok
  if kind == 'none' then return nil end
  if not readers[kind] then error('the suite cannot read values of the type ' .. kind) end
  return kind, readers[kind](key)
end
local function has(text)
  for n = 2, #ARGV do
    if string.find(text, ARGV[n], 1, true) then return true end
  end
  return false
end
local function any(parts)
  for _, part in ipairs(parts) do
    if has(part) then return true end
  end
  return false
end
local function printable(text)
  return (string.gsub(text, '[^\\32-\\126]', function(byte) return string.format('\\\\x%02x', string.byte(byte)) end))
end
local found = {}
local function each(look)
  local cursor = '0'
  repeat
    local page = redis.call('SCAN', cursor, 'MATCH', ARGV[1], 'COUNT', 1000)
    cursor = page[1]
    for _, key in ipairs(page[2]) do
      local kind, parts = read(key)
      if kind then look(key, kind, parts) end
    end
  until cursor == '0'
end
"""
_OTHERS = (
    _READ
    + """
each(function(key, kind, parts)
  if has(key) or any(parts) then return end
  local whole = {kind}
  for _, part in ipairs(parts) do whole[#whole + 1] = #part .. ':' .. part end
  local digest = redis.sha1hex(table.concat(whole, ','))
  found[#found + 1] = {printable(key), kind, #parts, digest, redis.call('PEXPIRETIME', key)}
end)
return found
"""
)
_TRACES = (
    _READ
    + """
each(function(key, kind, parts)
  if has(key) then
    found[#found + 1] = {printable(key), 'name'}
  elseif any(parts) then
    found[#found + 1] = {printable(key), kind}
  end
end)
return found
"""
)


@dataclass(frozen=True)
class KeptKey:
    """A key, the kind of its value, how many parts that has, its hash, and when the key goes (seconds since 1970)."""

    name: str
    kind: str
    parts: int
    digest: str
    until: float | None


async def keys_of_others(probe: RedisProbe, own: Sequence[str]) -> list[KeptKey]:
    """Every key of the stack, without its prefix, that has none of the texts `own` in its name or its value.

    Raises:
        EnvironmentFailed: Redis cannot be reached, or has a value of a kind that cannot be read.
    """
    found = await probe.run(_OTHERS, f"{probe.prefix}*", *own)
    kept = {
        name: KeptKey(name.removeprefix(probe.prefix), kind, parts, digest, until / 1000 if until > 0 else None)
        for name, kind, parts, digest, until in found
    }
    return list(kept.values())


async def keys_with(probe: RedisProbe, spellings: Sequence[str | bytes]) -> dict[str, str]:
    """Every key of the server's database, with any prefix, that has one of these texts.

    The text is in its name (then it comes with 'name') or in a value (with its kind).

    Raises:
        EnvironmentFailed: Redis cannot be reached, or has a value of a kind that cannot be read.
    """
    return dict(await probe.run(_TRACES, "*", *spellings))
