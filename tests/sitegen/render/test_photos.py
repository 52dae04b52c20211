"""Members' photos: what comes out, what is left out, what is refused."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms, ImageDraw

from sitegen.errors import ContentError
from sitegen.render import photos


def portrait(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """A picture whose upper half is red and whose lower half is blue."""
    picture = Image.new("RGB", (width, height), "#c81e1e")
    ImageDraw.Draw(picture).rectangle((0, height // 2, width, height), fill="#1e3cc8")
    return picture.convert(mode)


def saved(path: Path, picture: Image.Image, **options: Any) -> Path:
    picture.save(path, **options)
    return path


def opened(assets: Path, name: str) -> Image.Image:
    with Image.open(assets / name) as picture:
        picture.load()
        return picture


@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "gif"])
def test_three_squares_in_two_encodings_and_a_jpeg(tmp_path: Path, ending: str) -> None:
    photo = saved(tmp_path / f"ana.{ending}", portrait(900, 1200))
    made = photos.render(photo, tmp_path / "assets")
    assert made.digest == photos.digest(photo)
    assert made.widths == (160, 320, 640)
    assert sorted(each.name for each in (tmp_path / "assets" / "photos").iterdir()) == sorted(
        f"{made.digest}-{rest}"
        for rest in ("160.avif", "160.webp", "320.avif", "320.webp", "640.avif", "640.webp", "640.jpg")
    )
    for name in made.names():
        side = int(name.partition("-")[2].partition(".")[0])
        picture = opened(tmp_path / "assets", name)
        assert picture.size == (side, side)
        assert picture.format == {"avif": "AVIF", "webp": "WEBP", "jpg": "JPEG"}[name.rpartition(".")[2]]


def test_what_templates_see(tmp_path: Path) -> None:
    made = photos.render(saved(tmp_path / "ana.png", portrait(400, 400)), tmp_path / "assets")
    view = made.view("/assets/")
    stem = f"/assets/photos/{made.digest}"
    assert (view.src, view.width) == (f"{stem}-400.jpg", 400)
    assert [source.type for source in view.sources] == ["image/avif", "image/webp"]
    assert view.sources[0].srcset == f"{stem}-160.avif 160w, {stem}-320.avif 320w, {stem}-400.avif 400w"


@pytest.mark.parametrize(("side", "widths"), [(1, (1,)), (160, (160,)), (161, (160, 161)), (640, (160, 320, 640))])
def test_never_upscaled(tmp_path: Path, side: int, widths: tuple[int, ...]) -> None:
    photo = saved(tmp_path / "ana.png", portrait(side, side + 7))
    made = photos.render(photo, tmp_path / "assets")
    assert made == photos.examine(photo)
    assert made.widths == widths


def test_made_once(tmp_path: Path) -> None:
    photo, assets = saved(tmp_path / "ana.jpg", portrait(700, 700)), tmp_path / "assets"
    made = photos.render(photo, assets)
    before = {name: (assets / name).stat().st_ino for name in made.names()}
    assert photos.render(photo, assets) == made
    assert {name: (assets / name).stat().st_ino for name in made.names()} == before
    (assets / made.names()[0]).unlink()
    photos.render(photo, assets)
    assert (assets / made.names()[0]).is_file()


def test_the_camera_held_upside_down(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 3
    exif[0x010E] = "at home"
    photo = saved(tmp_path / "ana.jpg", portrait(800, 800).rotate(180), exif=exif)
    made = photos.render(photo, tmp_path / "assets")
    for name in made.names():
        picture = opened(tmp_path / "assets", name).convert("RGB")
        red, _, blue = picture.getpixel((picture.width // 2, picture.height // 4))  # type: ignore[misc]
        assert red > blue


def test_nothing_but_the_picture_is_published(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "SECRET PLACE"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    photo = saved(tmp_path / "ana.jpg", portrait(700, 700), exif=exif, icc_profile=profile, comment=b"SECRET PLACE")
    made = photos.render(photo, tmp_path / "assets")
    for name in made.names():
        assert b"SECRET" not in (tmp_path / "assets" / name).read_bytes()
        picture = opened(tmp_path / "assets", name)
        assert not picture.getexif()
        assert not {"icc_profile", "comment", "xmp"} & picture.info.keys()


@pytest.mark.parametrize("mode", ["L", "LA", "RGBA", "P", "1", "I;16"])
def test_all_kinds_of_png(tmp_path: Path, mode: str) -> None:
    picture = Image.new("I;16", (50, 50), 40_000) if mode == "I;16" else portrait(50, 50, mode)
    made = photos.render(saved(tmp_path / "ana.png", picture), tmp_path / "assets")
    result = opened(tmp_path / "assets", made.name(50, "jpeg"))
    assert result.mode == "RGB"
    if mode == "I;16":
        assert abs(result.getpixel((9, 9))[0] - 156) < 4  # type: ignore[index]


def test_clear_parts_become_white_and_cmyk_is_read(tmp_path: Path) -> None:
    made = photos.render(saved(tmp_path / "a.png", Image.new("RGBA", (20, 20), (0, 0, 0, 0))), tmp_path / "assets")
    assert min(opened(tmp_path / "assets", made.name(20, "jpeg")).getpixel((9, 9))) > 250  # type: ignore[arg-type]
    photos.render(saved(tmp_path / "b.jpg", portrait(20, 20, "CMYK")), tmp_path / "assets")


def test_a_moving_picture_stands_still(tmp_path: Path) -> None:
    frames = [portrait(30, 30), Image.new("RGB", (30, 30), "white")]
    photo = saved(tmp_path / "ana.gif", frames[0], save_all=True, append_images=frames[1:])
    made = photos.render(photo, tmp_path / "assets")
    assert getattr(opened(tmp_path / "assets", made.name(30, "avif")), "n_frames", 1) == 1


def bomb(width: int, height: int) -> bytes:
    """A few bytes that claim to be a PNG of this size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(8000, 8000), (12_000, 12_000), (60_000, 60_000)])
