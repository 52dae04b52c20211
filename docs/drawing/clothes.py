"""Neck, shoulders, what they wear, and what is behind them."""

from __future__ import annotations

from heads import CX, SKIN, Person
from ink import Sheet, ellipse

_SHOULDERS = "M70 680C76 560 120 520 246 484Q320 {dip} 394 484C520 520 564 560 570 680Z"
_SIDE = "M430 400L640 400L640 700L400 700Q470 600 430 400Z"


def ground(s: Sheet, p: Person) -> None:
    """The picture's ground: one quiet motif."""
    c = p.motif_colour
    match p.motif:
        case "disc":
            s.flat(ellipse(330, 300, 244), c)
        case "sun":
            s.flat(ellipse(470, 190, 130), c)
        case "arch":
            s.flat("M110 700L110 300C110 60 530 60 530 300L530 700Z", c)
        case "stripes":
            for x in range(-20, 660, 92):
                s.flat(f"M{x} 0L{x + 40} 0L{x + 40} 640L{x} 640Z", c)
        case "hills":
            s.flat("M0 420Q160 300 330 390T640 350L640 640L0 640Z".replace("T", "Q480 460 "), c)
        case "tiles":
            for row in range(7):
                for column in range(7):
                    if (row + column) % 2:
                        s.flat(
                            (
                                f"M{column * 92} {row * 92}L{column * 92 + 92} {row * 92}"
                                f"L{column * 92 + 92} {row * 92 + 92}L{column * 92} {row * 92 + 92}Z"
                            ),
                            c,
                        )
        case "shelf":
            s.flat("M0 214L640 204L640 228L0 238Z", c)
            for x, w, h in ((40, 70, 120), (124, 54, 84), (470, 60, 96), (544, 74, 132)):
                s.flat(
                    (
                        f"M{x} {216 - h}Q{x} {206 - h} {x + 10} {206 - h}L{x + w - 10} {206 - h}"
                        f"Q{x + w} {206 - h} {x + w} {216 - h}L{x + w} 212L{x} 214Z"
                    ),
                    c,
                )
        case "leaves":
            for x, y, turn in ((80, 120, 1), (560, 150, -1), (70, 380, 1), (580, 420, -1), (170, 40, 1), (470, 40, -1)):
                s.flat(
                    (
                        f"M{x} {y + 60}C{x - 50} {y + 10} {x - 20 * turn} {y - 50} {x + 20 * turn} {y - 70}"
                        f"C{x + 50} {y - 20} {x + 40} {y + 40} {x} {y + 60}Z"
                    ),
                    c,
                )
        case "dots":
            for row in range(8):
                for column in range(8):
                    s.flat(ellipse(30 + column * 88 + (row % 2) * 44, 24 + row * 88, 13), c)


def neck(s: Sheet, p: Person) -> None:
    """The neck, with the chin's shadow on it."""
    skin, shade, _ = SKIN[p.skin]
    w = round(p.half * 0.46)
    s.shape(
        (
            f"M{CX - w} 350L{CX - w - 4} 470Q{CX - w - 30} 494 {CX - 90} 510L{CX} 580"
            f"L{CX + 90} 510Q{CX + w + 30} 494 {CX + w + 4} 470L{CX + w} 350Z"
        ),
        skin,
        (shade, f"M{CX - 80} 340L{CX + 90} 340L{CX + 90} 480Q{CX + 10} 470 {CX - 80} 410Z"),
    )


