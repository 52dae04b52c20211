"""Opens the pictures of a site and its theme: finds their sizes, and the faults of those that no browser can show."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path

from PIL import Image

from sitegen.errors import ContentError, Fault
from sitegen.site import drawings, picture_kinds
from sitegen.site.input_files import reading

_FORMATS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".gif": "GIF", ".webp": "WEBP", ".avif": "AVIF"}
_SVG = ".svg"
_NOT_SHOWN = {".tif", ".tiff", ".heic", ".heif", ".jp2", ".psd", ".eps", ".ai"}


def size(path: Path) -> tuple[int, int]:
    """Returns the width and height of a picture in CSS pixels. Raises ContentError if it cannot be shown."""
    with reading(path):
        if path.suffix.lower() == _SVG:
            return drawings.size(path)
        with _opened(path, path.read_bytes()) as image:
            return image.size


def faults(paths: Iterable[Path]) -> Iterator[Fault]:
    """Yields the faults of pictures among these files: broken ones, and those whose name says another kind."""
    for path in paths:
        kind = path.suffix.lower()
        try:
            with reading(path):
                if kind == _SVG:
                    yield from drawings.faults(path)
                elif kind in _NOT_SHOWN:
                    yield _not_shown(path)
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
            raise _unreadable(path, content, error) from error


def _opened(path: Path, content: bytes) -> Image.Image:
    """Returns a picture, not decoded yet. Raises ContentError if it is not one of the kind that its name says."""
    wanted = _FORMATS.get(path.suffix.lower())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content))
    except Exception as error:
        raise _unreadable(path, content, error) from error
    found = "JPEG" if image.format == "MPO" else image.format  # a camera's JPEG of several pictures
    if wanted and found != wanted:
        message = f"not the {wanted.replace('WEBP', 'WebP')} picture that its name says"
        raise ContentError(Fault(message, where=path, hint=picture_kinds.hint_of_name(content)))
    return image


def _not_shown(path: Path) -> Fault:
    return Fault(f"browsers show no {path.suffix} pictures", where=path, hint="save it as JPEG, PNG, WebP or SVG")


def _unreadable(path: Path, content: bytes, error: Exception) -> ContentError:
    if isinstance(error, Image.DecompressionBombError):
        most = 2 * (Image.MAX_IMAGE_PIXELS or 0) // 1_000_000
        hint = "make it smaller; 2,000 pixels are ample for a page"
        return ContentError(Fault(f"a picture of more than {most} million pixels", where=path, hint=hint))
    return ContentError(Fault("not a picture that can be read", where=path, hint=picture_kinds.hint(content)))
