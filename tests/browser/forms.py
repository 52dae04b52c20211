"""What a program finds in a page: its forms, links and text, with the standard library's parser."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass
class Element:
    """A start tag with its text."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


@dataclass
class Form:
    """A form as a browser would send it untouched."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    """Hidden fields, empty text fields and choices made beforehand."""


class Page(HTMLParser):
    """All elements of a page in order; ``text`` of each is what it holds, character references resolved."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, tag: str) -> list[Element]:
        return [each for each in self.elements if each.tag == tag]

    def values(self, *attributes: str) -> list[str]:
        """Every value of these attributes."""
        return [each.attributes[name] for each in self.elements for name in attributes if name in each.attributes]

    @property
    def text(self) -> str:
        """All text but that of scripts and styles."""
        body = self.all("body")
        return body[0].text if body else ""

    def form(self) -> Form:
        """The only form that posts."""
        forms = [each for each in self.all("form") if each.attributes.get("method", "").lower() == "post"]
        assert len(forms) == 1, f"{len(forms)} forms"
        found = Form(forms[0].attributes["action"], "post")
        for each in self.all("input"):
            kind, name = each.attributes.get("type", "text"), each.attributes.get("name", "")
            if kind in ("radio", "checkbox") and "checked" not in each.attributes:
                continue
            if name:
                found.fields[name] = each.attributes.get("value", "")
        return found
