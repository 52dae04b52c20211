"""Answers visitors' requests: a WSGI application (PEP 3333) that does as little as possible for each.

::

    method ─> path ─> host ─> which file is there ─> entity tag known? ─> 304
                                                           └─ render, compress ─> 200
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote

from sitegen.errors import EspalierError
from sitegen.render.compression import compressed
from sitegen.render.resolver import Moved
from sitegen.roster.lookup import Unavailable
from sitegen.serving import http
from sitegen.serving.media_types import is_compressible
from sitegen.serving.policy import policy
from sitegen.serving.production.messages import GONE
from sitegen.serving.production.served_files import ServedFiles, StoredFile
from sitegen.serving.snapshot import Here, NothingHere, OnMemberSite
from sitegen.site.content import NOT_FOUND

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Header = tuple[str, str]
Answer = tuple[str, list[Header], bytes]

LONGEST = 2000
"""The most characters of a path, and of what follows its question mark. No address of a site is nearly as long."""

STATUS = {
    200: "200 OK",
    304: "304 Not Modified",
    308: "308 Permanent Redirect",
    400: "400 Bad Request",
    404: "404 Not Found",
    405: "405 Method Not Allowed",
    410: "410 Gone",
    414: "414 URI Too Long",
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


class ProductionApp:
    """The WSGI application: answers every request from the newest version of the site, which ``files`` returns."""

    def __init__(self, files: Callable[[], ServedFiles]) -> None:
        self._files = files
        self._responder = Responder(files())

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        files = self._files()
        responder = self._responder
        if responder.files is not files:
            responder = self._responder = Responder(files)
        try:
            status, headers, content = responder.answer(environ)
        except Exception:  # noqa: BLE001 - the server would answer without our headers, and say nothing
            _log.exception("a bug kept a request from being answered")
            status, headers, content = responder.failed()
        start_response(status, headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" or not content else [content]


class Responder:
    """Answers requests from one version of the site's files."""

    def __init__(self, files: ServedFiles) -> None:
        self.files = files
        self._snapshot = files.snapshot
        site = files.snapshot.site
        self._root = site.addresses.root
        self._by_host = site.addresses.layout == "subdomain"
        self._safe: list[Header] = [
            ("Content-Security-Policy", policy(site.settings.capture_url, site.addresses)),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "strict-origin-when-cross-origin"),
        ]

    def answer(self, environ: WSGIEnvironment) -> Answer:
        """Returns the status, headers and content of the answer to a request; for HEAD the same as for GET."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self._plain(405, "only GET and HEAD", ("Allow", "GET, HEAD"))
        path = environ["PATH_INFO"]
        if len(environ.get("QUERY_STRING", "")) > LONGEST:
            return self._plain(414, "this address is too long")
        if len(path) > LONGEST:
            return self._stored(environ, self.files.message(NOT_FOUND))
        if not path.isascii() or not path.isprintable():
            # All addresses of a site are ASCII: any other can only be a page that does not exist, or an attack.
            if "\0" in path or not _is_utf8(path):
                return self._plain(400, "bad request")
            return self._stored(environ, self.files.message(NOT_FOUND))
        try:
            return self._on_host(environ, path) if self._by_host else self._below_root(environ, path)
        except Unavailable as error:
            _log.error("a request was answered 503: %s", error)
            return self._plain(503, "please try again in a moment", ("Retry-After", "5"))
        except EspalierError as error:
            # Without its path, which names a member: the error names the file that is at fault.
            _log.error("a request was answered 500: %s", error)
            return self.failed()

    def failed(self) -> Answer:
        """Returns the answer to a request for something that cannot be made."""
        return self._plain(500, "this page cannot be shown")

    def _on_host(self, environ: WSGIEnvironment, path: str) -> Answer:
        """Answers in the subdomain layout: ana.example.com/faq/."""
        slug = self._snapshot.slug_of_host(environ.get("HTTP_HOST", ""))
        if slug is None:
            return self._plain(421, "no site of this name is kept here")
        path = path.removeprefix("/")
        here = self._snapshot.on_member_host(slug, path) if slug else self._snapshot.on_company_host(path)
        return self._here(environ, here)

    def _below_root(self, environ: WSGIEnvironment, path: str) -> Answer:
        """Answers in the path layout: example.com/ana/faq/."""
        if not path.startswith(self._root):
            if f"{path}/" == self._root:
                return self._moved(environ, self._root)
            return self._stored(environ, self.files.message(NOT_FOUND))
        return self._here(environ, self._snapshot.below_root(self._root, path[len(self._root) :]))

    def _here(self, environ: WSGIEnvironment, here: Here) -> Answer:
        if isinstance(here, OnMemberSite):
            return self._of_member(environ, here)
        if isinstance(here, Moved):
            return self._moved(environ, here.location)
        if isinstance(here, NothingHere):
            return self._stored(environ, self.files.message(GONE if here.gone else NOT_FOUND, here.locale))
        return self._stored(environ, self.files.of_company(here) or self.files.message(NOT_FOUND))

    def _of_member(self, environ: WSGIEnvironment, here: OnMemberSite) -> Answer:
        files, file, found = self.files, here.file, here.member
        facts = files.facts(file, found.locale)
        varies = is_compressible(facts.type)
        packed = varies and http.takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        tag = files.tag(file, facts, found)
        since = max(facts.since, found.since, files.members_since)
        headers = self._headers(_ASKED_ANEW, tag, since, packed, varies)
        if http.not_modified(environ, f"{tag}-gz" if packed else tag, since):
            return STATUS[304], headers, b""
        content = files.content(file, found)
        return self._whole(200, headers, facts.type, compressed(content) if packed else content, packed)

    def _stored(self, environ: WSGIEnvironment, file: StoredFile) -> Answer:
        packed = file.packed is not None and http.takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        cache = _FOR_EVER if file.lasting else _ASKED_ANEW
        headers = self._headers(cache, file.tag, file.since, packed, file.packed is not None)
        if file.tag and http.not_modified(environ, f"{file.tag}-gz" if packed else file.tag, file.since):
            return STATUS[304], headers, b""
        content = file.packed if packed and file.packed is not None else file.content
        return self._whole(file.status, headers, file.type, content, packed)

    def _headers(self, cache: Header, tag: str | None, since: int, packed: bool, varies: bool) -> list[Header]:
        """Returns the headers that a 200 and a 304 have in common (RFC 9110, 15.4.5)."""
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


def _is_utf8(path: str) -> bool:
    try:
        path.encode("latin-1").decode()
    except UnicodeError:
        return False
    return True
