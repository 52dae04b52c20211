"""Names time zones, and finds the zone of a country or of a telephone number.

Names, rules and countries all come from the package tzdata and never from the system, so that every machine that runs
the same versions counts the same days.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import phonenumbers
from babel.core import get_global

NO_PLACES = {"Factory"}
"""Names in tzdata that stand for a clock which was not set."""


@cache
def names() -> Mapping[str, str]:
    """Returns the names of all time zones, old and renamed ones too, by the form that ``_folded`` compares."""
    listed = files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    return {_folded(name): name for name in listed if name not in NO_PLACES}


def find(text: str) -> str | None:
    """Returns a zone's name in the spelling of tzdata, whatever the case and with spaces or underscores; None if there
    is no such zone. A renamed zone keeps the name that was asked for: ``Asia/Calcutta`` has the clock of Kolkata."""
    return names().get(_folded(text))


def hint(text: str) -> str:
    """Returns a hint for a name that ``find`` does not know: the zone that was probably meant, and how zones are
    written. The names of Windows are known by the table in Unicode's CLDR."""
    windows: Mapping[str, str] = get_global("windows_zone_mapping")
    place = _folded(text).rpartition("/")[2]
    # "Dublin" alone, or "Ireland/Dublin": the place is known by its region. Never "Etc": its signs are the wrong way
    # round, so that "GMT+2", which people write east of Greenwich, would become a zone west of it.
    places = {folded: name for folded, name in names().items() if not folded.startswith("etc/")}
    alike = sorted(name for folded, name in places.items() if place and folded.endswith(f"/{place}"))
    # Among short words, such as abbreviations, the nearest means nothing.
    near = difflib.get_close_matches(_folded(text), places, n=1, cutoff=0.7) if "/" in text else []
    meant = windows.get(text) or next(iter(alike), None) or (names()[near[0]] if near else None)
    return f'did you mean "{meant}"?' if meant else "write a name of the tz database, such as Europe/Dublin"


@cache
def load(name: str) -> ZoneInfo:
    """Returns a time zone by the name that ``find`` returned. Raises KeyError for any other name."""
    if names().get(_folded(name)) != name:
        raise KeyError(name)
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def of_country(country: str) -> tuple[str, ...]:
    """Returns the zones of a country (ISO 3166-1, in capitals), the most populous first; none for an unknown country.

    Zones whose clocks agree from now on are one, which has the first one's name: Germany has Berlin alone, though
    Büsingen has a name, too.
    """
    return _one_for_each_clock(_by_country().get(country, ()))


def of_phone(number: str, country: str | None = None) -> tuple[str, ...]:
    """Returns the zones in which a telephone number in E.164 can be. ``country``: the country to search, if it is not
    the number's own. A number that tells no place within its country returns all zones of the country."""
    parsed = phonenumbers.parse(number, None)
    region = country or phonenumbers.region_code_for_number(parsed)
    zones = _by_country().get(region or "", ())
    if len(_one_for_each_clock(zones)) > 1:
        from phonenumbers import timezone  # a megabyte of tables that few rosters need

        told = set(timezone.time_zones_for_number(parsed))
        zones = tuple(each for each in zones if each in told) or zones
    return _one_for_each_clock(zones)


@lru_cache(maxsize=1)
def _by_country() -> Mapping[str, tuple[str, ...]]:
    """Returns the zones of each country from ``zone.tab``, which names a zone of the country itself, in tzdata's order.
    ``zone1970.tab`` would name Bangkok for Vietnam."""
    found: dict[str, list[str]] = {}
    for line in files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            country, _, name = line.split("\t")[:3]
            found.setdefault(country, []).append(name)
    return {country: tuple(zones) for country, zones in found.items()}


def _one_for_each_clock(zones: Iterable[str]) -> tuple[str, ...]:
    clocks: dict[bytes, str] = {}
    for name in zones:
        clocks.setdefault(_clock(name), name)
    return tuple(clocks.values())


@cache
def _clock(name: str) -> bytes:
    """Returns the rule by which a zone's clock goes on: the last line of its file (RFC 9636, section 3.3)."""
    data = files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()
    return data.rstrip(b"\n").rpartition(b"\n")[2]


def _folded(name: str) -> str:
    return "_".join(name.lower().split())
