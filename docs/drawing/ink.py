"""A pen for flat-colour drawings with a slightly misregistered line, on Pillow alone.

Shapes are SVG path strings with absolute M, L, Q, C and Z. They are drawn four times as large as the
picture and scaled down once at the end, since Pillow's polygons have hard edges.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import pairwise

from PIL import Image, ImageChops, ImageDraw

SIZE = 640
"""The picture's width and height in pixels; also the unit of all coordinates."""

SCALE = 4
"""How many times larger the drawing is made."""

LINE = 5.5
"""The width of every line."""

INK, PAPER = "#2c2a26", "#fbf6ea"

Point = tuple[float, float]
Affine = tuple[float, float, float, float, float, float]

_TOKEN = re.compile(r"[MLQCZ]|-?\d+(?:\.\d+)?")


def ellipse(x: float, y: float, rx: float, ry: float | None = None) -> str:
    """An ellipse as a path."""
    ry = rx if ry is None else ry
    k, j = rx * 0.5523, ry * 0.5523
    return (
        f"M{x - rx} {y}C{x - rx} {y - j} {x - k} {y - ry} {x} {y - ry}"
        f"C{x + k} {y - ry} {x + rx} {y - j} {x + rx} {y}"
        f"C{x + rx} {y + j} {x + k} {y + ry} {x} {y + ry}"
        f"C{x - k} {y + ry} {x - rx} {y + j} {x - rx} {y}Z"
    )


def scallops(points: Sequence[Point], bulge: float = 0.62) -> str:
    """A closed cloud through the points: curls, wool, leaves."""
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (ax, ay), (bx, by) in zip(points, [*points[1:], points[0]], strict=True):
        ox, oy = (by - ay) * bulge, (ax - bx) * bulge
        path += f"C{ax + ox:.1f} {ay + oy:.1f} {bx + ox:.1f} {by + oy:.1f} {bx:.1f} {by:.1f}"
    return path + "Z"


def flatten(path: str) -> list[tuple[list[Point], bool]]:
    """The path's outlines as points, each with whether it is closed."""
    tokens = _TOKEN.findall(path)
    outlines: list[tuple[list[Point], bool]] = []
    points: list[Point] = []
    at, command = 0, ""
    while at < len(tokens):
        if tokens[at].isalpha():
            command = tokens[at]
            at += 1
        if command == "Z":
            outlines.append((points, True))
            points = []
            continue
        count = {"M": 1, "L": 1, "Q": 2, "C": 3}[command]
        numbers = [float(each) for each in tokens[at : at + 2 * count]]
        at += 2 * count
        controls = list(zip(numbers[::2], numbers[1::2], strict=True))
        if command == "M":
            if points:
                outlines.append((points, False))
            points, command = controls, "L"
        elif command == "L":
            points.append(controls[0])
        else:
            points += [_bezier([points[-1], *controls], step / 20) for step in range(1, 21)]
    if points:
        outlines.append((points, False))
    return outlines


def _bezier(controls: list[Point], t: float) -> Point:
    while len(controls) > 1:
        controls = [(a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t) for a, b in pairwise(controls)]
    return controls[0]


class Sheet:
    """A square sheet of paper to draw on; ``place`` sets where the following shapes go."""

    def __init__(self, background: str) -> None:
        side = SIZE * SCALE
        self.image = Image.new("RGB", (side, side), background)
        self._draw = ImageDraw.Draw(self.image)
        self._affine: Affine = (1, 0, 0, 0, 1, 0)
        self._size = 1.0

    def place(
        self,
        x: float = 0,
        y: float = 0,
        size: float = 1,
        turn: float = 0,
        about: Point = (320, 320),
        mirror: bool = False,
    ) -> None:
        """Shifts by (x, y), scales and turns (degrees) about a point."""
        cos, sin = math.cos(math.radians(turn)) * size, math.sin(math.radians(turn)) * size
        flip = -1 if mirror else 1
        cx, cy = about
        self._affine = (
            cos * flip,
            -sin,
            cx + x - cos * flip * cx + sin * cy,
            sin * flip,
            cos,
            cy + y - sin * flip * cx - cos * cy,
        )
        self._size = size

    def _outlines(self, path: str, shift: Point = (0, 0)) -> list[tuple[list[Point], bool]]:
        a, b, c, d, e, f = self._affine
        return [
            (
                [((a * x + b * y + c + shift[0]) * SCALE, (d * x + e * y + f + shift[1]) * SCALE) for x, y in points],
                closed,
            )
            for points, closed in flatten(path)
        ]

    def flat(self, path: str, colour: str, shift: Point = (0, 0)) -> None:
        """A shape in flat colour, without a line."""
        for points, _ in self._outlines(path, shift):
            if len(points) > 2:
                self._draw.polygon(points, fill=colour)

    def line(self, path: str, colour: str = INK, width: float = LINE) -> None:
        """A line with round ends and corners."""
        half = width * SCALE * max(self._size, 0.8) / 2
        for points, closed in self._outlines(path):
            run = [*points, points[0]] if closed else points
            for (ax, ay), (bx, by) in pairwise(run):
                length = math.hypot(bx - ax, by - ay)
                if length:
                    nx, ny = (by - ay) / length * half, (ax - bx) / length * half
                    self._draw.polygon(
                        [(ax + nx, ay + ny), (bx + nx, by + ny), (bx - nx, by - ny), (ax - nx, ay - ny)], fill=colour
                    )
            joint = half - 0.6  # a circle as wide as the line would stand out where the line turns softly
            for x, y in run:
                self._draw.ellipse((x - joint, y - joint, x + joint, y + joint), fill=colour)

    def shape(self, path: str, colour: str, *tones: tuple[str, str], line: bool = True, off: Point = (6, 5)) -> None:
        """A shape as two-colour printing leaves it: paper, the colour a little off, tones within, the line."""
        off = (off[0] * self._size, off[1] * self._size)
        self.flat(path, PAPER)
        self.flat(path, colour, off)
        for tone, where in tones:
            self.within(path, tone, where, off)
        if line:
            self.line(path)

    def within(self, path: str, colour: str, where: str, off: Point = (0, 0)) -> None:
        """Colours the part of ``path`` (moved by ``off``) that ``where`` covers."""
        masks = []
        for each, shift in ((path, off), (where, (0.0, 0.0))):
            mask = Image.new("1", self.image.size)
            pen = ImageDraw.Draw(mask)
            for points, _ in self._outlines(each, shift):
                pen.polygon(points, fill=1)
            masks.append(mask)
        self.image.paste(colour, mask=ImageChops.logical_and(*masks))

    def finished(self) -> Image.Image:
        """The picture in its final size."""
        return self.image.resize((SIZE, SIZE), Image.Resampling.LANCZOS)
