"""Makes the values that templates see of members and their sponsors (the types are in context.py)."""

from __future__ import annotations

import re
import threading
from functools import lru_cache
from html import escape

import nh3
import phonenumbers
from markdown import Markdown
from markupsafe import Markup

from sitegen.model import Member
from sitegen.render.cards import monogram, tone
from sitegen.render.context import MemberView, Photo, SponsorView
from sitegen.site.dialect.extensions import CONFIGS, EXTENSIONS, TaskBoxes
from sitegen.site.dialect.lists import laid_out

_TAGS = {
    "p",
    "br",
    "strong",
    "em",
    "b",
    "i",
    "a",
    "ul",
    "ol",
    "li",
    "blockquote",
    "code",
    "pre",
    "hr",
    "s",
    "del",
    "sub",
    "sup",
}
_HEADING = re.compile(r"<(/?)h[1-6]\b[^>]*>", re.IGNORECASE)
_DEAD_LINK = re.compile(r"<a rel=[^>]*>(.*?)</a>", re.DOTALL)
_PLAIN = re.compile(r"[^\W\d_][^\x00-\x09\x0b-\x1f#*_`\[\]<>&\\|~=+:/@{}\n\u00a0]*(?:\n{1,2}(?=[^\W\d_])|\Z)")
"""A line that Markdown would leave unchanged: it begins with a letter and has no character that Markdown uses."""

_mine = threading.local()


def member_view(member: Member, photo: Photo | None, self_canonical_words: int | None = None) -> MemberView:
    """Returns what templates see of the member whose site is rendered.

    If the member's story has at least ``self_canonical_words`` words, search engines are told that the member's
    own pages are the originals, not the company's; with None, a story of any length does not count.
    """
    return MemberView(
        id=member.id,
        slug=member.slug,
        name=member.name,
        first_name=member.first_name,
        email=member.email,
        locale=member.locale,
        phone=member.phone,
        phone_text=phone_text(member.phone) if member.phone else None,
        photo=photo,
        monogram=monogram(member.name),
        tone=tone(member.id),
        place=member.place,
        tagline=member.tagline,
        story=story_html(member.story) if member.story else None,
        links=member.links,
        joined=member.joined.year if member.joined else None,
        self_canonical=member.is_self_canonical(self_canonical_words),
    )


def sponsor_view(sponsor: Member, url: str, photo: Photo | None) -> SponsorView:
    """Returns what templates on a member's site see of the sponsor; ``url`` is the root of the sponsor's own site."""
    return SponsorView(
        name=sponsor.name,
        first_name=sponsor.first_name,
        url=url,
        photo=photo,
        monogram=monogram(sponsor.name),
        tone=tone(sponsor.id),
        place=sponsor.place,
    )


@lru_cache(4096)  # one member's pages are often asked for one after another
def phone_text(phone: str) -> str:
    """Returns a phone number in E.164 in the form that people read: ``+34 600 11 12 22``."""
    number = phonenumbers.parse(phone, None)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def story_html(story: str) -> Markup:
    """Returns a member's Markdown as HTML that has no other markup than that of plain text.

    Line breaks are kept, as members type them into a form or a cell. Headings become strong paragraphs, because only
    the theme decides on the page's outline. Pictures, tables, scripts and styles are removed. Links keep only https and
    mailto addresses, and are marked as made by a user (``ugc``).
    """
    if _is_plain(story):
        # Most stories are a few plain paragraphs, which need no parser.
        plain = escape(story, quote=False).replace("\n", "<br>\n").replace("<br>\n<br>\n", "</p>\n<p>")
        return Markup(f"<p>{plain}</p>")
    html = _HEADING.sub(lambda tag: "</strong></p>" if tag[1] else "<p><strong>", _markdown().convert(laid_out(story)))
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"https", "mailto"},
        link_rel="nofollow ugc noopener",
    )
    # A link to an address of another kind is text, not an element that leads nowhere.
    return Markup(_DEAD_LINK.sub(r"\1", clean).strip())


def _is_plain(story: str) -> bool:
    if "www." in story.lower():  # an address, which becomes a link
        return False
    position = 0
    while position < len(story):
        line = _PLAIN.match(story, position)
        if line is None or line.end() == position:
            return False
        position = line.end()
    return True


def _markdown() -> Markdown:
    """Returns a Markdown parser of this thread, because several threads must not share one."""
    parser: Markdown | None = getattr(_mine, "parser", None)
    if parser is None:
        parser = _mine.parser = Markdown(
            extensions=[*EXTENSIONS, "nl2br", TaskBoxes()], extension_configs=CONFIGS, output_format="html"
        )
    return parser.reset()
