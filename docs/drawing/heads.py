"""Parts of a portrait: skin, hair, clothes, glasses. Coordinates suit a head in the middle of the sheet."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ink import INK, Point, Sheet, ellipse

SKIN = {
    "pale": ("#f7d9c3", "#ebbb9f", "#efa189"),
    "fair": ("#f3cbaa", "#e1ab84", "#e79273"),
    "olive": ("#e3b48d", "#c99368", "#d4825f"),
    "tan": ("#d2a073", "#b68153", "#c46f4c"),
    "brown": ("#ae7850", "#8d5a39", "#b25f43"),
    "deep": ("#8a5a3e", "#6b432d", "#9d4f3a"),
    "dark": ("#6d4735", "#533324", "#8a4637"),
}
"""Skin, its shade, its blush."""

CX, TOP, EYES = 320, 165, 290


@dataclass(frozen=True, kw_only=True)
class Person:
    """How somebody looks. Colours are "#rrggbb"; ``hair2`` and ``cloth2`` are the shades."""

    skin: str = "fair"
    hair: str = "side"
    colour: tuple[str, str] = ("#5a3b2a", "#432a1e")
    half: int = 94
    """Half the width of the face."""
    chin: int = 406
    jaw: int = 54
    """Half the width of the chin: small is pointed, large is square."""
    look: int = 8
    """How far the features sit to one side: where the person looks."""
    turn: float = 0
    eyes: str = "open"
    mouth: str = "smile"
    brow: float = 6.5
    nose: int = 16
    lashes: bool = False
    age: int = 0
    """0, 1 or 2: how many lines life has drawn."""
    freckles: bool = False
    glasses: str = ""
    beard: str = ""
    earrings: str = ""
    hat: str = ""
    hat_colour: tuple[str, str] = ("#d96f4e", "#b95237")
    clothes: str = "crew"
    cloth: tuple[str, str] = ("#7e955f", "#637a49")
    under: str = "#fffbf2"
    lips: str = ""
    ground: str = "#e9d7b4"
    motif: str = "disc"
    motif_colour: str = "#dcc497"

    @property
    def left(self) -> int:
        """The face's left edge."""
        return CX - self.half

    @property
    def right(self) -> int:
        """The face's right edge."""
        return CX + self.half


def around(x: float, y: float, r: float, start: float, end: float, count: int, ry: float | None = None) -> list[Point]:
    """Points on an arc; degrees, 180 is left, 270 is up."""
    steps = [math.radians(start + (end - start) * n / (count - 1)) for n in range(count)]
    return [(x + r * math.cos(a), y + (ry or r) * math.sin(a)) for a in steps]


def face(p: Person) -> str:
    """The outline of the face."""
    west, east = p.left, p.right
    side = p.chin - 44
    return (
        f"M{west} 262C{west} 196 {CX - 58} {TOP} {CX} {TOP}C{CX + 58} {TOP} {east} 196 {east} 262"
        f"C{east} 322 {east - 4} {side} {CX + p.jaw} {p.chin - 10}"
        f"Q{CX + p.jaw * 0.5:.0f} {p.chin + 2} {CX} {p.chin + 2}"
        f"Q{CX - p.jaw * 0.5:.0f} {p.chin + 2} {CX - p.jaw} {p.chin - 10}C{west + 4} {side} {west} 322 {west} 262Z"
    )


def draw_head(s: Sheet, p: Person) -> None:
    """Ears, face, beard and features; hair comes on top of it."""
    skin, shade, blush = SKIN[p.skin]
    west, east, f = p.left, p.right, p.look
    if p.hat != "hijab":
        for x, side in ((west - 2, -1), (east + 2, 1)):
            s.shape(ellipse(x, 300, 17, 27), skin, (shade, ellipse(x + 4, 306, 9, 16)), off=(3, 3))
            s.line(f"M{x + side * 6} 292Q{x - side * 4} 296 {x + side * 2} 310", width=4)
    outline = face(p)
    dark_side = (
        f"M{east - 30 + f} 140C{east - 6} 240 {east - 18} 330 {CX + 20} {p.chin + 20}"
        f"L{east + 40} {p.chin + 20}L{east + 40} 140Z"
    )
    s.shape(outline, skin, (shade, dark_side))
    for side in (-1, 1):
        s.within(outline, blush, ellipse(CX + f + side * 56, 338, 19, 13), (6, 5))
    s.line(outline)
    if p.freckles:
        for x, y in ((-54, 330), (-42, 338), (-62, 342), (-48, 348), (46, 330), (58, 336), (50, 346), (66, 345)):
            s.flat(ellipse(CX + f + x, y, 2.6), shade if p.skin != "pale" else "#cf8a68")
    beard(s, p)
    features(s, p, shade)


