"""Makes random members for the benchmarks: the same number and seed always give the same roster."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path

COLUMNS = (
    "id",
    "slug",
    "name",
    "first_name",
    "email",
    "phone",
    "photo",
    "place",
    "tagline",
    "story",
    "links",
    "sponsor",
    "locale",
    "market",
    "status",
    "joined",
)
PHOTOS = 12
"""How many different photos there are; the members with a photo share them."""

_FIRST = (
    *("Ada", "Aisling", "Amadou", "Anneke", "Béatrice", "Bo", "Chiara", "Dagny", "Dembe", "Eoin", "Esi", "Fatou"),
    *("Finn", "Gwen", "Håkon", "Ilse", "Ines", "Jožica", "Kofi", "Lars", "Leila", "Łucja", "Mairéad", "Malik", "Nadia"),
    *("Nils", "Oona", "Pádraig", "Quentin", "Rosa", "Saoirse", "Šimon", "Tamsin", "Tomás", "Ursula", "Vera", "Zoë"),
)
_LAST = (
    *(
        "Abara",
        "Andersson",
        "Bergström",
        "Byrne",
        "Castellanos",
        "D'Arcy",
        "Demir",
        "Dvořák",
        "Echeverría",
        "Gallagher",
    ),
    *("Grünwald", "Haddad", "Ibáñez", "Jansen", "Kowalska", "Lindqvist", "Mac Cormaic", "Moreau", "Nakamura", "O'Hara"),
    *("Ní Bhriain", "Okonkwo", "Petrov", "Quirke", "Rønning", "Sørensen", "Szabó", "Tanaka", "Ueda", "Varga", "Yılmaz"),
)
_PLACES = (
    "Ballyvaughan",
    "Boston & around",
    "Cádiz",
    "Dunmore East",
    "Gdańsk",
    "Graz",
    "Kilkenny",
    "Lagos",
    "Leith",
    "Malmö",
    "Port-au-Prince",
    'the "Old Mill", Ghent',
    "São Paulo",
    "Tromsø",
    "Windhoek",
)
_TAGLINES = (
    "The kettle is on from five.",
    "Small batches, long evenings.",
    "Ask me for the <plain> one, it is the best.",
    "I answer every letter & every call.",
    "Made in a kitchen, sold across a table.",
    "Über fifteen years of getting the lid off.",
    "No hurry; good things dry slowly.",
)
_SENTENCES = (
    "I began with one box under the stairs and a list of eleven neighbours.",
    "My mother thought it a phase, and now she does the labels.",
    "On Fridays there is soup, and nobody has to buy anything.",
    "I keep the books myself, in pencil, where I can see them.",
    "What I could not sell I gave away, and that sold the rest.",
    "The winter I broke my wrist, my customers carried their own parcels.",
    "If you would rather not be called, say so, and I will write.",
    "There is a bench outside, it's dry under the eaves, sit down.",
    "I have tried everything on the list, and I will tell you which to leave.",
    "It pays for the heating and one good holiday, which is what I wanted of it.",
)
_SITES = ("Instagram", "Facebook", "My shop window", "Letters", "Market days", "Recipes", "Photo book")
_AWARDS = ("Golden Kettle", "Friendliest Stall", "Ten Winters", "Best Kept Books", "Quiet Helper")
_PRAISES = (
    "“Knows what I had last year.”",
    "“Came in the snow.”",
    "“Never pushy, always there.”",
    "“The good soap, at last.”",
)


def members(count: int, *, seed: int = 1, photos: bool = False, locale: str = "en") -> Iterator[dict[str, str]]:
    """Yields ``count`` rows of a roster; every optional field is filled in for some members and empty for others."""
    for number in range(count):
        yield _member(random.Random(f"{seed}.{number}"), number, photos, locale)


def write(path: Path, rows: Iterator[dict[str, str]]) -> None:
    """Writes the rows of a roster as a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)


def _member(luck: random.Random, number: int, photos: bool, locale: str) -> dict[str, str]:
    def perhaps(chance: float, value: str) -> str:
        return value if luck.random() < chance else ""

    first, last = luck.choice(_FIRST), luck.choice(_LAST)
    # Everybody but the first few was recruited by somebody who was there before.
    sponsor = "" if number < 5 else f"b-{luck.randrange(number):07}"
    return {
        "id": f"b-{number:07}",
        "slug": f"m{number:07}",
        "name": f"{first} {last}",
        "first_name": first,
        "email": f"member.{number}@example.com",
        "phone": perhaps(0.7, f"+3531{luck.randrange(2_000_000, 9_000_000)}"),
        "photo": perhaps(0.4, f"{luck.randrange(PHOTOS)}.jpg") if photos else "",
        "place": perhaps(0.75, luck.choice(_PLACES)),
        "tagline": perhaps(0.6, luck.choice(_TAGLINES)),
        "story": perhaps(0.55, "\n\n".join(_paragraph(luck) for _ in range(luck.randint(1, 4)))),
        "links": "; ".join(_link(luck, number, each) for each in range(_links(luck))),
        "sponsor": sponsor,
        "locale": locale,
        "market": "IE",
        "status": "active",
        "joined": perhaps(0.8, f"{luck.randint(1998, 2026)}-{luck.randint(1, 12):02}-{luck.randint(1, 28):02}"),
    }


def _paragraph(luck: random.Random) -> str:
    return " ".join(luck.sample(_SENTENCES, luck.randint(2, 4)))


def _links(luck: random.Random) -> int:
    return 0 if luck.random() < 0.25 else luck.randint(1, 8)


def _link(luck: random.Random, number: int, each: int) -> str:
    kind = luck.random()
    if kind < 0.25:
        label = f"Award: {luck.choice(_AWARDS)} {luck.randint(2005, 2026)}"
    elif kind < 0.45:
        label = f"Praise: {luck.choice(_PRAISES)}"
    else:
        label = luck.choice(_SITES)
    return f"{label}=https://links.example/{number}/{each}?from=site&page={luck.randrange(100)}"
