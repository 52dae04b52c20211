"""Time zones: names as people write them, and which zone a country or a telephone number tells."""

from __future__ import annotations

from datetime import datetime

import pytest

from sitegen import time_zones


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("Europe/Dublin", "Europe/Dublin"),
        ("europe/dublin", "Europe/Dublin"),
        (" America/New York ", "America/New_York"),
        ("America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("Asia/Calcutta", "Asia/Calcutta"),
        ("Europe/Kiev", "Europe/Kiev"),
        ("America/Coyhaique", "America/Coyhaique"),
        ("UTC", "UTC"),
        ("Factory", None),
        ("Mars/Olympus", None),
        ("../../etc/passwd", None),
        ("", None),
    ],
)
def test_names(written: str, found: str | None) -> None:
    assert time_zones.find(written) == found


def test_a_renamed_zone_has_the_clock_of_the_new_name() -> None:
    moment = datetime(2026, 7, 1, 12)
    for old, new in (("Asia/Calcutta", "Asia/Kolkata"), ("Europe/Kiev", "Europe/Kyiv")):
        assert moment.replace(tzinfo=time_zones.load(old)) == moment.replace(tzinfo=time_zones.load(new))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Europe/Dubln", "Europe/Dublin"),
        ("Pacific/Aukland", "Pacific/Auckland"),
        ("Dublin", "Europe/Dublin"),
        ("Ireland/Dublin", "Europe/Dublin"),
        ("new york", "America/New_York"),
        ("Romance Standard Time", "Europe/Paris"),
    ],
)
def test_an_unknown_name_gets_the_one_that_was_meant(written: str, meant: str) -> None:
    assert time_zones.hint(written) == f'did you mean "{meant}"?'


@pytest.mark.parametrize("written", ["+02:00", "GMT+2", "EDT", "", "summer"])
def test_no_zone_is_guessed_from_what_names_no_place(written: str) -> None:
    assert time_zones.hint(written) == "write a name of the tz database, such as Europe/Dublin"


def test_every_name_loads_and_no_other_does() -> None:
    for name in time_zones.names().values():
        assert time_zones.load(name).key == name
    for name in ("europe/dublin", "Factory", "../zones", ""):
        with pytest.raises(KeyError):
            time_zones.load(name)


def test_the_clocks_are_those_of_the_package() -> None:
    """British Columbia stays at -07 from November 2026, which systems of 2025 do not know."""
    vancouver = time_zones.load("America/Vancouver")
    offset = datetime(2026, 12, 1, tzinfo=vancouver).utcoffset()
    assert offset is not None and offset.total_seconds() == -7 * 3600


@pytest.mark.parametrize(
    ("country", "zones"),
    [
        ("IE", ("Europe/Dublin",)),
        ("VN", ("Asia/Ho_Chi_Minh",)),  # and not Bangkok, which has the same clock
        ("DE", ("Europe/Berlin",)),  # Büsingen has a name of its own, too
        ("AR", ("America/Argentina/Buenos_Aires",)),
        ("MY", ("Asia/Kuala_Lumpur",)),
        ("ES", ("Europe/Madrid", "Atlantic/Canary")),
        ("NZ", ("Pacific/Auckland", "Pacific/Chatham")),
        ("XK", ()),
        ("ZZ", ()),
    ],
)
def test_zones_of_a_country(country: str, zones: tuple[str, ...]) -> None:
    assert time_zones.of_country(country) == zones


@pytest.mark.parametrize(
    ("number", "country", "zones"),
    [
        ("+353211234567", None, ("Europe/Dublin",)),
        ("+12125550100", None, ("America/New_York",)),
        ("+14165550100", "CA", ("America/Toronto",)),
        ("+34922123456", "ES", ("Atlantic/Canary",)),
        ("+34600111222", "ES", ("Europe/Madrid", "Atlantic/Canary")),
        ("+353211234567", "ES", ("Europe/Madrid", "Atlantic/Canary")),  # a number from elsewhere tells nothing
        ("+80012345678", None, ()),  # a number of no country
    ],
)
def test_zones_of_a_number(number: str, country: str | None, zones: tuple[str, ...]) -> None:
    assert time_zones.of_phone(number, country) == zones
