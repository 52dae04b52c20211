"""Reads drawings (SVG): their sizes, and what in them runs programs or asks other hosts, which no picture may do."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from sitegen.errors import ContentError, Fault
from sitegen.site import picture_kinds

_ACTIVE = {"script", "iframe", "object", "embed", "handler", "audio", "video"}
_ELSEWHERE = re.compile(r"\s*(?:https?:)?//", re.IGNORECASE)
_PROGRAM = re.compile(r"\s*(?:javascript|vbscript):|\s*data:text/html", re.IGNORECASE)
_STYLE = re.compile(r"@import\s|url\(\s*['\"]?(?:https?:)?//", re.IGNORECASE)
_LENGTH = re.compile(r"\s*([0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?)(?:px)?\s*\Z")


def size(path: Path) -> tuple[int, int]:
    """Returns the width and height of a drawing in CSS pixels: its own, else those of its viewBox.

    Raises ContentError if it cannot be read or has no size, so that nobody would see it.
    """
    root = _root(path, path.read_bytes())
    box = root.get("viewBox", "").replace(",", " ").split()
    found = _pair(root.get("width", ""), root.get("height", ""))
    # A width in per cent or millimetres says little on a page; the viewBox has the same proportions.
    found = found or (_pair(*box[2:]) if len(box) == 4 else None)
    if found is None:
        hint = "give its svg element a viewBox of four numbers"
        raise ContentError(Fault("a picture without a size", where=path, hint=hint))
    return found


def faults(path: Path) -> Iterator[Fault]:
    """Yields the faults of a drawing: what runs programs, and what would be fetched from other hosts.

    Raises ContentError if it cannot be read.
    """
    content = path.read_bytes()
    text = content.decode(errors="replace")
    told: set[str] = set()
    for element in _root(path, content).iter():
        for found, why in _active(element):
            if found not in told:
                told.add(found)
                at = text.find(found)
                line = text.count("\n", 0, at) + 1 if at >= 0 else None
                hint = "take it out; a drawing program can save a plain SVG"
                yield Fault(f'{why} in a picture: "{found[:60]}"', where=path, line=line, hint=hint)


def _active(element: ElementTree.Element) -> Iterator[tuple[str, str]]:
    tag = _local(element.tag)
    if tag in _ACTIVE:
        yield f"<{tag}", "a program or a page"
    for name, value in element.attrib.items():
        name = _local(name)
        if name.lower().startswith("on"):
            yield f"{name}=", "a program"
        elif name in {"href", "src"} and _PROGRAM.match(value):
            yield value, "a program"
        elif (name in {"href", "src"} and tag != "a" and _ELSEWHERE.match(value)) or _STYLE.search(value):
            yield value, "an address of another host"
    if tag == "style" and (found := _STYLE.search("".join(element.itertext()))):
        yield found[0], "an address of another host"


def _local(name: object) -> str:
    return str(name).rpartition("}")[2]


def _pair(width: str, height: str) -> tuple[int, int] | None:
    found = [float(each[1]) for each in map(_LENGTH.match, (width, height)) if each]
    if len(found) < 2 or not all(math.isfinite(each) and each > 0 for each in found):
        return None
    return max(round(found[0]), 1), max(round(found[1]), 1)


def _root(path: Path, content: bytes) -> ElementTree.Element:
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        kind = picture_kinds.kind_of(content)
        hint = picture_kinds.hint_of_name(content) if kind and "SVG" not in kind else None
        line = None if hint else error.position[0]
        raise ContentError(Fault("not an SVG picture that can be read", where=path, line=line, hint=hint)) from error
    if root.tag not in ("{http://www.w3.org/2000/svg}svg", "svg"):
        raise ContentError(Fault(f"not an SVG picture: its root is <{root.tag}>", where=path))
    return root
