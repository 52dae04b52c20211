"""What every answer has in common: words, headers, templates."""

from __future__ import annotations

import importlib.resources
from dataclasses import replace
from html import unescape

import pytest
from flask import template_rendered

from capture.app import create_app
from capture.base import words
from capture.web import answers


@pytest.mark.parametrize(
    ("language", "locale"), [("es-MX,en;q=0.5", "es"), ("en", "en"), ("fr, es;q=0.2", "es"), ("", "en")]
)
def test_a_notice_speaks_the_browser_s_language(client, language, locale):
    page = client.get("/nowhere", headers={"Accept-Language": language})
    assert page.status_code == 404
    assert f'<html lang="{locale}">' in page.text
    assert words.load(locale)("lost_title") in unescape(page.text)
    assert page.headers["Content-Language"] == locale


def test_a_notice_leads_to_the_company(client):
    assert '<a href="https://fern.example/">' in client.get("/nowhere").text


def test_style_sheets_are_found_from_any_depth(client):
    assert 'href="../../static/capture.css"' in client.get("/a/b/c").text
    assert 'href="./static/capture.css"' in client.get("/a").text
    with client.get("/static/capture.css") as answer:
        assert answer.status_code == 200


def test_errors_as_json_have_one_form(client):
    answer = client.get("/nowhere", headers={"Accept": "application/json"})
    assert (answer.status_code, set(answer.json), answer.json["errors"]) == (404, {"errors", "message"}, {})


def test_every_language_says_the_same_things():
    keys = words.load("en").keys()
    for locale in words.LOCALES:
        assert words.load(locale).keys() == keys
    for kind in answers.KINDS.values():
        assert {f"{kind}_title", f"{kind}_lead"} <= keys


def test_every_template_is_rendered_somewhere(settings, clock, form, mailed):
    app = create_app(replace(settings, demo=True), clock=clock)
    seen: set[str] = set()
    remember = lambda sender, template, context, **rest: seen.add(template.name)  # noqa: E731
    with template_rendered.connected_to(remember, app):
        client = app.test_client()
        client.post("/signup", data=form())
        client.post("/signup", data=form(email="x"))
        client.post("/signup", data=form(pause=None))
        link = mailed("confirm", "confirm")
        client.get(link)
        client.post(link)
        client.get("/my-data")
        client.post("/my-data", data={"email": "pat@example.com"})
        client.post(mailed("my-data", "my-data"))
        client.get("/go")
        client.get("/nowhere")
        client.get("/dev/mailbox")
        client.get("/dev/sign-in/member/bo")
    root = importlib.resources.files("capture")
    rooms = {"web", "signup", "consent", "demo"}
    ours = {f"{room}/{each.name}" for room in rooms for each in root.joinpath(room, "templates").iterdir()}
    assert ours | {"campaigns/code.html"} == seen | {"web/layout.html"}
    app.extensions["espalier"].database.engine.dispose()
