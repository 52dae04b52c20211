"""Finds the media types of files by their names."""

from __future__ import annotations

import mimetypes

_COMPRESSIBLE = {"svg+xml", "javascript", "json", "xml", "manifest+json", "x-javascript"}


def media_type(path: str) -> str:
    """Returns the media type of a file by its name, such as ``text/html``; if unknown, ``application/octet-stream``."""
    if path.endswith(".vcf"):
        return "text/vcard"
    return mimetypes.guess_type(path)[0] or "application/octet-stream"


def content_type(path: str) -> str:
    """Returns the Content-Type of a file by its name: the media type, for a text with ``charset=utf-8``."""
    kind = media_type(path)
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


def is_compressible(kind: str) -> bool:
    """Returns whether files of a media type become smaller by compression."""
    return kind.startswith("text/") or kind.partition("/")[2] in _COMPRESSIBLE
