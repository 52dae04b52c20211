"""Members' photos as small square pictures in encodings that browsers like.

A photo is known by a digest of its bytes, so that it is decoded once for ever, and again only when the photo
or the recipe below changes. Whatever a photo tells besides its picture (place, camera, time) is left out.
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

WIDTHS = (160, 320, 640)
"""Pixels; the second and third also serve screens of double and fourfold density. Never upscaled: a smaller
photo's own side takes the place of the widths it does not reach."""

FOLDER = "photos"
"""The folder of renditions below the assets."""

RENDITION = re.compile(rf"{FOLDER}/([0-9a-f]+)-[0-9]+\.(?:avif|webp|jpg)\Z")
"""What a rendition's path below the assets looks like; the group is the digest of its photo."""

MOST_PIXELS = 50_000_000
"""Of a photo; what has more is no portrait, and might be made to fill the memory."""

_RECIPE = b"1"  # to be raised when a setting below changes: renditions then get new names
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_SETTINGS: dict[str, dict[str, object]] = {
    "avif": {"quality": 55, "speed": 8},
    "webp": {"quality": 78, "method": 4},
    "jpeg": {"quality": 82, "optimize": True, "progressive": True},
}
_UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, struct.error, TypeError, IndexError, KeyError)
"""What Pillow's decoders raise on files that are broken, or made to break them."""


@dataclass(frozen=True, slots=True)
class Renditions:
    """The pictures made from one photo."""

    digest: str
    widths: tuple[int, ...]

    def name(self, width: int, kind: str) -> str:
        """A picture's path below the assets folder; ``kind`` is avif, webp or jpeg."""
        return f"{FOLDER}/{self.digest}-{width}.{'jpg' if kind == 'jpeg' else kind}"

    def names(self) -> list[str]:
        """All pictures, by their paths below the assets folder."""
        small = [self.name(width, kind) for width in self.widths for kind in ("avif", "webp")]
        return [*small, self.name(self.widths[-1], "jpeg")]

    def view(self, prefix: str) -> Photo:
        """What templates see; ``prefix`` is the address of the assets folder, ending in "/"."""
        sources = tuple(PhotoSource(f"image/{kind}", self._srcset(kind, prefix)) for kind in ("avif", "webp"))
        return Photo(prefix + self.name(self.widths[-1], "jpeg"), sources, self.widths[-1])

    def _srcset(self, kind: str, prefix: str) -> str:
        return ", ".join(f"{prefix}{self.name(width, kind)} {width}w" for width in self.widths)


def digest(photo: Path) -> str:
    """Names a photo by its bytes, undecoded: 20 hexadecimal digits. Raises ContentError when there is none."""
    return _digest(_read(photo))


def examine(photo: Path) -> Renditions:
    """What pictures a photo gives, from its bytes and its first lines, undecoded. Raises ContentError."""
    content = _read(photo)
    with _opened(photo, content) as picture:
        return Renditions(_digest(content), _widths(min(picture.size)))


def encode(photo: Path) -> Iterator[tuple[str, bytes]]:
    """Makes the pictures of a photo: their paths below the assets folder, and their bytes.

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
    """Makes what is missing of the pictures of ``photo`` in the folder ``assets``. Raises ContentError."""
    made = examine(photo)
    if all((assets / name).is_file() for name in made.names()):
        return made
    (assets / FOLDER).mkdir(parents=True, exist_ok=True)
    for name, content in encode(photo):
        _write(assets / name, content)
    return made


def locate(photos: Path, name: str) -> Path:
    """The file that a roster means by ``name``. Raises ContentError for one outside the photos folder."""
    path = (photos / name).resolve()
    if not path.is_relative_to(photos.resolve()):
        raise ContentError(Fault("a photo must lie in the photos folder", where=photos / name))
    return path


def _digest(content: bytes) -> str:
    return hashlib.sha256(_RECIPE + content).hexdigest()[:20]


def _widths(side: int) -> tuple[int, ...]:
    return (*(width for width in WIDTHS if width < side), side) if side < WIDTHS[-1] else WIDTHS


def _read(photo: Path) -> bytes:
    try:
        return photo.read_bytes()
    except OSError as error:
        raise _unreadable(photo, error) from error


def _opened(photo: Path, content: bytes) -> Image.Image:
    """The picture, not decoded yet, once its kind and size are known to be harmless."""
    try:
        with warnings.catch_warnings():
            # Pillow only warns of up to twice its own limit; MOST_PIXELS is lower and firm.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=_FORMATS)
    except Image.DecompressionBombError as error:
        raise _too_large(photo) from error
    except _UNREADABLE as error:
        raise _unreadable(photo, error) from error
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise _too_large(photo)
    return picture


def _square(photo: Path, picture: Image.Image, side: int) -> Image.Image:
    """The middle of the picture, upright, as sRGB without anything else."""
    width, height = picture.size
    # A JPEG can be decoded at a fraction of its size; twice the side leaves enough to sharpen from.
    factor = 2 * side / min(width, height)
    try:
        picture.draft("RGB", (round(width * factor), round(height * factor)))
        upright = _in_srgb(ImageOps.exif_transpose(picture))
    except _UNREADABLE as error:
        raise _unreadable(photo, error) from error
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
    """Writes beside and moves, so that no reader ever gets half a picture."""
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


def _unreadable(photo: Path, error: Exception) -> ContentError:
    if isinstance(error, FileNotFoundError):
        return ContentError(Fault("there is no such photo", where=photo))
    return ContentError(Fault("not a picture that can be read", where=photo, hint="expected JPEG, PNG, WebP or GIF"))
