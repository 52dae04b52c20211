"""Finds elements of a rendered page that are not closed, or closed where they are not open."""

from __future__ import annotations

from dataclasses import dataclass, field

_WITHOUT_END = {
    *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"),
    *("path", "circle", "rect", "line", "use", "stop", "ellipse", "polygon", "polyline", "image"),
}
"""Elements that have no end tag, and shapes of SVG, which close themselves."""

_END_LEFT_OUT = {
    *("html", "head", "body", "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "colgroup"),
    *("caption", "option", "optgroup", "rp", "rt"),
}
"""Elements whose end tag HTML allows to leave out."""


@dataclass
class Nesting:
    """Follows the tags of a page in order and keeps the first that does not fit."""

    misfit: str | None = None
    """The tag as it is written, such as ``<div class="x">`` for one that is never closed, or ``</div>``."""
    _open: list[tuple[str, str]] = field(default_factory=list)

    def opened(self, tag: str, written: str) -> None:
        """Takes the next start tag. ``written``: the tag as it stands on the page."""
        if tag not in _WITHOUT_END and tag not in _END_LEFT_OUT:
            self._open.append((tag, written))

    def closed(self, tag: str) -> None:
        """Takes the next end tag."""
        if tag in _WITHOUT_END or tag in _END_LEFT_OUT:
            return
        if not self._open:
            self.misfit = self.misfit or f"</{tag}>"
        elif self._open[-1][0] == tag:
            self._open.pop()
        elif any(each == tag for each, _ in self._open):
            self.misfit = self.misfit or self._open[-1][1]
            while self._open.pop()[0] != tag:
                pass
        else:
            self.misfit = self.misfit or f"</{tag}>"

    def ended(self) -> None:
        """Takes the end of the page."""
        if self._open:
            self.misfit = self.misfit or self._open[-1][1]
