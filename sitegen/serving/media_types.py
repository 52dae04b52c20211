"""Media types of files by their names."""

from __future__ import annotations

import mimetypes

_COMPRESSIBLE = {"svg+xml", "javascript", "json", "xml", "manifest+json", "x-javascript"}


def media_type(path: str) -> str:
    """``text/html`` or ``image/webp``; ``application/octet-stream`` where the ending says nothing."""
    if path.endswith(".vcf"):
        return "text/vcard"
    return mimetypes.guess_type(path)[0] or "application/octet-stream"


def content_type(path: str) -> str:
    """The media type, with its encoding where it is a text."""
    kind = media_type(path)
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


def is_compressible(kind: str) -> bool:
    """Whether files of a media type become smaller by compression."""
    return kind.startswith("text/") or kind.partition("/")[2] in _COMPRESSIBLE
