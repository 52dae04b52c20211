"""Pictures of a site and its theme, and photos of its members: what no browser can show is told with its kind."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from sitegen.errors import ContentError
from sitegen.render import photos
from sitegen.site import picture_kinds, pictures

SVG = b'<?xml version="1.0"?>\n<!-- ours --><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 30"/>'
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(range(1, 200))


def picture(kind: str, size: tuple[int, int] = (40, 30)) -> bytes:
    file = io.BytesIO()
    Image.effect_noise(size, 50).convert("RGB").save(file, kind)
    return file.getvalue()


def told(folder: Path, name: str, content: bytes) -> list[str]:
    (folder / name).write_bytes(content)
    return [f"{each.message}: {each.hint}" for each in pictures.faults([folder / name])]


KINDS = ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "TIFF", "BMP", "JPEG2000", "ICO", "PDF"]
NAMES = ["JPEG", "PNG", "GIF", "WebP", "AVIF", "TIFF", "BMP", "JPEG 2000", "icon", "PDF"]


@pytest.mark.parametrize(("kind", "named"), [*zip(KINDS, NAMES, strict=True)])
def test_the_kind_of_a_picture_is_known_by_its_bytes(kind: str, named: str) -> None:
    assert named in (picture_kinds.kind_of(picture(kind)) or "")


@pytest.mark.parametrize("name", ["a.jpg", "a.JPEG", "a.png", "a.gif", "a.webp", "a.avif"])
def test_whole_pictures_are_right(name: str, tmp_path: Path) -> None:
    kind = {"jpg": "JPEG"}.get(name.lower()[2:], name[2:].upper())
    assert told(tmp_path, name, picture(kind)) == []
    assert pictures.size(tmp_path / name) == (40, 30)


def test_drawings_and_files_that_are_no_pictures_are_right(tmp_path: Path) -> None:
    assert told(tmp_path, "a.svg", SVG) == told(tmp_path, "a.txt", b"text") == told(tmp_path, "a.woff2", b"font") == []
    assert pictures.size(tmp_path / "a.svg") == (40, 30)


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("a.jpg", HEIC, "not a picture that can be read: it is an HEIC picture; save it as JPEG"),
        (
            "a.jpg",
            picture("AVIF"),
            "not the JPEG picture that its name says: it is an AVIF picture; let its name end in .avif",
        ),
        (
            "a.png",
            picture("JPEG"),
            "not the PNG picture that its name says: it is a JPEG picture; let its name end in .jpg",
        ),
        ("a.jpg", picture("TIFF"), "not the JPEG picture that its name says: it is a TIFF picture; save it as JPEG"),
        ("a.webp", SVG, "not a picture that can be read: it is an SVG picture; save it as JPEG"),
        ("a.svg", picture("PNG"), "not an SVG picture that can be read: it is a PNG picture; let its name end in .png"),
        ("a.svg", b"<svg><", "not an SVG picture that can be read: None"),
        ("a.svg", b"<html/>", "not an SVG picture: its root is <html>: None"),
        ("a.gif", b"", "not a picture that can be read: the file is empty; put the picture there again"),
        ("a.jpg", b"%PDF-1.7", "not a picture that can be read: it is a PDF document; expected JPEG, PNG, WebP or GIF"),
        ("a.jpg", b"hello", "not a picture that can be read: expected JPEG, PNG, WebP or GIF"),
    ],
)
def test_what_cannot_be_shown_is_told_with_what_it_is(name: str, content: bytes, fault: str, tmp_path: Path) -> None:
    assert told(tmp_path, name, content) == [fault]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_picture_that_is_cut_off_is_told(kind: str, tmp_path: Path) -> None:
    whole = picture(kind, (300, 200))
    (fault,) = told(tmp_path, f"a.{kind.lower()}", whole[: len(whole) // 2])
    assert fault.startswith("not a picture that can be read: it is a")


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        (HEIC, "it is an HEIC picture; save it as JPEG"),
        (picture("AVIF"), "it is an AVIF picture; save it as JPEG"),
        (picture("TIFF"), "it is a TIFF picture; save it as JPEG"),
        (picture("PNG")[:60], "it is a PNG picture that is cut off or damaged; put it there again"),
        (b"", "the file is empty; put the picture there again"),
    ],
)
def test_a_photo_that_cannot_be_read_is_told_with_what_it_is(content: bytes, hint: str, tmp_path: Path) -> None:
    (tmp_path / "ana.jpg").write_bytes(content)
    with pytest.raises(ContentError) as caught:
        photos.verify(tmp_path / "ana.jpg")
    assert [each.hint for each in caught.value.faults] == [hint]


@pytest.mark.parametrize(
    ("inside", "fault"),
    [
        ("\n<script>alert(1)</script>", '2: a program or a page in a picture: "<script"'),
        ('<g onclick="x()"/>', '1: a program in a picture: "onclick="'),
        ('<a href="javascript:x()"/>', '1: a program in a picture: "javascript:x()"'),
        ('\n\n<image href="https://else.example/a.png"/>', "3: an address of another host in a picture: "),
        ("<style>@import url(a.css);</style>", "1: an address of another host in a picture: "),
        ('<rect style="fill: url(//else.example/a.svg#b)"/>', "1: an address of another host in a picture: "),
    ],
)
def test_what_runs_or_fetches_within_a_drawing(inside: str, fault: str, tmp_path: Path) -> None:
    drawing = tmp_path / "a.svg"
    drawing.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3">{inside}</svg>', encoding="utf-8")
    (found,) = pictures.faults([drawing])
    assert f"{found.line}: {found.message}".startswith(fault)
    assert found.hint


def test_links_and_fills_of_a_drawing_are_right(tmp_path: Path) -> None:
    inside = '<a href="https://else.example"/><image href="data:image/png;base64,AA"/><use href="#b" fill="url(#c)"/>'
    assert (
        told(tmp_path, "a.svg", SVG.replace(b"/>", f">{inside}<style>g {{ fill: red }}</style></svg>".encode())) == []
    )


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ('viewBox="0 0 40 30"', (40, 30)),
        ('viewBox="0,0,40.4,0.2"', (40, 1)),
        ('width="80" height="60px" viewBox="0 0 40 30"', (80, 60)),
        ('width="100%" height="100%" viewBox="0 0 40 30"', (40, 30)),
        ('width="10mm" height="4em" viewBox="0 0 40 30"', (40, 30)),
        ("", None),
        ('viewBox="0 0 0 0"', None),
        ('viewBox="0 0 nan 1e999"', None),
        ('width="0" height="0"', None),
        ('width="10"', None),
    ],
)
def test_the_size_of_a_drawing(attributes: str, expected: tuple[int, int] | None, tmp_path: Path) -> None:
    drawing = tmp_path / "a.svg"
    drawing.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}/>', encoding="utf-8")
    if expected:
        assert pictures.size(drawing) == expected
    else:
        with pytest.raises(ContentError, match="a picture without a size"):
            pictures.size(drawing)


def test_pictures_that_browsers_do_not_show(tmp_path: Path) -> None:
    assert told(tmp_path, "a.TIF", picture("TIFF")) == [
        "browsers show no .TIF pictures: save it as JPEG, PNG, WebP or SVG"
    ]


def test_a_picture_of_too_many_pixels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1_000_000)
    assert told(tmp_path, "a.png", picture("PNG", (2000, 1001))) == [
        "a picture of more than 2 million pixels: make it smaller; 2,000 pixels are ample for a page"
    ]
