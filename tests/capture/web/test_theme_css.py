"""The company's colours on the service's own pages."""

from __future__ import annotations

import pytest

from capture.models import Company
from tests.capture.databases import locked


@pytest.fixture
def look(database):
    def change(**values):
        with database.write() as session:
            session.get_one(Company, 1).look = values

    return change


def test_every_page_names_the_sheet(client, confirmed):
    for path in ("/my-data", "/nowhere"):
        page = client.get(path).text
        assert '<link rel="stylesheet" href="./look.css">' in page or 'href="../look.css"' in page


def test_the_theme_s_colours(client, look):
    look(accent="#a4371b", accent_dark="#f2a07b", paper="#ffffff", corners="round", scheme="dark")
    answer = client.get("/look.css")
    assert answer.mimetype == "text/css"
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert "--accent: light-dark(#a4371b, #f2a07b);" in answer.text
    assert "--corner: 1rem;" in answer.text
    assert "color-scheme: dark;" in answer.text
    assert "--paper" not in answer.text, "a colour comes with its partner for dark pages, or not at all"


@pytest.mark.parametrize("value", ["red", "#12345", "#123456;} body{display:none", "#1234567", 7, None])
def test_what_is_no_colour_is_left_out(client, look, value):
    look(accent=value, accent_dark="#000000", scheme="url(x)", corners="url(x)")
    assert client.get("/look.css").text == ":root {\n}\n"


def test_pages_are_readable_while_the_database_is_locked(client, database):
    with locked(database):
        answer = client.get("/look.css")
    assert answer.status_code == 200
