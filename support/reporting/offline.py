"""Makes an HTML page self-contained: no script, style, picture or request from elsewhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_FOREIGN_SCRIPT = re.compile(r"<script\b[^>]*\bsrc=[\"']?(?:https?:)?//[^>]*>\s*</script>\s*", re.IGNORECASE)
_ANALYTICS = re.compile(r"<script>(?:(?!</script>).)*?\bdataLayer\b(?:(?!</script>).)*?</script>\s*", re.DOTALL)
_POLICY = (
    '<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src data: blob: 'unsafe-inline' 'unsafe-eval'; form-action 'none'\">"
)
_FETCHING = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src", "object": "data"}


class NotOffline(Exception):
    """The page would still fetch a file: a new version of the generator has added a request."""


def offline_html(page: str) -> str:
    """The page without scripts from elsewhere and without the analytics snippet, under a policy that forbids requests.

    Raises:
        NotOffline: the page would still fetch a file; the message names it.
    """
    page = _FOREIGN_SCRIPT.sub("", page)
    page = _ANALYTICS.sub("", page)
    page = page.replace("<head>", f"<head>\n    {_POLICY}", 1)
    finder = _Fetches()
    finder.feed(page)
    if finder.found or not finder.has_policy:
        raise NotOffline("the report would ask for " + (", ".join(finder.found) or "anything: it has no <head>"))
    return page


class _Fetches(HTMLParser):
    """Collects what the tags of a page would fetch over a network."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.has_policy = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        address = (values.get(_FETCHING.get(tag, "")) or "").strip()
        if address and not address.startswith(("data:", "blob:", "#")):
            self.found.append(f"<{tag}> {address}")
        self.has_policy = self.has_policy or values.get("http-equiv") == "Content-Security-Policy"
