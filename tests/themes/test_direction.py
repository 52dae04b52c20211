"""People's own words take their direction from themselves, on pages of the themes and of the capture service."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT

OF_PEOPLE = re.compile(
    r"\{\{ (?:member|sponsor|host|host\.member|lead|campaign|person\.member|step|line|mark|row|link|spend)"
    r"\.(?:name|first_name|place|tagline|note|detail|label)(?: or [^}]+)? \}\}"
)
DIRECTED = re.compile(
    r"""(?:<bdi>|dir="auto"(?: [a-z]+="[^"]*")*>|dir="auto"\{% endif %\}>\{% if member\.tagline %\})\Z"""
)
NOT_SHOWN = re.compile(r"<title>.*?</title>|<meta [^>]*>|<option\b.*?</option>|\{% block title %\}.*?\{% endblock %\}")
"""Where markup has no place: browsers show these as plain text."""

TEMPLATES = sorted({*ROOT.glob("themes/*/templates/**/*.html"), *ROOT.glob("capture/*/templates/*.html")})
WITH_PEOPLE = [path for path in TEMPLATES if OF_PEOPLE.search(NOT_SHOWN.sub("", path.read_text(encoding="utf-8")))]


@pytest.mark.parametrize("path", WITH_PEOPLE, ids=lambda path: str(path.relative_to(ROOT)))
def test_words_of_people_take_their_own_direction(path: Path) -> None:
    template = NOT_SHOWN.sub("", path.read_text(encoding="utf-8"))
    for found in OF_PEOPLE.finditer(template):
        assert DIRECTED.search(template[: found.start()]), found[0]


def test_both_themes_and_the_pages_of_the_service_are_looked_at() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in WITH_PEOPLE}
    assert {
        "themes/almanac/templates/parts/hero-campaign.html",
        "themes/almanac/templates/parts/sponsorcard.html",
        "themes/almanac/templates/thanks.html",
        "themes/nightmarket/templates/parts/hero-host.html",
        "capture/consent/templates/confirmed.html",
        "capture/leads/templates/leads.html",
        "capture/signup/templates/signup.html",
    } <= names
