"""Draws bar charts as SVG inside the page: without scripts, styles of their own, or requests to third parties.

The library pygal draws the charts; only its shapes and text are kept. ``office.css`` defines their look, so that they
have the company's colours in light and dark, and a strict Content-Security-Policy needs no exception for them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pygal
from markupsafe import Markup
from pygal.style import Style

# Pygal hangs a finder of an old kind into Python's imports, for maps that are not drawn here; every import of a module
# that does not exist would warn of it from then on.
sys.meta_path[:] = [each for each in sys.meta_path if type(each).__module__ != pygal.__name__]

WIDTH = 420
"""The width of a chart in its own units. On a phone a chart shrinks by a sixth only, so its letters stay readable."""

ROW = 54
LETTERS = 16

MOST_LABELLED = 12
"""The most bars of a vertical chart that have room for a number and a name each."""

_SPACE = ' xmlns="http://www.w3.org/2000/svg"'

_DROPPED = {"defs", "desc", "title", "style", "script"}
"""Elements that are removed from pygal's drawings: only pygal's script needs them, and the page has a table anyway."""

_LAYERS = {"plot overlay", "plot tooltip-overlay", "titles"}


@dataclass(frozen=True, slots=True)
class Bars:
    """The content of a bar chart: the names of the bars, and for each series one number per name, in reading order."""

    title: str
    """What the chart shows, for readers who cannot see it."""
    names: Sequence[str]
    series: Sequence[Sequence[int]]
    write: Callable[[int], str] = str
    """Returns a number as text in the reader's language."""


def horizontal_bars(bars: Bars, ident: str) -> Markup:
    """Draws a chart of horizontal bars, one row per name, each bar with its number at the end.

    ``ident``: the id of the chart's title in the page.
    """
    height = ROW * len(bars.names) + 8
    chart = pygal.HorizontalBar(height=height, range=(0, _top(bars) * 1.25), show_x_labels=False, **_common(bars))
    chart.x_labels = list(reversed(bars.names))
    for number, values in enumerate(bars.series):
        chart.add(str(number), list(reversed(values)))
    root = _bare(chart)
    for rect, text in _pairs(root):
        # Pygal writes the number into the middle of the bar, where a short bar has no room for it.
        end = float(rect.get("x", 0)) + float(rect.get("width", 0))
        text.set("x", f"{end + 6:.1f}")
        text.set("text-anchor", "start")
    return _written(root, bars, ident)


def vertical_bars(bars: Bars, ident: str) -> Markup:
    """Draws a chart of vertical bars for the first series.

    If there are many bars, only some have a name, and numbers are shown at the scale instead of at the bars. ``ident``:
    the id of the chart's title in the page.
    """
    few = len(bars.names) <= MOST_LABELLED
    top = _top(bars)
    chart = pygal.Bar(
        height=240, range=(0, top * 1.15), show_y_labels=not few, show_minor_x_labels=False, **_common(bars)
    )
    chart.x_labels = [str(number) for number in range(len(bars.names))]
    step = -(-len(bars.names) // 4)
    chart.x_labels_major = [str(number) for number in range(len(bars.names)) if number % step == 0]
    chart.y_labels = sorted({0, top // 2, top})
    chart.print_values = few
    chart.add("0", list(bars.series[0]))
    root = _bare(chart)
    for text in _under(root, "axis x"):
        text.text = bars.names[int(text.text or 0)]
    return _written(root, bars, ident)


def _common(bars: Bars) -> dict[str, Any]:
    return {
        "width": WIDTH,
        "js": [],
        "css": [],
        "no_prefix": True,
        "disable_xml_declaration": True,
        "show_legend": False,
        "print_values": True,
        "print_values_position": "top",
        "value_formatter": lambda value: bars.write(int(value)),
        "truncate_label": -1,
        "margin": 4,
        "spacing": 8,
        "style": Style(label_font_size=LETTERS, major_label_font_size=LETTERS, value_font_size=LETTERS),
    }


def _top(bars: Bars) -> int:
    return max(1, *(value for values in bars.series for value in values))


def _bare(chart: Any) -> Element:
    """Returns the chart that pygal draws as XML, without scripts, styles and tooltips."""
    root = ElementTree.fromstring(chart.render().replace(_SPACE, "", 1))
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in _DROPPED or child.get("class") in _LAYERS:
                parent.remove(child)
    return root


def _written(root: Element, bars: Bars, ident: str) -> Markup:
    """Returns the drawing as markup for the page, with a title for screen readers."""
    for each in root.iter():
        each.attrib.pop("style", None)
    root.attrib.pop("id", None)
    root.set("role", "img")
    root.set("aria-labelledby", ident)
    title = Element("title", {"id": ident})
    title.text = bars.title
    root.insert(0, title)
    return Markup(ElementTree.tostring(root, encoding="unicode", short_empty_elements=False))


def _under(root: Element, kind: str) -> list[Element]:
    """Returns the text elements of a chart's axis. ``kind``: the axis's class in the drawing, such as "axis x"."""
    axes = (each for each in root.iter("g") if (each.get("class") or "").removesuffix(" always_show") == kind)
    return [text for axis in axes for text in axis.iter("text")]


def _pairs(root: Element) -> list[tuple[Element, Element]]:
    """Returns each bar of a drawing with the text of its number: pygal writes both in the same order."""
    rects = [each for each in root.iter("rect") if "reactive" in (each.get("class") or "")]
    texts = [each for each in root.iter("text") if each.get("class") == "value"]
    return list(zip(rects, texts, strict=True))
