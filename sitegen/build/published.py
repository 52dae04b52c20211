"""Reads from a published tree who has which address, for a site whose address book is not there, or was cut off."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from sitegen.errors import TokenError
from sitegen.roster import address_book
from sitegen.roster.address_book import Entry
from sitegen.roster.faults import FaultLog
from sitegen.roster.slugs import is_slug
from sitegen.token import LONGEST_TOKEN, TokenSigner

_TOKEN = re.compile(rb"[A-Za-z0-9_-]{1,64}\.[A-Za-z0-9_-]{20,%d}" % LONGEST_TOKEN)
"""Whatever looks like a member token; its signature decides whether it is one."""


def addresses(out: Path, folders: Iterable[str], signer: TokenSigner, today: str) -> Iterator[Entry]:
    """Yields the address of each member whose site is in one of ``folders`` of a published tree.

    The member is known by the signed token in the sign-up form of the site's first page. Folders that have none, or
    none that one of the present keys signed, are left out.
    """
    for folder in folders:
        member = _member(out / folder, signer) if is_slug(folder) else None
        if member is not None:
            yield Entry(member, folder, today)


def unknown(folders: Iterable[str], book: Path) -> Iterator[str]:
    """Yields those of ``folders`` of which an address book has no row: all if there is no such file."""
    slugs = {entry.slug for _, entry in address_book.read(book, FaultLog(book))}
    return (folder for folder in folders if folder not in slugs)


def _member(folder: Path, signer: TokenSigner) -> str | None:
    for found in dict.fromkeys(_TOKEN.findall(_first_page(folder))):
        try:
            return signer.read_member(found.decode())
        except TokenError:  # a build id, a page token, the token of another form
            continue
    return None


def _first_page(folder: Path) -> bytes:
    try:
        if (plain := folder / "index.html").is_file():
            return plain.read_bytes()
        return gzip.decompress((folder / "index.html.gz").read_bytes())
    except (OSError, EOFError, zlib.error):  # no page, or none that can be read: it tells nothing
        return b""
