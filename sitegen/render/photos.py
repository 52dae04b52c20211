"""Makes small square pictures of members' photos, in encodings that browsers load fast.

A photo is named by a digest of its bytes, so that it is decoded only once, and again only when the photo or the
settings below change. Whatever a photo file says besides its picture (place, camera, time) is left out.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import struct
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageCms, ImageOps

from sitegen.errors import ContentError, Fault
from sitegen.render.context import Photo, PhotoSource
from sitegen.site import picture_kinds
from sitegen.site.hidden_names import is_hidden

WIDTHS = (160, 320, 640)
"""The sides of the square pictures, in pixels; the larger two also serve screens of double and fourfold density.

Pictures are never scaled up: a smaller photo's own side replaces the widths that the photo does not reach."""

FOLDER = "photos"
"""The folder, below the assets folder, of the pictures made from photos."""

RENDITION = re.compile(rf"{FOLDER}/([0-9a-f]+)-[0-9]+\.(?:avif|webp|jpg)\Z")
"""Matches the path, below the assets folder, of a picture made from a photo; the group is the photo's digest."""

MOST_PIXELS = 50_000_000
"""How many pixels a photo may have; a larger file is no portrait, and may be an attack that fills the memory."""

_RECIPE = b"1"  # to be raised when a setting below changes: renditions then get new names
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_SETTINGS: dict[str, dict[str, object]] = {
    "avif": {"quality": 55, "speed": 8},
    "webp": {"quality": 78, "method": 4},
    "jpeg": {"quality": 82, "optimize": True, "progressive": True},
}
_UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, struct.error, TypeError, IndexError, KeyError)
"""The exceptions that Pillow's decoders raise for broken or malicious files."""


@dataclass(frozen=True, slots=True)
class Renditions:
    """The pictures made from one photo: the photo's digest, and the widths of the pictures in pixels."""

    digest: str
    widths: tuple[int, ...]

    def name(self, width: int, kind: str) -> str:
        """Returns a picture's path below the assets folder; ``kind`` is avif, webp or jpeg."""
        return f"{FOLDER}/{self.digest}-{width}.{'jpg' if kind == 'jpeg' else kind}"

    def names(self) -> list[str]:
        """Returns the paths of all pictures below the assets folder."""
        small = [self.name(width, kind) for width in self.widths for kind in ("avif", "webp")]
        return [*small, self.name(self.widths[-1], "jpeg")]

    def view(self, prefix: str) -> Photo:
        """Returns what templates see of the photo; ``prefix`` is the address of the assets folder, ending in "/"."""
        sources = tuple(PhotoSource(f"image/{kind}", self._srcset(kind, prefix)) for kind in ("avif", "webp"))
        return Photo(prefix + self.name(self.widths[-1], "jpeg"), sources, self.widths[-1])

    def _srcset(self, kind: str, prefix: str) -> str:
        return ", ".join(f"{prefix}{self.name(width, kind)} {width}w" for width in self.widths)


def digest(photo: Path) -> str:
    """Returns the digest that names a photo: 20 hexadecimal digits, computed from the file's bytes and the settings.

    Raises ContentError if the file does not exist or cannot be read.
    """
    return _digest(_read(photo))


def examine(photo: Path) -> Renditions:
    """Returns which pictures can be made from a photo, without decoding it.

    Raises ContentError for a file that is not a JPEG, PNG, WebP or GIF picture, or one of too many pixels.
    """
    content = _read(photo)
    with _opened(photo, content) as picture:
        return Renditions(_digest(content), _widths(min(picture.size)))


def verify(photo: Path) -> None:
    """Decodes a photo at its smallest size, to find what ``encode`` would refuse without its work.

    Raises ContentError as ``encode`` does.
    """
    with _opened(photo, _read(photo)) as picture:
        _square(photo, picture, WIDTHS[0])


def encode(photo: Path) -> Iterator[tuple[str, bytes]]:
    """Makes the pictures of a photo, and yields the path below the assets folder and the bytes of each.

    Raises ContentError for a file that is not a JPEG, PNG, WebP or GIF picture, or one of too many pixels.
    """
    content = _read(photo)
    with _opened(photo, content) as picture:
        made = Renditions(_digest(content), _widths(min(picture.size)))
        square = _square(photo, picture, made.widths[-1])
    for width in made.widths:
        sized = square if width == square.width else square.resize((width, width), Image.Resampling.LANCZOS)
        kinds = ("avif", "webp", "jpeg") if width == made.widths[-1] else ("avif", "webp")
        for kind in kinds:
            file = io.BytesIO()
            sized.save(file, kind.upper(), **_SETTINGS[kind])
            yield made.name(width, kind), file.getvalue()