def wear(s: Sheet, p: Person) -> None:
    """Shoulders and what is on them."""
    base, tone = p.cloth
    high = _SHOULDERS.format(dip=500)
    low = _SHOULDERS.format(dip=566)
    match p.clothes:
        case "crew" | "stripes" | "apron" | "overalls":
            s.shape(low, base, (tone, _SIDE))
            s.line(f"M240 502Q{CX} 592 400 502", width=5)
            if p.clothes == "stripes":
                for y in (566, 606, 646):
                    s.within(
                        low, p.under, (f"M0 {y}Q{CX} {y + 26} 640 {y}L640 {y + 16}Q{CX} {y + 42} 0 {y + 16}Z"), (6, 5)
                    )
                s.line(low)
            if p.clothes == "apron":
                s.shape("M222 560L418 560L440 700L200 700Z", p.under, ("#e4d3b1", "M400 540L460 540L460 700L410 700Z"))
                s.line("M222 560L214 498M418 560L426 498M250 590L390 590")
            if p.clothes == "overalls":
                s.shape("M206 590L434 590L440 700L200 700Z", p.under, off=(4, 4))
                for x in (226, 392):
                    s.shape(
                        (
                            f"M{x} 606L{x - 10 if x < 300 else x + 10} 486L{x + 22 if x < 300 else x + 42} 484"
                            f"L{x + 30} 606Z"
                        ),
                        p.under,
                        off=(3, 3),
                    )
                    s.flat(ellipse(x + 15, 604, 7), "#e9b94f")
        case "turtle":
            s.shape(high, base, (tone, _SIDE))
            s.shape(
                f"M268 440Q{CX} 462 372 440L384 508Q{CX} 536 256 508Z",
                base,
                (tone, "M344 430L400 430L400 530L352 530Z"),
            )
            s.line("M290 456L286 508M320 460L320 512M350 456L354 508", width=4)
        case "shirt" | "blazer" | "cardigan":
            s.shape(low, p.under if p.clothes != "shirt" else base, *(((tone, _SIDE),) if p.clothes == "shirt" else ()))
            s.line("M320 556L320 640")
            if p.clothes != "shirt":
                for side in (-1, 1):
                    s.shape(
                        (
                            f"M{CX + side * 86} 488"
                            f"C{CX + side * 200} 520 {CX + side * 244} 560 {CX + side * 250} 690"
                            f"L{CX + side * 20} 690Q{CX + side * 60} 600 {CX + side * 86} 488Z"
                        ),
                        base,
                        (tone, _SIDE if side > 0 else "M0 0L1 0L1 1Z"),
                    )
                    if p.clothes == "blazer":
                        s.shape(
                            (
                                f"M{CX + side * 84} 486L{CX + side * 118} 546L{CX + side * 92} 566"
                                f"L{CX + side * 100} 586L{CX + side * 30} 664"
                                f"Q{CX + side * 62} 580 {CX + side * 84} 486Z"
                            ),
                            tone,
                            off=(3, 3),
                        )
                    else:
                        s.line(f"M{CX + side * 104} 496Q{CX + side * 84} 600 {CX + side * 44} 660", width=4)
            if p.clothes != "cardigan":
                collar = base if p.clothes == "shirt" else p.under
                s.shape(f"M262 462L{CX - 2} 556L262 584L226 494Z", collar, off=(4, 4))
                s.shape(f"M378 462L{CX + 2} 556L378 584L414 494Z", collar, off=(4, 4))
        case "kurta":
            s.shape(low, base, (tone, _SIDE))
            s.shape(f"M256 478Q{CX} 556 384 478L392 504Q{CX} 596 248 504Z", p.under, off=(3, 3))
            s.line("M306 574L306 650M336 574L336 650")
            for y in (594, 622):
                s.flat(ellipse(CX + 1, y, 5), p.under)
        case "shawl":
            s.shape(low, p.under)
            s.shape(
                "M60 690C70 560 130 516 240 480Q270 580 420 690Z", base, (tone, "M260 560Q320 640 420 690L300 700Z")
            )
            s.shape("M580 690C570 560 510 516 400 480Q380 600 230 690Z", base, (tone, _SIDE))
            s.line("M150 540Q190 620 290 690M490 540Q460 630 370 690", p.hat_colour[0] if p.hat else "#fffbf2", 9)
        case "wax":
            s.shape(low, base, (tone, _SIDE))
            for x, y in (
                (130, 600),
                (210, 560),
                (250, 620),
                (330, 620),
                (410, 570),
                (440, 630),
                (510, 600),
                (170, 640),
            ):
                s.flat(ellipse(x, y, 19), p.under)
                s.flat(ellipse(x, y, 10), "#b95237")
            s.line(low)
            for n in range(7):
                bead = 250 + n * 23.3
                s.shape(ellipse(bead, 512 + 42 - abs(n - 3) * abs(n - 3) * 4.4, 11), "#e9b94f", off=(2, 2))
        case "hood":
            s.shape("M176 560C170 470 230 430 258 430Q250 500 320 540Q390 500 382 430C410 430 470 470 464 560Z", tone)
            s.shape(low, base, (tone, _SIDE))
            s.line("M282 546L276 620M358 546L364 614")
            s.flat(ellipse(276, 624, 7), p.under)
            s.flat(ellipse(364, 618, 7), p.under)