def features(s: Sheet, p: Person, shade: str) -> None:
    """Eyes, brows, nose, mouth, and the lines that come with age."""
    f, x0 = p.look, CX + p.look
    for side in (-1, 1):
        x = x0 + side * 40
        if p.eyes == "smile":
            s.line(f"M{x - 15} {EYES + 4}Q{x} {EYES - 14} {x + 15} {EYES + 4}")
        else:
            if p.skin in ("brown", "deep", "dark"):
                s.flat(ellipse(x, EYES - 1, 14, 9.5), "#f3e6d4")
            s.flat(ellipse(x, EYES, 7, 9), INK)
            s.flat(ellipse(x + 2.5, EYES - 3.5, 2.3), "#fffbf2")
            if p.eyes == "narrow":
                s.line(f"M{x - 16} {EYES - 4}Q{x} {EYES - 13} {x + 17} {EYES - 5}", width=5)
            else:
                s.line(f"M{x - 16} {EYES - 3}Q{x - 2} {EYES - 19} {x + 16} {EYES - 4}", width=4.5)
        if p.lashes:
            s.line(f"M{x + side * 15} {EYES - 5}L{x + side * 23} {EYES - 10}", width=4.5)
        brow = p.colour[1] if p.hair not in ("none",) else INK
        s.line(
            (f"M{x - 19} {EYES - 32 - side * f * 0.2:.1f}Q{x + side * 2} {EYES - 44} {x + 19} {EYES - 33}"),
            brow,
            p.brow,
        )
        if p.age:
            s.line(
                (
                    f"M{x + side * 27} {EYES + 2}L{x + side * 36} {EYES - 2}M{x + side * 27} {EYES + 9}"
                    f"L{x + side * 35} {EYES + 13}"
                ),
                width=3.5,
            )
            s.line(f"M{x - 10} {EYES + 19}Q{x} {EYES + 24} {x + 11} {EYES + 18}", shade, 4)
    if p.age > 1:
        s.line(f"M{x0 - 34} 232Q{x0} 224 {x0 + 32} 232M{x0 - 22} 218Q{x0} 212 {x0 + 20} 218", shade, 4)
    n, way = p.nose, 1 if f >= 0 else -1
    s.line(
        f"M{x0 + way * 2} {EYES + 4}"
        f"Q{x0 + way * (n + 10)} {EYES + 38} {x0 + way * 4} {EYES + 44}"
        f"Q{x0 - way * 4} {EYES + 46} {x0 - way * 10} {EYES + 40}"
    )
    mouth(s, p, x0)
    if p.age and p.beard not in ("moustache", "goatee"):
        s.line(
            f"M{x0 - 46} 346Q{x0 - 54} 358 {x0 - 48} 374M{x0 + 46} 346Q{x0 + 54} 358 {x0 + 48} 374",
            INK if p.beard == "short" else shade,
            4,
        )


def mouth(s: Sheet, p: Person, x: float) -> None:
    """One of four ways to look pleased."""
    y = 364
    match p.mouth:
        case "open":
            hole = (
                f"M{x - 32} {y - 4}Q{x} {y + 6} {x + 32} {y - 6}Q{x + 26} {y + 28} {x} {y + 28}"
                f"Q{x - 26} {y + 28} {x - 32} {y - 4}Z"
            )
            s.flat(hole, "#8f3b30")
            s.within(
                hole,
                "#fffbf2",
                (f"M{x - 40} {y - 14}L{x + 40} {y - 14}L{x + 40} {y + 6}Q{x} {y + 16} {x - 40} {y + 6}Z"),
            )
            s.line(hole)
        case "lips":
            colour = p.lips or "#c2553f"
            s.flat(
                (
                    f"M{x - 30} {y}Q{x - 12} {y - 12} {x} {y - 6}Q{x + 12} {y - 12} {x + 30} {y - 2}"
                    f"Q{x + 16} {y + 22} {x} {y + 22}Q{x - 16} {y + 22} {x - 30} {y}Z"
                ),
                colour,
            )
            s.line(f"M{x - 32} {y - 2}Q{x} {y + 16} {x + 33} {y - 5}")
        case "wry":
            s.line(
                f"M{x - 24} {y + 4}Q{x + 6} {y + 14} {x + 30} {y - 8}M{x + 28} {y - 14}"
                f"Q{x + 36} {y - 10} {x + 35} {y - 2}"
            )
        case _:
            s.line(f"M{x - 30} {y - 3}Q{x} {y + 25} {x + 32} {y - 6}M{x - 12} {y + 24}Q{x} {y + 29} {x + 12} {y + 23}")


