"""Hair and hats: what lies behind the head, and what lies on it."""

from __future__ import annotations

from heads import CX, Person, around
from ink import Sheet, ellipse, scallops


def behind(s: Sheet, p: Person) -> None:
    """What hangs or stands behind the head."""
    west, east = p.left, p.right
    base, tone = p.colour
    right = f"M{CX + 50} 60L{east + 160} 60L{east + 160} 660L{CX + 50} 660Z"
    match p.hair:
        case "bob" | "fringe":
            s.shape(
                (
                    f"M{west - 30} 300C{west - 50} 140 {CX - 60} 108 {CX} 108"
                    f"C{CX + 60} 108 {east + 50} 140 {east + 30} 300"
                    f"C{east + 42} 380 {east + 36} 428 {east + 10} 436L{west - 10} 436"
                    f"C{west - 36} 428 {west - 42} 380 {west - 30} 300Z"
                ),
                base,
                (tone, right),
            )
        case "long" | "fringe-long":
            s.shape(
                (
                    f"M{west - 30} 300C{west - 52} 140 {CX - 60} 106 {CX} 106"
                    f"C{CX + 60} 106 {east + 52} 140 {east + 30} 300"
                    f"C{east + 36} 400 {east + 76} 470 {east + 44} 566"
                    f"C{east - 20} 590 {west + 20} 590 {west - 44} 566"
                    f"C{west - 76} 470 {west - 36} 400 {west - 30} 300Z"
                ),
                base,
                (tone, right),
            )
        case "wavy":
            points = around(CX, 300, p.half + 50, 128, 412, 15, 190)
            s.shape(scallops(points, 0.3), base, (tone, right))
        case "bun":
            s.shape(ellipse(CX + 10, 110, 46, 42), base, (tone, ellipse(CX + 40, 120, 34, 50)), off=(4, 4))
            s.line((f"M{CX - 14} 96Q{CX + 14} 84 {CX + 34} 104M{CX - 20} 112Q{CX + 10} 100 {CX + 30} 122"), width=4)
        case "afro":
            s.shape(scallops(around(CX, 250, p.half + 66, 110, 430, 17), 0.42), base, (tone, right))
        case "curls-long":
            s.shape(scallops(around(CX, 300, p.half + 58, 110, 430, 17, 196), 0.5), base, (tone, right))
        case "ponytail":
            s.shape(
                (
                    f"M{east - 10} 200C{east + 76} 210 {east + 84} 330 {east + 60} 452"
                    f"C{east + 50} 500 {east + 16} 510 {east + 10} 500"
                    f"C{east + 36} 430 {east + 20} 320 {east - 20} 270Z"
                ),
                base,
                (
                    tone,
                    (
                        f"M{east + 44} 180L{east + 120} 180L{east + 120} 520L{east + 10} 520"
                        f"Q{east + 60} 400 {east + 44} 180Z"
                    ),
                ),
            )
        case "braids":
            for side in (-1, 1):
                for n in range(6):
                    x, y = CX + side * (p.half + 14 + n * 3), 350 + n * 38
                    s.shape(ellipse(x, y, 24 - n, 25), base, (tone, ellipse(x + 14, y + 6, 16, 26)), off=(3, 3))