def render(photo: Path, assets: Path) -> Renditions:
    """Writes the pictures of ``photo`` into the folder ``assets``, unless all are there, and returns which they are.

    Raises ContentError as ``encode`` does.
    """
    made = examine(photo)
    if all((assets / name).is_file() for name in made.names()):
        return made
    (assets / FOLDER).mkdir(parents=True, exist_ok=True)
    for name, content in encode(photo):
        _write(assets / name, content)
    return made


def locate(photos: Path, name: str) -> Path:
    """Returns the path of the photo that a roster calls ``name``, within the folder ``photos``.

    Raises ContentError if the path is outside that folder or has a hidden name. The file need not exist.
    """
    path = (photos / name).resolve()
    if not path.is_relative_to(photos.resolve()):
        raise ContentError(Fault("a photo must lie in the photos folder", where=photos / name))
    if any(is_hidden(part) for part in Path(name).parts):
        hint = 'names that begin with ".", "~" or "#", or end in "~", are left out everywhere'
        raise ContentError(Fault("a photo may not have the name of a hidden file", where=photos / name, hint=hint))
    return path


def _digest(content: bytes) -> str:
    return hashlib.sha256(_RECIPE + content).hexdigest()[:20]


def _widths(side: int) -> tuple[int, ...]:
    return (*(width for width in WIDTHS if width < side), side) if side < WIDTHS[-1] else WIDTHS


def _read(photo: Path) -> bytes:
    try:
        return photo.read_bytes()
    except FileNotFoundError as error:
        raise ContentError(Fault("there is no such photo", where=photo)) from error
    except OSError as error:
        raise ContentError(Fault(f"cannot be read: {error.strerror}", where=photo)) from error


def _opened(photo: Path, content: bytes) -> Image.Image:
    """Returns the picture, not decoded yet.

    Raises ContentError if its format is not one of the allowed ones, or if it has too many pixels.
    """
    try:
        with warnings.catch_warnings():
            # Pillow only warns of up to twice its own limit; MOST_PIXELS is lower and firm.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=_FORMATS)
    except Image.DecompressionBombError as error:
        raise _too_large(photo) from error
    except _UNREADABLE as error:
        raise _unreadable(photo, content) from error
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise _too_large(photo)
    return picture


def _square(photo: Path, picture: Image.Image, side: int) -> Image.Image:
    """Returns the middle of the picture as a square of ``side`` pixels, upright and in sRGB, without metadata."""
    width, height = picture.size
    # A JPEG can be decoded at a fraction of its size; twice the side leaves enough to sharpen from.
    factor = 2 * side / min(width, height)
    try:
        picture.draft("RGB", (round(width * factor), round(height * factor)))
        upright = _in_srgb(ImageOps.exif_transpose(picture))
    except _UNREADABLE as error:
        raise _unreadable(photo, _read(photo)) from error
    square = ImageOps.fit(upright, (side, side), Image.Resampling.LANCZOS)
    plain = Image.new("RGB", square.size)
    plain.paste(square)
    return plain


def _in_srgb(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        # Members' pages are paper: what is clear becomes white.
        clear = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear).convert("RGB")
    elif picture.mode.startswith("I"):
        # 16 bits a pixel; a plain conversion would clip instead of scaling.
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    if profile and picture.mode in {"RGB", "CMYK", "L"}:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            return converted or picture.convert("RGB")
        except (ImageCms.PyCMSError, OSError):
            pass  # a broken profile says nothing about the colours
    return picture.convert("RGB")


def _write(path: Path, content: bytes) -> None:
    """Writes a file under another name first and then renames it, so that no reader ever gets half a picture."""
    descriptor, name = tempfile.mkstemp(prefix=".", suffix=".new", dir=path.parent)
    growing = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        growing.chmod(0o644)  # temporary files are made for their owner alone; these are served
        growing.replace(path)
    finally:
        growing.unlink(missing_ok=True)


def _too_large(photo: Path) -> ContentError:
    hint = f"a photo may have up to {MOST_PIXELS // 1_000_000} million pixels; make it smaller"
    return ContentError(Fault("a picture of too many pixels", where=photo, hint=hint))


def _unreadable(photo: Path, content: bytes) -> ContentError:
    return ContentError(Fault("not a picture that can be read", where=photo, hint=picture_kinds.hint(content)))
