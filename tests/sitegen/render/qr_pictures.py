"""QR codes as rows of modules, and as pictures for a decoder."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from PIL import Image


def modules(svg: str) -> list[list[int]]:
    """The SVG as rows of modules, 1 for dark, its quiet zone included: walks the path as a browser would."""
    root = ElementTree.fromstring(svg)
    size = int(root.attrib["viewBox"].split()[2])
    rows = [[0] * size for _ in range(size)]
    x = y = 0
    path = root.findall("{http://www.w3.org/2000/svg}path")[1].attrib["d"]
    for command, first, second in re.findall(r"([Mmh])(-?\d+)(?: (\d+)(?:\.5)?)?", path):
        if command == "M":
            x, y = int(first), int(second)
        elif command == "m":
            x, y = x + int(first), y + int(second)
        else:
            rows[y][x : x + int(first)] = [1] * int(first)
            x += int(first)
    return rows


def picture(rows: list[list[int]], scale: int = 4) -> Image.Image:
    image = Image.new("L", (len(rows), len(rows)))
    image.putdata([255 * (1 - module) for row in rows for module in row])
    return image.resize((image.width * scale, image.height * scale), Image.Resampling.NEAREST)