def on_top(s: Sheet, p: Person) -> None:
    """The hair over the brow, then the hat."""
    west, east = p.left, p.right
    base, tone = p.colour
    shade = f"M{east - 34} 80L{east + 140} 80L{east + 140} 460L{east - 20} 460Q{east + 6} 260 {east - 34} 80Z"
    parted = (
        f"M{{x}} 120C{west - 10} 114 {west - 50} 190 {west - 26} 344"
        f"C{west - 10} 340 {west + 4} 318 {west + 6} 290C{west + 14} 236 {{x}} 226 {{x}} 164"
        f"C{CX + 40} 214 {east - 14} 230 {east - 6} 290"
        f"C{east - 4} 318 {east + 10} 340 {east + 26} 344"
        f"C{east + 50} 190 {east + 10} 114 {{x}} 120Z"
    )
    match p.hair:
        case "side" | "quiff":
            up = 108 if p.hair == "quiff" else 122
            s.shape(
                (
                    f"M{west - 6} 294C{west - 24} 210 {west - 8} {up + 8} {CX - 14} {up}"
                    f"C{CX + 70} {up - 12} {east + 28} 166 {east + 6} 294"
                    f"C{east - 2} 270 {east - 2} 240 {east - 26} 214"
                    f"C{CX + 30} 222 {CX - 30} 214 {CX - 54} 186"
                    f"C{west + 26} 214 {west + 8} 240 {west - 6} 294Z"
                ),
                base,
                (tone, shade),
            )
            s.line((f"M{CX - 44} 160Q{CX + 10} 196 {CX + 60} 184M{CX - 10} 146Q{CX + 34} 164 {CX + 66} 158"), width=4)
        case "crop" | "receding":
            low = 204 if p.hair == "crop" else 186
            s.shape(
                (
                    f"M{west - 5} 290C{west - 16} 190 {west + 18} 138 {CX} 138"
                    f"C{east - 18} 138 {east + 16} 190 {east + 5} 290L{east - 6} 246"
                    f"C{east - 16} 214 {CX + 44} {low} {CX + 30} {low + 4}"
                    f"C{CX + 10} {low - 4} {CX - 10} {low - 4} {CX - 30} {low + 4}"
                    f"C{CX - 44} {low} {west + 16} 214 {west + 6} 246Z"
                ),
                base,
                (tone, shade),
            )
        case "bald":
            for side in (-1, 1):
                x = CX + side * p.half
                s.shape(
                    (
                        f"M{x + side * 2} 322C{x + side * 24} 296 {x + side * 26} 244 {x + side * 4} 216"
                        f"C{x - side * 8} 240 {x - side * 8} 270 {x + side * 2} 322Z"
                    ),
                    base,
                    off=(3, 3),
                )
        case "curls" | "waves":
            count, bulge, radius = (11, 0.55, 116) if p.hair == "curls" else (8, 0.34, 112)
            outer = around(CX, 262, p.half + radius - 94, 172, 368, count)
            inner = around(CX, 300, p.half - 8, 336, 204, 6, 98)
            s.shape(scallops([*outer, *inner], bulge), base, (tone, shade))
        case "afro" | "curls-long":
            outer = around(CX, 240, p.half + (56 if p.hair == "afro" else 34), 176, 364, 11)
            inner = around(CX, 300, p.half - 6, 338, 202, 7, 100)
            s.shape(scallops([*outer, *inner], 0.42), base, (tone, shade))
        case "bob" | "long" | "wavy":
            s.shape(parted.format(x=CX - 24), base, (tone, shade))
            s.line(
                (f"M{west - 12} 280Q{west - 8} 210 {CX - 50} 164M{east + 12} 280Q{east + 4} 210 {CX + 30} 168"), width=4
            )
        case "bun" | "ponytail" | "braids":
            x = CX if p.hair != "ponytail" else CX - 40
            s.shape(
                (
                    f"M{west - 7} 300C{west - 26} 190 {west + 10} 124 {CX} 124"
                    f"C{east - 10} 124 {east + 26} 190 {east + 7} 300C{east} 250 {east - 30} 206 {x} 172"
                    f"C{west + 30} 206 {west} 250 {west - 7} 300Z"
                ),
                base,
                (tone, shade),
            )
            s.line(
                (
                    f"M{x} 130L{x} 170M{west + 12} 220Q{west + 30} 176 {x - 24} 150M{east - 12} 220"
                    f"Q{east - 30} 176 {x + 28} 150"
                ),
                width=4,
            )
        case "fringe" | "fringe-long":
            s.shape(
                (
                    f"M{west - 26} 346C{west - 52} 190 {west - 10} 110 {CX} 110"
                    f"C{east + 10} 110 {east + 52} 190 {east + 26} 346"
                    f"C{east + 8} 338 {east - 2} 310 {east - 4} 256Q{CX + 40} 244 {CX + 6} 254"
                    f"Q{CX - 50} 242 {west + 4} 256C{west + 2} 310 {west - 8} 338 {west - 26} 346Z"
                ),
                base,
                (tone, shade),
            )
            s.line(
                (
                    f"M{CX - 46} 160Q{CX - 62} 200 {CX - 58} 240M{CX + 4} 150L{CX + 6} 238M{CX + 50} 160"
                    f"Q{CX + 64} 200 {CX + 60} 240"
                ),
                width=4,
            )
        case "pixie":
            s.shape(
                (
                    f"M{west - 8} 310C{west - 34} 200 {west} 122 {CX + 6} 118"
                    f"C{east} 116 {east + 34} 190 {east + 8} 310"
                    f"C{east - 4} 300 {east - 2} 260 {east - 14} 236"
                    f"C{CX + 50} 246 {CX + 10} 236 {CX - 10} 214"
                    f"C{CX - 30} 244 {west + 26} 250 {west + 10} 246"
                    f"C{west + 2} 270 {west + 2} 296 {west - 8} 310Z"
                ),
                base,
                (tone, shade),
            )
            s.line((f"M{CX - 6} 150Q{CX + 20} 190 {CX + 60} 206M{CX - 40} 170Q{CX - 44} 200 {CX - 62} 222"), width=4)
    hat(s, p)


