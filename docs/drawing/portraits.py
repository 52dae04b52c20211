"""Draws the sample company's portraits into content/photos: ``python docs/drawing/portraits.py [NAME …]``.

The same people come out each time; nothing here is left to chance. Needs Pillow and nothing else.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from cast import CAST
from clothes import ground, neck, wear
from hair import behind, on_top
from heads import Person, draw_head, earrings, glasses
from ink import Sheet
from PIL import Image

LARGEST = 25 * 1024
"""Bytes a portrait may have."""

PHOTOS = Path(__file__).resolve().parents[2] / "content" / "photos"


def draw(people: list[Person]) -> Image.Image:
    """One portrait, of one person or of two side by side."""
    sheet = Sheet(people[0].ground)
    ground(sheet, people[0])
    seats = [(0, 34, 1.16)] if len(people) == 1 else [(-126, 16, 1.0), (120, 66, 1.0)]
    for person, (x, y, size) in zip(people, seats, strict=True):
        sheet.place(x, y, size, person.turn)
        behind(sheet, person)
        sheet.place(x, y, size)
        neck(sheet, person)
        wear(sheet, person)
        sheet.place(x, y, size, person.turn)
        draw_head(sheet, person)
        on_top(sheet, person)
        glasses(sheet, person)
        earrings(sheet, person)
    return sheet.finished()


def main(names: list[str]) -> None:
    """Draws the named people, or all of them."""
    PHOTOS.mkdir(parents=True, exist_ok=True)
    for name in names or CAST:
        (PHOTOS / f"{name}.jpg").write_bytes(_encoded(draw(CAST[name])))


def _encoded(portrait: Image.Image) -> bytes:
    """The portrait as JPEG, in the best quality that keeps it within LARGEST."""
    for quality in range(80, 40, -4):
        data = io.BytesIO()
        portrait.save(data, "JPEG", quality=quality, optimize=True, progressive=True)
        if data.tell() <= LARGEST:
            break
    return data.getvalue()


if __name__ == "__main__":
    main(sys.argv[1:])
