"""Finds pages at addresses that lead to something else: another language, pictures, or the capture service."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from urllib.parse import urlsplit

from sitegen.errors import Fault
from sitegen.site.addresses import ASSETS
from sitegen.site.content import FIXED, Page


def taken(pages: Mapping[str, Collection[Page]], capture: str | None) -> Iterator[Fault]:
    """Yields a fault for each page that nobody could reach, and for each with a slug that is not used.

    ``pages``: by language. ``capture``: the first part of the capture service's path on the company's own host; None
    if it has another host.
    """
    others = {ASSETS: "pictures and style sheets are"} | ({capture: "the capture service is"} if capture else {})
    for locale, in_locale in pages.items():
        languages = {each: f"the pages in {each} are" for each in pages if each != locale}
        for page in in_locale:
            top = page.path.partition("/")[0]
            what = {**others, **languages}.get(top)
            if what and page.key not in FIXED:  # the address of these is not the author's to choose
                message = f'the page would be at "{page.path}/", where {what}'
                hint = "give it a slug of its own" if page.front.slug is None else "choose another slug"
                yield Fault(message, where=page.file, line=page.line_of.get("slug", 1), hint=hint)
            if page.key in FIXED and page.front.slug is not None:
                place = f'at "{page.path}/"' if page.path else "at the root of the site"
                message = f'slug: the page "{page.key}" is always {place}'
                yield Fault(message, where=page.file, line=page.line_of["slug"], hint="leave the line out")


def capture_folder(capture_url: str, own_url: str) -> str | None:
    """Returns the first part of the capture service's path below the company's address; None if it is elsewhere."""
    capture, own = urlsplit(capture_url), urlsplit(own_url)
    if capture.netloc != own.netloc or not f"{capture.path}/".startswith(f"{own.path}/"):
        return None
    return capture.path.removeprefix(own.path).strip("/").split("/")[0] or None