def beard(s: Sheet, p: Person) -> None:
    """Full, short, goatee or moustache."""
    west, east, x, c = p.left, p.right, CX + p.look, p.chin
    base, tone = p.colour
    full = (
        f"M{west} 306C{west + 2} 384 {CX - 78} {c + 42} {CX} {c + 44}"
        f"C{CX + 78} {c + 42} {east - 2} 384 {east} 306"
        f"C{east - 8} 344 {x + 66} 352 {x + 40} 345Q{x} 332 {x - 40} 345"
        f"C{x - 66} 352 {west + 8} 344 {west} 306Z"
    )
    match p.beard:
        case "full":
            s.shape(
                full,
                base,
                (tone, (f"M{x + 30} 300L{east + 40} 300L{east + 40} {c + 60}L{x} {c + 60}Q{x + 60} {c} {x + 30} 300Z")),
                off=(4, 4),
            )
            s.line(f"M{x - 54} 352Q{x - 22} 338 {x} 346Q{x + 22} 338 {x + 56} 350", tone, 4)
        case "short":
            s.within(face(p), base, full.replace(f"{c + 42}", f"{c + 12}").replace(f"{c + 44}", f"{c + 12}"), (0, 0))
            s.flat(
                (f"M{x - 36} 354Q{x} 348 {x + 38} 352Q{x + 28} 388 {x} 388Q{x - 28} 388 {x - 36} 354Z"), SKIN[p.skin][0]
            )
            s.line(face(p))
        case "goatee":
            s.shape(
                (f"M{x - 30} 384Q{x} 400 {x + 30} 384Q{x + 34} {c + 14} {x} {c + 22}Q{x - 34} {c + 14} {x - 30} 384Z"),
                base,
                (tone, ellipse(x + 24, c, 20, 40)),
                off=(3, 3),
            )
    if p.beard in ("moustache", "goatee"):
        s.shape(
            (
                f"M{x} 342C{x - 18} 332 {x - 42} 342 {x - 54} 362C{x - 32} 366 {x - 10} 362 {x} 354"
                f"C{x + 10} 362 {x + 34} 366 {x + 56} 358C{x + 44} 340 {x + 20} 332 {x} 342Z"
            ),
            base,
            (tone, f"M{x + 4} 330L{x + 70} 330L{x + 70} 370L{x + 4} 370Z"),
            off=(3, 3),
        )


def _lens(kind: str, x: int) -> str:
    if kind == "round":
        return ellipse(x, EYES + 2, 31)
    top, wide = (EYES - 22, 32) if kind == "square" else (EYES + 10, 28)
    low = top + (48 if kind == "square" else 24)
    return (
        f"M{x - wide + 2} {top}L{x + wide - 2} {top}"
        f"Q{x + wide + 2} {low} {x} {low}Q{x - wide - 2} {low} {x - wide + 2} {top}Z"
    )


def glasses(s: Sheet, p: Person) -> None:
    """Round, square or half-moon."""
    if not p.glasses:
        return
    x = CX + p.look
    y = EYES + 12 if p.glasses == "half" else EYES - 4
    for side in (-1, 1):
        s.line(_lens(p.glasses, x + side * 40), width=6)
        s.line(f"M{x + side * 70} {y}L{CX + side * (p.half + 2)} {y + 2}", width=6)
    s.line(f"M{x - 10} {y}Q{x} {y - 9} {x + 10} {y}", width=6)


def earrings(s: Sheet, p: Person) -> None:
    """Hoops or studs."""
    if not p.earrings:
        return
    for x in (p.left - 5, p.right + 5):
        if p.earrings == "hoop":
            s.line(ellipse(x, 346, 13, 17), "#cf9731", 6)
        else:
            s.shape(ellipse(x, 340, 8, 10), "#e9b94f", off=(2, 2))
