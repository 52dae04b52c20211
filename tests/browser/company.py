"""The sample company as these tests build it: its pages and kinds of page, and few members who differ much."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
SAMPLE = ROOT / "content"

KINDS = (
    "home",
    "products",
    "products/first-frost",
    "products/long-evening",
    "products/sunday-ember",
    "opportunity",
    "faq",
    "story",
    "signup",
    "privacy",
    "thanks",
    "404",
)
"""The key of every page of the sample."""

LOCALES = ("en", "es")

EVERYTHING = {"en": "rosa-and-tom", "es": "ana"}
"""Members with photo, phone, tagline, story and links, by their own language."""

LEAST = {"en": "kim-ji-woo", "es": "nusta"}
"""Members without photo, phone, tagline, story and links."""

APOSTROPHE = "siobhan-obrien"
ARABIC = "layla-haddad"
ARABIC_SPONSOR = "youssef-almansouri"
"""An Arabic name whose sponsor's is Arabic too."""
CHINESE = "wang-xiu-ying"
QUOTES = "jack-sparrow-whittaker"
ONE_WORD = "gudrun"

_KEPT = {"m-001", "m-002", "m-003", "m-009", "m-012", "m-013", "m-023", "m-026", "m-028", "m-029", "m-030"} | {
    "m-033",
    "m-041",
}


LANDINGS = {EVERYTHING["en"]: "radio7", LEAST["en"]: "flyer", EVERYTHING["es"]: "mercado", LEAST["es"]: "gracias"} | {
    None: "paper"
}
"""The code of a campaign of each of these members, and (None) of the company's own."""

_CAMPAIGNS = """code,member,channel,name,starts,ends
radio7,m-003,radio,,,
flyer,m-028,flyer,,,
mercado,m-033,event,,,
gracias,m-041,referral,,,
paper,,newspaper,,,
"""


def with_campaigns(place: Path) -> Path:
    """A copy of the sample with those campaigns."""
    folder = Path(shutil.copytree(SAMPLE, place))
    (folder / "campaigns.csv").write_text(_CAMPAIGNS, encoding="utf-8")
    return folder


def few_members(place: Path) -> Path:
    """The same with a dozen of its members."""
    folder = with_campaigns(place)
    keep_few(folder)
    return folder


def keep_few(folder: Path) -> None:
    """Leaves a dozen members on the sample's roster, each below the nearest sponsor who was kept."""
    roster = folder / "members.csv"
    with roster.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    sponsors = {row["id"]: row["sponsor"] for row in rows}
    with roster.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        for row in rows:
            if row["id"] in _KEPT:
                while row["sponsor"] and row["sponsor"] not in _KEPT:
                    row["sponsor"] = sponsors[row["sponsor"]]
                writer.writerow(row)
