"""The page at a former address: it leads to the present one wherever a web server knows nothing of addresses."""

from __future__ import annotations

from html import escape

from sitegen.model import Locale


def content(target: str, locale: Locale) -> bytes:
    """Returns a page that sends browsers on to the absolute address ``target`` and tells search engines of it.

    It has no words but the address itself, so that it needs no translation. A query in the visitor's address is lost;
    web servers that answer with a redirect keep it.
    """
    address = escape(target)
    return (
        f'<!doctype html>\n<html lang="{locale.code}" dir="{locale.direction}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{address}</title>\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<link rel="canonical" href="{address}">\n<meta http-equiv="refresh" content="0; url={address}">\n'
        '<meta name="color-scheme" content="light dark">\n</head>\n'
        f'<body>\n<main><h1><a href="{address}">{address}</a></h1></main>\n</body>\n</html>\n'
    ).encode()