def hat(s: Sheet, p: Person) -> None:
    """Hats, wraps and scarves."""
    west, east = p.left, p.right
    base, tone = p.hat_colour
    shade = f"M{CX + 46} 20L{east + 160} 20L{east + 160} 330L{CX + 66} 330Q{CX + 80} 160 {CX + 46} 20Z"
    match p.hat:
        case "wrap":
            s.shape(
                (
                    f"M{CX + 6} 120C{CX - 74} 96 {CX - 62} 34 {CX - 20} 40"
                    f"C{CX + 4} 40 {CX + 10} 60 {CX + 12} 74C{CX + 26} 42 {CX + 60} 26 {CX + 82} 52"
                    f"C{CX + 100} 92 {CX + 40} 118 {CX + 6} 120Z"
                ),
                base,
                (tone, shade),
            )
            s.shape(
                (
                    f"M{west - 10} 268C{west - 44} 150 {CX - 70} 92 {CX} 90"
                    f"C{CX + 74} 90 {east + 46} 150 {east + 10} 268C{east - 16} 222 {CX + 44} 206 {CX} 208"
                    f"C{CX - 44} 206 {west + 16} 222 {west - 10} 268Z"
                ),
                base,
                (tone, shade),
            )
            s.line(
                f"M{west - 8} 214Q{CX - 40} 176 {CX + 4} 122M{east + 8} 214Q{CX + 60} 176 {CX + 8} 122"
                f"M{CX - 60} 200Q{CX - 20} 180 {CX + 6} 124M{CX + 66} 202Q{CX + 30} 180 {CX + 8} 124"
            )
        case "beanie":
            s.shape(
                (
                    f"M{west - 10} 232C{west - 20} 130 {CX - 50} 92 {CX} 92"
                    f"C{CX + 50} 92 {east + 20} 130 {east + 10} 232Z"
                ),
                base,
                (tone, shade),
            )
            s.shape(
                f"M{west - 18} 196Q{CX} 160 {east + 18} 196L{east + 16} 244Q{CX} 208 {west - 16} 244Z",
                base,
                (tone, shade),
            )
            for x in range(west + 12, east, 26):
                s.line(
                    (
                        f"M{x} {188 - (1 - abs(x - CX) / p.half) * 14:.0f}"
                        f"L{x} {226 - (1 - abs(x - CX) / p.half) * 14:.0f}"
                    ),
                    width=4,
                )
            s.shape(scallops(around(CX, 84, 22, 0, 315, 8), 0.4), "#fffbf2", off=(3, 3))
        case "cap":
            s.shape(
                (
                    f"M{west - 16} 222C{west - 24} 130 {CX - 40} 112 {CX + 10} 112"
                    f"C{CX + 90} 112 {east + 30} 150 {east + 22} 214Q{CX} 188 {west - 16} 222Z"
                ),
                base,
                (tone, shade),
            )
            s.shape(
                (
                    f"M{west - 20} 224Q{CX - 10} 168 {east - 20} 206Q{CX - 20} 204 {west - 36} 248"
                    f"Q{west - 44} 236 {west - 20} 224Z"
                ),
                tone,
            )
            s.line(f"M{CX - 10} 116Q{CX + 20} 150 {CX + 10} 184", width=4)
        case "straw":
            s.shape(
                (
                    f"M{west - 96} 232C{west - 80} 180 {east + 80} 180 {east + 96} 232"
                    f"C{east + 60} 262 {east} 214 {CX} 214C{west} 214 {west - 60} 262 {west - 96} 232Z"
                ),
                base,
                (tone, shade),
            )
            s.shape(
                (
                    f"M{west + 2} 208C{west} 110 {CX - 50} 92 {CX} 92"
                    f"C{CX + 50} 92 {east} 110 {east - 2} 208Q{CX} 178 {west + 2} 208Z"
                ),
                base,
                (tone, shade),
            )
            s.flat((f"M{west + 4} 180Q{CX} 150 {east - 2} 180L{east} 206Q{CX} 178 {west + 4} 206Z"), "#b95237", (2, 2))
            s.line(f"M{west + 3} 182Q{CX} 152 {east - 3} 182M{west + 2} 208Q{CX} 178 {east - 2} 208")
        case "bowler":
            s.shape(
                (f"M{west + 8} 190C{west + 4} 100 {CX - 50} 74 {CX} 74C{CX + 50} 74 {east - 4} 100 {east - 8} 190Z"),
                base,
                (tone, shade),
            )
            s.flat(f"M{west + 8} 158L{east - 8} 158L{east - 8} 186L{west + 8} 186Z", "#e9b94f")
            s.line(f"M{west + 8} 158L{east - 8} 158")
            s.shape(
                (
                    f"M{west - 36} 200C{west - 20} 176 {east + 20} 176 {east + 36} 200"
                    f"C{east + 20} 226 {west - 20} 226 {west - 36} 200Z"
                ),
                base,
                (tone, shade),
            )
        case "hijab":
            s.shape(
                (
                    f"M{west - 6} 330C{west - 30} 170 {west + 8} 104 {CX} 104"
                    f"C{east - 8} 104 {east + 30} 170 {east + 6} 330"
                    f"C{east + 4} 250 {east - 26} 196 {CX} 194"
                    f"C{west + 26} 196 {west - 4} 250 {west - 6} 330Z"
                ),
                base,
                (tone, shade),
            )
            s.shape(
                (
                    f"M{west - 8} 316C{west - 2} 380 {CX - 60} {p.chin + 6} {CX} {p.chin + 10}"
                    f"C{CX + 60} {p.chin + 6} {east + 2} 380 {east + 8} 316"
                    f"C{east + 40} 380 {east + 30} 480 {east + 70} 540"
                    f"C{CX + 40} 590 {CX - 60} 590 {west - 70} 540"
                    f"C{west - 30} 480 {west - 40} 380 {west - 8} 316Z"
                ),
                base,
                (
                    tone,
                    (f"M{CX + 60} 300L{east + 120} 300L{east + 120} 620L{CX - 20} 620Q{CX + 80} 480 {CX + 60} 300Z"),
                ),
            )
            s.line(
                f"M{west - 6} 400Q{CX - 30} 480 {CX + 60} 470M{west - 26} 450"
                f"Q{CX - 20} 530 {CX + 90} 500M{CX - 30} 112Q{west + 16} 140 {west + 2} 220"
            )
