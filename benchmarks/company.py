"""Makes the site folder that the benchmarks build: ten pages of random prose, the heavy theme, a random roster.

The same seed always gives the same folder.
"""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from benchmarks import members
from sitegen.site import bundled

HEAVY = Path(__file__).parent / "heavy"
PAGES = 10

_SITE = """\
[company]
name = "Larch & Lantern"
legal_name = "Larch and Lantern Trading Limited"
address = ["4 Ropewalk", "Ballynab", "County Clare", "Ireland"]
email = "desk@larchandlantern.example"
founded = 2004

[site]
url = "https://larchandlantern.example"
locales = ["en"]
roster = "members.csv"
self_canonical_words = 60

[site.theme]
name = "heavy"

[capture]
url = "https://larchandlantern.example/capture"

[texts.en]
status = "Independent distributor of Larch & Lantern"
consent = "I agree that {member} and {company} keep my e-mail address so that {member} can write to me about what I \
ticked. I can withdraw this at any time, and both will then delete it."
consent_company = "I agree that {company} keeps my e-mail address and writes to me about what I ticked."
notices = ["Most members earn little, and some earn nothing.", "This company exists to be measured, and sells nothing."]
"""
_PRODUCT = 'picture: "{0}.svg"\npicture_alt: "A drawing of the {0}"\nprice: "{1}.50 EUR"\nfacts:\n' + "".join(
    f"  {label}: {value}\n"
    for label, value in (("Weight", "240 g"), ("Contents", "wood, wax, wick"), ("Origin", "Clare"), ("Keeps", "years"))
)
_KINDS = {
    "home": ("home", "Home", "Evenings made by hand", ""),
    "shop": ("products", "Shop", "Everything we make", ""),
    "shop/lantern": ("product", "", "The larch lantern", _PRODUCT.format("lantern", 48)),
    "shop/taper": ("product", "", "Twelve tapers", _PRODUCT.format("taper", 14)),
    "shop/snuffer": ("product", "", "The long snuffer", _PRODUCT.format("snuffer", 22)),
    "opportunity": ("opportunity", "Join in", "What it costs and what it earns", ""),
    "questions": ("page", "Questions", "What people ask", ""),
    "story": ("story", "Our story", "How it began", ""),
    "privacy": ("page", "Privacy", "What we keep about you", ""),
    "thanks": ("thanks", "", "Thank you", ""),
}
_WHO = ("the carpenter", "a good lamp", "the workshop", "our oldest customer", "the whole street", "a winter visitor")
_DOES = ("keeps", "mends", "asks for", "carries home", "leaves beside the door", "would not part with")
_WHAT = (
    "a dry shelf",
    "the last of the wax",
    "three short wicks",
    "an evening's light",
    "the smell of resin",
    "a note",
)
_WHEN = ("in November", "before the shop opens", "when the power fails", "out of habit", "without a word", "every year")


def make(folder: Path, count: int, *, seed: int = 1, photos: bool = False) -> Path:
    """Makes a site folder with ``count`` members and returns it.

    ``photos``: some members have a photo, whose file is no real picture.
    """
    folder.mkdir(parents=True)
    (folder / "site.toml").write_text(_SITE, encoding="utf-8")
    shutil.copytree(HEAVY / "theme", folder / "themes" / "heavy")
    pictures = folder / "pictures"
    pictures.mkdir()
    for name in ("mark", "lantern", "taper", "snuffer"):
        (pictures / f"{name}.svg").write_text(_drawing(name), encoding="utf-8")
    for number, key in enumerate(_KINDS):
        path = folder / "pages" / "en" / f"{key}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_page(key, number, random.Random(f"{seed}.{key}")), encoding="utf-8")
    if photos:
        (folder / "photos").mkdir()
        for number in range(members.PHOTOS):
            (folder / "photos" / f"{number}.jpg").write_bytes(b"stands for a photo")
    members.write(folder / "members.csv", members.members(count, seed=seed, photos=photos))
    return folder


def sample(folder: Path, count: int, *, seed: int = 1) -> Path:
    """Makes a copy of the sample company, in one language, with ``count`` random members, and returns its folder."""
    shutil.copytree(bundled.folder("content"), folder, ignore=shutil.ignore_patterns("photos", "addresses.csv"))
    settings = (folder / "site.toml").read_text(encoding="utf-8")
    one, found = re.subn(r"^locales = .*$", 'locales = ["en"]', settings, flags=re.MULTILINE)
    assert found == 1, "the sample's languages are set in one line"
    (folder / "site.toml").write_text(one, encoding="utf-8")
    members.write(folder / "members.csv", members.members(count, seed=seed))
    return folder


def _page(key: str, number: int, luck: random.Random) -> str:
    template, nav, title, more = _KINDS[key]
    lines = [f'title: "{title}"', f"template: {template}", f"order: {number}", f'kicker: "No. {number + 1}"']
    lines += [f'nav: "{nav}"'] if nav else []
    lines += [f'description: "{_sentence(luck)}"', f'summary: "{_sentence(luck)} {_sentence(luck)}"']
    return "---\n" + "\n".join(lines) + "\n" + more + "---\n" + "\n\n".join(_body(luck))


def _body(luck: random.Random) -> Iterator[str]:
    yield "{% if member %}\nThese are the pages of {{ member.first_name }}, who wrote none of them.\n{% endif %}"
    for _ in range(3):
        yield f"## {_sentence(luck)[:-1]}"
        yield _paragraph(luck)
        yield _paragraph(luck) + " [Ask what it costs](page:opportunity), or [look at the lantern](page:shop/lantern)."
        yield "Ask {% if member %}{{ member.first_name }}{% else %}us{% endif %}: " + _paragraph(luck)
    yield "\n".join(f"- {_sentence(luck)}" for _ in range(4))
    rows = [f"| {_sentence(luck)} | {luck.randrange(1, 90)} |" for _ in range(4)]
    yield "\n".join(["| What | How many |", "| --- | --- |", *rows])


def _paragraph(luck: random.Random) -> str:
    return " ".join(_sentence(luck) for _ in range(4))


def _sentence(luck: random.Random) -> str:
    text = f"{luck.choice(_WHO)} {luck.choice(_DOES)} {luck.choice(_WHAT)} {luck.choice(_WHEN)}."
    return text[0].upper() + text[1:]


def _drawing(name: str) -> str:
    size = 20 + len(name)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="240" height="240" viewBox="0 0 240 240">'
        f'<path d="M{size} 200h{200 - size}M120 40v{100 + size}" stroke="#245a73" stroke-width="12"/></svg>\n'
    )
