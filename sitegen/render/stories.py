"""Makes HTML of the stories that members write in Markdown.

Their dialect is CommonMark with ``~~old~~``, bare addresses as links and single line breaks kept, since stories come
from forms and cells of spreadsheets. The parser's time does not explode whatever a story holds; the roster refuses
stories that are too long or nested too deep (``values.story``), and each text is parsed once and kept.
"""

from __future__ import annotations

import re
import threading
from html import escape

import nh3
from linkify_it import LinkifyIt
from linkify_it.main import Match
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markupsafe import Markup

from sitegen.render.text_cache import TextCache
from sitegen.roster.story_lists import laid_out

_BLOCKS = ("p", "br", "hr", "ul", "ol", "li", "blockquote", "pre")
_INLINE = ("strong", "em", "b", "i", "a", "code", "s", "del", "sub", "sup")
TAGS = frozenset({*_BLOCKS, *_INLINE})
"""The elements that a story may have."""

_MOST_NESTED = 100
"""How deep the parser follows a story, in its own count; the roster lets none in that lies deeper."""

_KEPT_BYTES = 8_000_000
_HEADING = re.compile(r"<(/?)h[1-6]\b[^>]*>", re.IGNORECASE)
_LEADS_NOWHERE = re.compile(r'<a rel="[^"]*">(.*?)</a>', re.DOTALL)
_BOXES = {"[ ] ": "\u2610 ", "[x] ": "\u2611 ", "[X] ": "\u2611 "}
_PLAIN = re.compile(r"[^\W\d_][^\x00-\x09\x0b-\x1f#*_`\[\]<>&\\|~=+:/@{}\n\u00a0]*(?<!\s)(?:\n{1,2}(?=[^\W\d_])|\Z)")
"""A line that Markdown would leave unchanged: it begins with a letter and has no character that Markdown uses."""

_mine = threading.local()


def story_html(story: str) -> Markup:
    """Returns a member's Markdown as HTML that has no other markup than that of plain text.

    Line breaks are kept. Headings become strong paragraphs, because only the theme decides on the page's outline.
    Pictures, tables, scripts and styles are removed. Links keep only https and mailto addresses, and are marked as made
    by a user (``ugc``); a link to anything else is its text.
    """
    return _kept.get(story)


def is_plain(story: str) -> bool:
    """Returns whether a story is a few plain paragraphs, as most are, which need no parser."""
    if "www." in story.lower():
        return False
    position = 0
    while position < len(story):
        line = _PLAIN.match(story, position)
        if line is None or line.end() == position:
            return False
        position = line.end()
    return True


def plain_html(story: str) -> str:
    """Returns the HTML of a plain story; the same as ``parsed_html`` does, only faster."""
    paragraphs = (each.replace("\n", "<br>\n") for each in escape(story, quote=False).split("\n\n"))
    return "\n".join(f"<p>{each}</p>" for each in paragraphs)


def parsed_html(story: str) -> str:
    """Returns the HTML of any story, cleaned."""
    html = _HEADING.sub(lambda tag: "</strong></p>" if tag[1] else "<p><strong>", _parser().render(laid_out(story)))
    clean = nh3.clean(
        html,
        tags=set(TAGS),
        attributes={"a": {"href"}},
        attribute_filter=_safe_address,
        url_schemes={"https", "mailto"},
        link_rel="nofollow ugc noopener",
    )
    return _LEADS_NOWHERE.sub(r"\1", clean).strip()


def _safe_address(tag: str, attribute: str, value: str) -> str | None:
    # The cleaner alone would leave addresses without a scheme, which lead to pages of the company's site.
    return value if attribute != "href" or value.strip().lower().startswith(("https://", "mailto:")) else None


def _made(story: str) -> Markup:
    return Markup(plain_html(story) if is_plain(story) else parsed_html(story))


_kept = TextCache(_made, _KEPT_BYTES)


def _parser() -> MarkdownIt:
    """Returns a Markdown parser of this thread, because several threads must not share one."""
    parser: MarkdownIt | None = getattr(_mine, "parser", None)
    if parser is None:
        options = {"breaks": True, "html": True, "linkify": True, "maxNesting": _MOST_NESTED}
        parser = MarkdownIt("commonmark", options).enable(["strikethrough", "linkify"]).disable(["code", "html_block"])
        parser.core.ruler.after("inline", "boxes", _draw_boxes)
        parser.linkify = _bare_addresses()
        _mine.parser = parser
    return parser


def _bare_addresses() -> LinkifyIt:
    """Returns what finds bare addresses: https, e-mail, and ``www.``; not every word with a point in it."""
    finder = LinkifyIt(options={"fuzzy_link": False})
    host = f"^{finder.re['src_host']}{finder.re['src_host_terminator']}{finder.re['src_path']}"
    return finder.add("www.", {"validate": host, "normalize": _with_scheme})


def _with_scheme(_: LinkifyIt, found: Match) -> None:
    found.url = f"https://{found.url}"


def _draw_boxes(state: StateCore) -> None:
    """Draws ``- [ ]`` and ``- [x]`` as boxes. They are characters: there is nothing to tick, and nothing to label."""
    for item, _, inline in zip(state.tokens, state.tokens[1:], state.tokens[2:], strict=False):
        first = inline.children[0] if item.type == "list_item_open" and inline.children else None
        if first and first.type == "text" and (box := _BOXES.get(first.content[:4])):
            first.content = box + first.content[4:]
