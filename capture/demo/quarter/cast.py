"""Invents the people of the demo's sample data and the notes about them, from ``cast.toml`` and ``notes.toml``."""

from __future__ import annotations

import tomllib
import unicodedata
from dataclasses import dataclass
from importlib.resources import files
from random import Random
from typing import Any

SEED = "kitchen table"
"""The seed of all random choices in the sample data; another seed gives other data."""

FALLBACK = "en"
"""The language of invented people and notes if the TOML files have none in the wanted language."""

PHONES = "+447700900{:03}"
"""Telephone numbers that Ofcom reserves for drama: they reach no telephone."""


def read(name: str) -> dict[str, Any]:
    """Returns the content of one of the demo's TOML files of sample data, such as ``cast.toml``."""
    return tomllib.loads(files("capture.demo.quarter").joinpath(name).read_text(encoding="utf-8"))


def chance(*names: object) -> Random:
    """Returns a random generator seeded by ``names``, so that its choices do not depend on those made elsewhere."""
    return Random(" ".join(map(str, (SEED, *names))))


@dataclass(frozen=True, slots=True)
class Prospect:
    """An invented person of the sample data, who signs up or is on a list. ``number``: counted from 1."""

    number: int
    name: str
    email: str
    locale: str

    @property
    def chance(self) -> Random:
        """A new random generator for what an invented person of the sample data does, always with the same seed."""
        return chance("prospect", self.number)

    @property
    def phone(self) -> str:
        """The invented person's telephone number, which reaches no telephone."""
        return PHONES.format(self.number % 1000)


class Cast:
    """Invents people for the sample data, each with another e-mail address. ``answers``: what people type who are asked
    who introduced them, and do not name a member."""

    def __init__(self) -> None:
        self._names = read("cast.toml")
        self.chance = chance("cast")
        """The random generator by which names and addresses are chosen."""
        self.answers: list[str] = self._names["answers"]
        self._addresses: set[str] = set()
        self._count = 0

    def person(self, locale: str) -> Prospect:
        """Returns a newly invented person who speaks the language ``locale``."""
        names = self._names.get(locale) or self._names[FALLBACK]
        while True:
            first, last = self.chance.choice(names["first"]), self.chance.choice(names["last"])
            address = f"{self._local_part(first, last)}@{self.chance.choice(self._names['domains'])}"
            if address not in self._addresses:
                break
        self._addresses.add(address)
        self._count += 1
        return Prospect(self._count, first, address, locale)

    def _local_part(self, first: str, last: str) -> str:
        given, family = _ascii(first), _ascii(last)
        plain = f"{given}.{family}"
        form = self.chance.choice((plain, plain, f"{given[0]}.{family}", f"{given}{family[0]}", f"{family}.{given}"))
        return f"{form}{self.chance.randint(2, 89)}" if self.chance.random() < 0.2 else form


class Notes:
    """The notes that members and staff write about leads in the sample data, by language and occasion."""

    def __init__(self) -> None:
        self._notes = read("notes.toml")

    def pick(self, chance: Random, locale: str, occasion: str) -> str:
        """Returns a random note about a lead for an occasion, in the language ``locale``; in FALLBACK if there are no
        notes in this language."""
        found: str = chance.choice((self._notes.get(locale) or self._notes[FALLBACK])[occasion])
        return found


def _ascii(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return "".join(each for each in plain.lower() if each.isalnum())
