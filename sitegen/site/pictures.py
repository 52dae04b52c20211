"""Opens the pictures of a site and its theme: finds their sizes, and the faults of those that no browser can show."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.etree import ElementTree

from PIL import Image

from sitegen.errors import ContentError, Fault
from sitegen.site import picture_kinds
from sitegen.site.input_files import reading

_FORMATS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".gif": "GIF", ".webp": "WEBP", ".avif": "AVIF"}
_SVG = ".svg"


def size(path: Path) -> tuple[int, int]:
    """Returns the width and height of a picture in CSS pixels. Raises ContentError if it cannot be shown."""
    with reading(path):
        if path.suffix.lower() == _SVG:
            return _svg_size(path)
        with _opened(path, path.read_bytes()) as image:
            return image.size


def faults(paths: Iterable[Path]) -> Iterator[Fault]:
    """Yields the faults of pictures among these files: broken ones, and those whose name says another kind."""
    for path in paths:
        kind = path.suffix.lower()
        try:
            with reading(path):
                if kind == _SVG:
                    _svg_root(path)
                elif kind in _FORMATS:
                    _decode(path)
        except ContentError as error:
            yield from error.faults


def _decode(path: Path) -> None:
    content = path.read_bytes()
    with _opened(path, content) as image:
        try:
            image.load()
        except Exception as error:
            raise _unreadable(path, content) from error


def _opened(path: Path, content: bytes) -> Image.Image:
    """Returns a picture, not decoded yet. Raises ContentError if it is not one of the kind that its name says."""
    wanted = _FORMATS.get(path.suffix.lower())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content))
    except Exception as error:
        raise _unreadable(path, content) from error
    found = "JPEG" if image.format == "MPO" else image.format  # a camera's JPEG of several pictures
    if wanted and found != wanted:
        message = f"not the {wanted.replace('WEBP', 'WebP')} picture that its name says"
        raise ContentError(Fault(message, where=path, hint=picture_kinds.hint_of_name(content)))
    return image


def _unreadable(path: Path, content: bytes) -> ContentError:
    return ContentError(Fault("not a picture that can be read", where=path, hint=picture_kinds.hint(content)))


def _svg_size(path: Path) -> tuple[int, int]:
    root = _svg_root(path)
    box = root.get("viewBox", "0 0 0 0").replace(",", " ").split()
    try:
        width, height = root.get("width", box[2]), root.get("height", box[3])
        return round(float(width.removesuffix("px"))), round(float(height.removesuffix("px")))
    except (ValueError, IndexError) as error:
        hint = "give its svg element a viewBox of four numbers"
        raise ContentError(Fault("a picture without a size", where=path, hint=hint)) from error


def _svg_root(path: Path) -> ElementTree.Element:
    content = path.read_bytes()
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