def test_a_picture_that_would_fill_the_memory(tmp_path: Path, size: tuple[int, int]) -> None:
    (tmp_path / "ana.png").write_bytes(bomb(*size))
    with pytest.raises(ContentError) as caught:
        photos.render(tmp_path / "ana.png", tmp_path / "assets")
    assert str(caught.value) == (
        f"{tmp_path}/ana.png: a picture of too many pixels\n"
        "  hint: a photo may have up to 50 million pixels; make it smaller"
    )
    assert not (tmp_path / "assets").exists()


def jpeg() -> bytes:
    file = io.BytesIO()
    portrait(300, 300).save(file, "JPEG")
    return file.getvalue()


DAMAGED = "that is cut off or damaged; put it there again"


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        (b"", "the file is empty; put the picture there again"),
        (b"not a picture", "expected JPEG, PNG, WebP or GIF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "it is an SVG picture; save it as JPEG"),
        (jpeg()[:400], f"it is a JPEG picture {DAMAGED}"),
        (bomb(20, 20), f"it is a PNG picture {DAMAGED}"),
        (b"GIF89a", f"it is a GIF picture {DAMAGED}"),
    ],
    ids=["empty", "text", "svg", "cut", "no pixels", "gif header"],
)
def test_what_is_no_picture(tmp_path: Path, content: bytes, hint: str) -> None:
    (tmp_path / "ana.jpg").write_bytes(content)
    with pytest.raises(ContentError) as caught:
        photos.render(tmp_path / "ana.jpg", tmp_path / "assets")
    assert str(caught.value) == f"{tmp_path}/ana.jpg: not a picture that can be read\n  hint: {hint}"


def test_a_photo_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"ana\.jpg: there is no such photo"):
        photos.digest(tmp_path / "ana.jpg")


def test_a_link_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "secret.jpg").touch()
    (tmp_path / "photos" / "ana.jpg").symlink_to(tmp_path / "secret.jpg")
    with pytest.raises(ContentError, match="must lie in the photos folder"):
        photos.locate(tmp_path / "photos", "ana.jpg")
    (tmp_path / "photos" / "ben.jpg").touch()
    assert photos.locate(tmp_path / "photos", "ben.jpg").is_file()
