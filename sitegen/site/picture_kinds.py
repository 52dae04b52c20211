"""Tells of what kind a picture is by its first bytes, for hints about pictures that cannot be read."""

from __future__ import annotations

import re

_KINDS = {
    "a JPEG picture": rb"\xff\xd8\xff",
    "a PNG picture": rb"\x89PNG\r\n\x1a\n",
    "a GIF picture": rb"GIF8[79]a",
    "a WebP picture": rb"RIFF....WEBP",
    "an AVIF picture": rb"....ftypavi[fs]",
    "an HEIC picture": rb"....ftyp(?:hei[cmsx]|hev[cmsx]|mif1|msf1)",
    "a TIFF picture": rb"II[*+]\0|MM\0[*+]",
    "a BMP picture": rb"BM.{12}[\x0c-\x7c]\0\0\0",
    "a JPEG XL picture": rb"\xff\x0a|\0\0\0\x0cJXL ",
    "a JPEG 2000 picture": rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51",
    "a Photoshop picture": rb"8BPS",
    "an icon": rb"\0\0\x01\0",
    "a film": rb"....ftyp|\x1aE\xdf\xa3",
    "a PDF document": rb"%PDF-",
    "a ZIP archive or an office document": rb"PK\x03\x04",
    "a page of HTML": rb"\s*<(?:!DOCTYPE\s+html|html|head|body)",
    "an SVG picture": rb"(?:\xef\xbb\xbf)?\s*<(?:svg|(?=[!?]).*<svg)\b",
}
_PATTERNS = {kind: re.compile(pattern, re.DOTALL | re.IGNORECASE) for kind, pattern in _KINDS.items()}
_ENDINGS = {
    "a JPEG picture": ".jpg",
    "a PNG picture": ".png",
    "a GIF picture": ".gif",
    "a WebP picture": ".webp",
    "an AVIF picture": ".avif",
    "an SVG picture": ".svg",
}
_READABLE = ("a JPEG picture", "a PNG picture", "a WebP picture", "a GIF picture")
_HEAD = 2_000


def kind_of(content: bytes) -> str | None:
    """Returns what a file's bytes are, with its article: "an HEIC picture"; None if that is not known."""
    head = content[:_HEAD]
    return next((kind for kind, pattern in _PATTERNS.items() if pattern.match(head)), None)


def hint(content: bytes, expected: str = "JPEG, PNG, WebP or GIF") -> str:
    """Returns what to do about a picture that cannot be read: what its bytes are, and what is ``expected``."""
    if not content.strip(b"\0"):
        return "the file is empty; put the picture there again"
    kind = kind_of(content)
    if kind in _READABLE:
        return f"it is {kind} that is cut off or damaged; put it there again"
    if kind is None:
        return f"expected {expected}"
    return f"it is {kind}; save it as JPEG" if "picture" in kind else f"it is {kind}; expected {expected}"


def hint_of_name(content: bytes) -> str:
    """Returns what to do about a picture whose name says another kind than its bytes are."""
    kind = kind_of(content)
    ending = _ENDINGS.get(kind or "")
    return f"it is {kind}; let its name end in {ending}" if ending else hint(content)
