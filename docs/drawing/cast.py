"""Who is who: the sample company's members, as the drawing pen sees them."""

from __future__ import annotations

from heads import Person

GREY, WHITE, BLACK = ("#b9b3a8", "#968f84"), ("#e9e3d6", "#c9c1b1"), ("#3d3531", "#2a2421")
BROWN, DARK, RED = ("#7a4e33", "#5a3724"), ("#4b3428", "#35241c"), ("#c4622f", "#99461f")
BLOND, SAND = ("#e6be6c", "#c4984a"), ("#b98a55", "#946a3c")

SAGE, TERRA, OCHRE = ("#9db17c", "#7e955f"), ("#d96f4e", "#b95237"), ("#e9b94f", "#cf9731")
BLUE, NAVY, PLUM = ("#9dbab8", "#7b9c9b"), ("#4f6a78", "#3b525f"), ("#9a6478", "#774758")
LINEN, WOOL, MOSS = ("#fbf3e1", "#e4d8bd"), ("#dcc8a4", "#bfa67c"), ("#66774a", "#4d5b36")

# A person is a paragraph here, not a column.
# fmt: off
CAST: dict[str, list[Person]] = {
    "bernadette": [
        Person(skin="pale", hair="waves", colour=WHITE, half=98, chin=402, jaw=60, age=2, glasses="half",
               eyes="smile", clothes="cardigan", cloth=PLUM, under="#fbf3e1", mouth="open", ground="#cfdccb",
               motif="shelf", motif_colour="#b5c7b0", look=6, turn=-2, earrings="stud"),
    ],
    "siobhan-obrien": [
        Person(skin="pale", hair="curls-long", colour=RED, half=90, freckles=True, lashes=True, look=-9, turn=3,
               clothes="turtle", cloth=NAVY, ground="#bcd0cb", motif="hills", motif_colour="#93b0ae", mouth="open"),
    ],
    "rosa-and-tom": [
        Person(skin="fair", hair="receding", colour=GREY, half=96, chin=412, jaw=64, age=1, look=-8, turn=4,
               beard="short", clothes="shirt", cloth=BLUE, ground="#d5dfb9", motif="leaves", motif_colour="#bccb99",
               brow=8),
        Person(skin="olive", hair="bob", colour=DARK, half=90, chin=402, look=9, turn=-5, eyes="smile", mouth="open",
               clothes="overalls", cloth=OCHRE, under="#b95237", earrings="stud", lashes=True),
    ],
    "soren-agard": [
        Person(skin="pale", hair="quiff", colour=BLOND, beard="full", mouth="open", half=94, chin=398,
               clothes="turtle", cloth=WOOL, ground="#4f6a78", motif="disc", motif_colour="#5f7c8a", look=8, turn=2,
               eyes="narrow", brow=8),
    ],
    "joao-pessoa-lima": [
        Person(skin="olive", hair="waves", colour=BLACK, half=90, chin=414, jaw=50, glasses="round", beard="goatee",
               clothes="blazer", cloth=MOSS, ground="#ecd9a8", motif="tiles", motif_colour="#e4cb8c", look=-8,
               turn=-3, mouth="wry"),
    ],
    "nguyen-thi-hoa": [
        Person(skin="fair", hair="bun", colour=BLACK, half=92, chin=402, jaw=46, eyes="narrow", lashes=True, look=7,
               turn=3, clothes="kurta", cloth=TERRA, under="#f3dfa9", ground="#cfe0d6", motif="arch",
               motif_colour="#aecbbd", nose=11, mouth="lips", earrings="stud"),
    ],
    "zoe-lindqvist": [
        Person(skin="pale", hair="pixie", colour=BLOND, half=90, chin=408, jaw=46, look=10, turn=-4, earrings="hoop",
               clothes="overalls", cloth=LINEN, under="#4f6a78", ground="#e4b79f", motif="sun",
               motif_colour="#efcbb6", lashes=True, mouth="wry"),
    ],
    "gudrun": [
        Person(skin="pale", hair="braids", colour=GREY, half=98, chin=404, jaw=60, age=1, eyes="smile", look=-6,
               turn=-2, clothes="stripes", cloth=NAVY, under="#fbf3e1", ground="#dfe6e2", motif="hills",
               motif_colour="#bccfcd"),
    ],
    "piotr-wojcik": [
        Person(skin="fair", hair="crop", colour=SAND, hat="cap", hat_colour=LINEN, half=100, chin=412, jaw=68,
               beard="moustache", clothes="apron", cloth=TERRA, under="#fbf3e1", ground="#e9d7b4", motif="shelf",
               motif_colour="#d6bd8f", look=8, brow=9, turn=2),
    ],
    "lucja-zielinska-brandt": [
        Person(skin="fair", hair="bob", colour=BROWN, hat="straw", hat_colour=("#ecc978", "#cfa44f"), half=90,
               chin=404, glasses="round", look=9, turn=-3, clothes="shirt", cloth=SAGE, ground="#f0e2c4",
               motif="leaves", motif_colour="#c6d3a6", mouth="open", lashes=True),
    ],
    "anneliese-grunwald": [
        Person(skin="pale", hair="bob", colour=("#d9c7a6", "#b8a27c"), half=96, chin=404, jaw=56, age=1, look=-8,
               turn=3, clothes="blazer", cloth=("#a24a45", "#7f3634"), under="#fbf3e1", ground="#c9d6c4",
               motif="disc", motif_colour="#dbe4d4", mouth="lips", earrings="stud", lashes=True),
    ],
    "margaret-fairweather": [
        Person(skin="pale", hair="pixie", colour=WHITE, half=92, chin=410, jaw=48, age=2, glasses="square", look=7,
               turn=-2, clothes="turtle", cloth=PLUM, ground="#b9cbcf", motif="stripes", motif_colour="#abc0c5",
               mouth="wry", brow=5, earrings="stud", nose=20),
    ],
    "kwame-asante-boateng": [
        Person(skin="dark", hair="crop", colour=("#2b2321", "#1c1615"), half=96, chin=412, jaw=62, beard="short",
               clothes="apron", cloth=OCHRE, under="#4f6a78", ground="#e8a98b", motif="sun", motif_colour="#f0bfa5",
               mouth="open", look=-8, turn=-4, brow=8, nose=20),
    ],
    "priya-raghunathan": [
        Person(skin="brown", hair="long", colour=BLACK, half=90, chin=406, jaw=46, glasses="square", lashes=True,
               look=8, turn=3, clothes="kurta", cloth=("#2f7a78", "#235c5c"), under="#e9b94f", ground="#f0d9a0",
               motif="dots", motif_colour="#e7c77c", mouth="lips", lips="#a3423a", earrings="stud"),
    ],
    "folasade-adeyemi": [
        Person(skin="deep", hair="none", colour=BLACK, hat="wrap", hat_colour=("#e0a531", "#bd8220"), half=92,
               chin=406, lashes=True, look=-7, turn=3, clothes="wax", cloth=("#2f6f73", "#235457"), under="#e9b94f",
               ground="#dcbfa8", motif="disc", motif_colour="#ead3c0", mouth="open", earrings="hoop", nose=18),
    ],
    "thandiwe-mokoena": [
        Person(skin="dark", hair="afro", colour=("#2f2623", "#1f1917"), half=90, chin=404, jaw=50, lashes=True,
               look=9, turn=-3, clothes="crew", cloth=TERRA, ground="#b7cdbf", motif="arch", motif_colour="#cddccf",
               earrings="hoop", mouth="lips", lips="#b5483e", nose=18),
    ],
    "jack-sparrow-whittaker": [
        Person(skin="tan", hair="crop", colour=SAND, hat="straw", hat_colour=("#a98a5e", "#86693f"), half=98,
               chin=414, jaw=66, age=1, eyes="smile", beard="short", clothes="shirt", cloth=NAVY, ground="#f0d6a4",
               motif="hills", motif_colour="#d9bd7c", look=8, turn=3, nose=20),
    ],
    "mei-ling-tan": [
        Person(skin="fair", hair="fringe", colour=BLACK, half=90, chin=402, jaw=44, eyes="narrow", lashes=True,
               look=-8, turn=-3, clothes="crew", cloth=("#e7a6a0", "#cb837e"), ground="#a9c3b4", motif="leaves",
               motif_colour="#92b0a0", mouth="lips", nose=11),
    ],
    "wang-xiuying": [
        Person(skin="fair", hair="curls", colour=("#6d665f", "#524c46"), half=98, chin=402, jaw=58, age=1,
               eyes="smile", glasses="round", look=6, turn=2, clothes="cardigan", cloth=SAGE, under="#f0d7c4",
               ground="#e7d5d0", motif="disc", motif_colour="#f1e4df", nose=11),
    ],
    "sato-kenichi": [
        Person(skin="fair", hair="crop", colour=GREY, half=92, chin=414, jaw=54, age=2, glasses="half",
               eyes="narrow", look=-7, turn=3, clothes="shirt", cloth=("#7e8f99", "#65757f"), ground="#e3d2a6",
               motif="tiles", motif_colour="#d9c48f", mouth="wry", nose=13, brow=8),
    ],
    "layla-haddad": [
        Person(skin="olive", hair="wavy", colour=DARK, half=90, chin=408, jaw=46, lashes=True, look=9, turn=-4,
               clothes="shirt", cloth=("#f2e4cf", "#d8c6a8"), ground="#7e955f", motif="leaves",
               motif_colour="#6d8450", mouth="lips", earrings="hoop", brow=8),
    ],
    "youssef-al-mansouri": [
        Person(skin="tan", hair="crop", colour=GREY, beard="full", mouth="open", half=94, chin=400, age=1,
               glasses="round", look=-8, turn=-2, clothes="kurta", cloth=LINEN, under="#4f6a78", ground="#a8563c",
               motif="shelf", motif_colour="#8f4530", brow=9, nose=20),
    ],
    "noor-van-der-berg-farouk": [
        Person(skin="olive", hair="none", colour=DARK, hat="hijab", hat_colour=("#4f8a86", "#3b6c69"), half=88,
               chin=404, jaw=46, lashes=True, look=8, turn=3, clothes="blazer", cloth=OCHRE, under="#4f8a86",
               ground="#f0cfb4", motif="sun", motif_colour="#f7e0cc", mouth="open"),
    ],
    "ana": [
        Person(skin="olive", hair="ponytail", colour=BLACK, half=90, chin=406, jaw=46, lashes=True, look=-9, turn=4,
               clothes="apron", cloth=("#fbf3e1", "#e4d8bd"), under="#d96f4e", ground="#f1cf86", motif="disc",
               motif_colour="#f6dea8", mouth="open", earrings="hoop", brow=7.5),
    ],
    "inaki-etxeberria": [
        Person(skin="fair", hair="crop", colour=GREY, hat="cap", hat_colour=("#3f4a52", "#2d363c"), half=100,
               chin=414, jaw=70, age=1, beard="short", clothes="stripes", cloth=("#8c3f38", "#6d2f2a"),
               under="#fbf3e1", ground="#b9cfa9", motif="hills", motif_colour="#94ae80", look=9, turn=2, nose=24,
               brow=10),
    ],
    "montserrat-ferre-i-puig": [
        Person(skin="fair", hair="fringe", colour=GREY, half=92, chin=406, jaw=48, age=1, glasses="round", look=-7,
               turn=-3, clothes="turtle", cloth=("#3f4a52", "#2d363c"), ground="#e9c9a4", motif="shelf",
               motif_colour="#d4ac80", mouth="lips", lashes=True),
    ],
    "lupita-hernandez": [
        Person(skin="tan", hair="braids", colour=BLACK, half=96, chin=404, jaw=54, lashes=True, eyes="smile", look=8,
               turn=3, clothes="kurta", cloth=LINEN, under="#d96f4e", ground="#8fb3b0", motif="dots",
               motif_colour="#a7c5c1", mouth="open", earrings="hoop", nose=18),
    ],
    "ximena-quispe-mamani": [
        Person(skin="tan", hair="braids", colour=BLACK, hat="bowler", hat_colour=("#5d4436", "#453126"), half=98,
               chin=404, jaw=58, age=1, look=-7, turn=-3, clothes="shawl", cloth=("#b8436a", "#933252"),
               under="#fbf3e1", ground="#cfe0e0", motif="hills", motif_colour="#b3cfc6", nose=19, earrings="stud"),
    ],
    "martin-echeverria": [
        Person(skin="fair", hair="curls", colour=BROWN, half=94, chin=412, jaw=58, beard="short", look=9, turn=4,
               clothes="hood", cloth=BLUE, ground="#f0dfb6", motif="stripes", motif_colour="#ead3a0", mouth="wry",
               brow=8),
    ],
    "valentina-munoz-araya": [
        Person(skin="olive", hair="fringe-long", colour=("#8c3f38", "#6d2f2a"), half=90, chin=404, jaw=46,
               lashes=True, look=-9, turn=3, clothes="overalls", cloth=BLUE, under="#e9b94f", ground="#cfd9ec",
               motif="tiles", motif_colour="#bfcce4", mouth="open", freckles=True),
    ],
    "luz-marina-ocampo": [
        Person(skin="brown", hair="curls-long", colour=DARK, half=94, chin=404, jaw=52, lashes=True, eyes="smile",
               look=7, turn=-3, clothes="crew", cloth=("#e9b94f", "#cf9731"), ground="#a9bf8c", motif="leaves",
               motif_colour="#93ab75", mouth="lips", lips="#b5483e", earrings="stud"),
    ],
    "dolores-oconnell": [
        Person(skin="tan", hair="long", colour=WHITE, half=92, chin=408, jaw=50, age=2, look=8, turn=-2,
               clothes="shawl", cloth=("#2f7a78", "#235c5c"), under="#d96f4e", ground="#eab98a", motif="sun",
               motif_colour="#f4d2a6", earrings="hoop", nose=20),
    ],
    "marcus-t-bell": [
        Person(skin="deep", hair="none", colour=("#2b2321", "#1c1615"), half=96, chin=404, jaw=60, beard="full",
               mouth="open", age=1, look=-8, turn=-3, clothes="blazer", cloth=NAVY, under="#e9b94f",
               ground="#b5cf9a", motif="disc", motif_colour="#c8dcb1", eyes="smile", brow=8, nose=20),
    ],
    "genevieve-tremblay": [
        Person(skin="pale", hair="wavy", colour=BROWN, hat="beanie", hat_colour=TERRA, half=90, chin=404, jaw=46,
               freckles=True, lashes=True, look=8, turn=4, clothes="hood", cloth=SAGE, ground="#cddfe4",
               motif="dots", motif_colour="#e4eff1", glasses="round"),
    ],
    "etienne-lhermitte": [
        Person(skin="fair", hair="bald", colour=DARK, half=98, chin=414, jaw=62, age=1, beard="moustache", look=-9,
               turn=-3, clothes="apron", cloth=LINEN, under="#4f6a78", ground="#f2cf7c", motif="arch",
               motif_colour="#f7dfa2", nose=26, brow=8),
    ],
}
# fmt: on
