"""From a request to bytes: a WSGI application (PEP 3333) with as little as possible in between.

::

    method ─> path ─> host ─> what stands there ─> entity tag known? ─> 304
                                                         └─ render, compress ─> 200
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from sitegen.errors import EspalierError
from sitegen.render.compression import compressed
from sitegen.roster.lookup import Found, Unavailable
from sitegen.serving.local_server import policy
from sitegen.serving.production import http
from sitegen.serving.production.edition import Edition, Moved, Personal, Stored, is_packed
from sitegen.site.content import NOT_FOUND

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Header = tuple[str, str]
Answer = tuple[str, list[Header], bytes]

LONGEST = 2000
"""Characters of a path; no address of ours comes near."""

STATUS = {
    200: "200 OK",
    304: "304 Not Modified",
    308: "308 Permanent Redirect",
    400: "400 Bad Request",
    404: "404 Not Found",
    405: "405 Method Not Allowed",
    410: "410 Gone",
    421: "421 Misdirected Request",
    500: "500 Internal Server Error",
    503: "503 Service Unavailable",
}
_TEXT = ("Content-Type", "text/plain; charset=utf-8")
_VARY = ("Vary", "Accept-Encoding")
_ASKED_ANEW = ("Cache-Control", "no-cache")
_FOR_EVER = ("Cache-Control", "public, max-age=31536000, immutable")
_NOT_KEPT = ("Cache-Control", "no-store")

_log = logging.getLogger("sitegen.production")


class App:
    """Answers from the newest edition; ``edition`` gives it."""

    def __init__(self, edition: Callable[[], Edition]) -> None:
        self._edition = edition
        self._desk = Desk(edition())

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        edition = self._edition()
        desk = self._desk
        if desk.edition is not edition:
            desk = self._desk = Desk(edition)
        status, headers, content = desk.answer(environ)
        start_response(status, headers)
        return () if environ["REQUEST_METHOD"] == "HEAD" or not content else (content,)


class Desk:
    """Answers requests from one edition."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        site = edition.site
        self._root = site.addresses.root if site.addresses.layout == "path" else "/"
        self._host_of = http.host_of(urlsplit(site.addresses.url).netloc)
        self._by_host = site.addresses.layout == "subdomain"
        self._safe: list[Header] = [
            ("Content-Security-Policy", policy(site.settings.capture_url, site.addresses)),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "strict-origin-when-cross-origin"),
        ]

    def answer(self, environ: WSGIEnvironment) -> Answer:
        """Status, headers and content; the content of a GET for HEAD as well."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self._plain(405, "only GET and HEAD", ("Allow", "GET, HEAD"))
        path = environ["PATH_INFO"]
        if len(path) > LONGEST:
            return self._stored(environ, self.edition.message(NOT_FOUND))
        if not path.isascii() or not path.isprintable():
            # Addresses of ours are ASCII: what is not can only be a page that does not exist, or an attack.
            if "\0" in path or not _is_utf8(path):
                return self._plain(400, "bad request")
            return self._stored(environ, self.edition.message(NOT_FOUND))
        try:
            return self._on_host(environ, path) if self._by_host else self._below_root(environ, path)
        except Unavailable as error:
            _log.error("%s", error)
            return self._plain(503, "please try again in a moment", ("Retry-After", "5"))
        except EspalierError as error:
            _log.error("%s: %s", path, error)
            return self._plain(500, "this page cannot be shown")

    def _below_root(self, environ: WSGIEnvironment, path: str) -> Answer:
        """The path layout: /ana/faq/."""
        if not path.startswith(self._root):
            if f"{path}/" == self._root:
                return self._moved(environ, self._root)
            return self._stored(environ, self.edition.message(NOT_FOUND))
        path = path[len(self._root) :]
        here = self.edition.stored(path)
        if here is not None:
            return (
                self._moved(environ, self._root + here.location)
                if isinstance(here, Moved)
                else self._stored(environ, here)
            )
        slug, slash, rest = path.partition("/")
        found = self.edition.lookup.by_slug(slug)
        if found is None:
            return self._stored(environ, self.edition.message(NOT_FOUND))
        if not slash and found.row[_STATUS] == "active":
            return self._moved(environ, f"{self._root}{slug}/")
        return self._of_member(environ, found, rest, f"{self._root}{slug}/")

    def _on_host(self, environ: WSGIEnvironment, path: str) -> Answer:
        """The subdomain layout: ana.example.com/faq/."""
        slug = self._host_of(environ.get("HTTP_HOST", ""))
        if slug is None:
            return self._plain(421, "no site of this name is kept here")
        path = path.removeprefix("/")
        if not slug:
            return self._on_company_host(environ, path)
        if path.startswith("assets/"):
            here = self.edition.stored(path)
            return self._stored(environ, here if isinstance(here, Stored) else self.edition.message(NOT_FOUND))
        found = self.edition.lookup.by_slug(slug)
        if found is None:
            return self._stored(environ, self.edition.message(NOT_FOUND))
        return self._of_member(environ, found, path, "/")

    def _on_company_host(self, environ: WSGIEnvironment, path: str) -> Answer:
        here = self.edition.stored(path)
        if isinstance(here, Stored):
            return self._stored(environ, here)
        if here is not None:
            return self._moved(environ, f"/{here.location}")
        slug, _, rest = path.partition("/")
        found = self.edition.lookup.by_slug(slug)
        if found is None:
            return self._stored(environ, self.edition.message(NOT_FOUND))
        if found.row[_STATUS] != "active":
            return self._of_member(environ, found, rest, "/")
        return self._moved(environ, self.edition.site.addresses.member_home(slug) + rest)

    def _of_member(self, environ: WSGIEnvironment, found: Found, path: str, base: str) -> Answer:
        here = self.edition.personal(found, path)
        if isinstance(here, Personal):
            return self._personal(environ, here, found)
        return self._moved(environ, base + here.location) if isinstance(here, Moved) else self._stored(environ, here)

    def _personal(self, environ: WSGIEnvironment, file: Personal, found: Found) -> Answer:
        edition = self.edition
        packed = is_packed(file.type) and http.takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        tag = edition.tag(file, found)
        since = max(file.since, found.since, edition.members_since)
        headers = self._headers(_ASKED_ANEW, tag, since, packed, is_packed(file.type))
        if http.not_modified(environ, f"{tag}-gz" if packed else tag, since):
            return STATUS[304], headers, b""
        content = edition.content(file, found)
        return self._whole(200, headers, file.type, compressed(content) if packed else content, packed)

    def _stored(self, environ: WSGIEnvironment, file: Stored) -> Answer:
        packed = file.packed is not None and http.takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        cache = _FOR_EVER if file.lasting else _ASKED_ANEW
        headers = self._headers(cache, file.tag, file.since, packed, file.packed is not None)
        if file.tag and http.not_modified(environ, f"{file.tag}-gz" if packed else file.tag, file.since):
            return STATUS[304], headers, b""
        content = file.packed if packed and file.packed is not None else file.content
        return self._whole(file.status, headers, file.type, content, packed)

    def _headers(self, cache: Header, tag: str | None, since: int, packed: bool, varies: bool) -> list[Header]:
        """What a 200 and a 304 have in common (15.4.5)."""
        headers = [*self._safe, cache]
        if varies:
            headers.append(_VARY)
        if tag is not None:  # strong, so another one where the bytes are others (8.8.3.3)
            headers.append(("ETag", f'"{tag}-gz"' if packed else f'"{tag}"'))
            headers.append(("Last-Modified", http.http_date(since)))
        return headers

    def _whole(self, status: int, headers: list[Header], kind: str, content: bytes, packed: bool) -> Answer:
        headers += (("Content-Type", kind), ("Content-Length", str(len(content))))
        if packed:
            headers.append(("Content-Encoding", "gzip"))
        return STATUS[status], headers, content

    def _moved(self, environ: WSGIEnvironment, location: str) -> Answer:
        query = environ.get("QUERY_STRING", "")
        asked = f"?{quote(query, safe=_QUERY)}" if query else ""
        address = quote(location, safe="/:") + asked
        return STATUS[308], [*self._safe, _ASKED_ANEW, ("Location", address), ("Content-Length", "0")], b""

    def _plain(self, status: int, text: str, *more: Header) -> Answer:
        content = f"{text}\n".encode()
        return STATUS[status], [*self._safe, _NOT_KEPT, _TEXT, ("Content-Length", str(len(content))), *more], content


_QUERY = "%/:=&?~#+!$,;'@()*[]"
_STATUS = Found.place("status")


def _is_utf8(path: str) -> bool:
    try:
        path.encode("latin-1").decode()
    except UnicodeError:
        return False
    return True
