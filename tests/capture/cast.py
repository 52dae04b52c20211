"""A fixed cast for the capture service: two active members, an inactive one, the company, and their pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from capture import models
from capture.base.db import Database
from sitegen.site.consent import digest, short_digest

KEY = "0123456789abcdef0123456789abcdef"
COMPANY = "Fern & Flint"
CONSENT = "I agree that {member} and {company} keep my address."
CONSENT_COMPANY = "I agree that {company} keeps my address."
CONSENT_ES = "Acepto que {member} y {company} guarden mi correo."


def cast() -> list[Any]:
    """Ana speaks Spanish, Bo English, Cleo has left."""

    def member(id: str, slug: str, name: str, locale: str, *, active: bool = True) -> models.Member:
        return models.Member(
            id=id,
            slug=slug,
            name=name,
            first_name=name.split()[0],
            email=f"{slug}@members.example.com",
            folded_email=f"{slug}@members.example.com",
            phone="+34600111222",
            locale=locale,
            home=f"https://fern.example/{slug}/",
            sponsor_id=None,
            active=active,
        )

    def wording(text: str, locale: str, has_member: bool) -> models.Wording:
        return models.Wording(
            id=short_digest(text),
            locale=locale,
            has_member=has_member,
            digest=digest(text),
            text=text,
            current=True,
        )

    def pages(replica: bool, home: str) -> Iterator[models.Page]:
        titles = {"home": ("", "", "Home", "Inicio"), "thanks": ("thanks/", "gracias/", "Thanks", "Gracias")}
        for key, (en, es, title_en, title_es) in titles.items():
            for locale, path, title in (("en", en, title_en), ("es", es, title_es)):
                prefix = "" if locale == home else f"{locale}/"
                yield models.Page(
                    replica=replica, home_locale=home, locale=locale, key=key, path=prefix + path, title=title
                )

    people = [
        member("m-1", "ana", "Ana <b>Núñez</b>", "es"),
        member("m-2", "bo", "Bo O'Neill", "en"),
        member("m-3", "cleo", "Cleo Past", "en", active=False),
    ]
    return [
        models.Company(
            id=1,
            name=COMPANY,
            legal_name="Fern and Flint Limited",
            address=["1 Mill Lane", "Cork"],
            email="desk@fern.example.com",
            phone=None,
            home="https://fern.example/",
            service="https://capture.fern.example/",
            layout="path",
            locale="en",
        ),
        *people,
        *pages(False, "en"),
        *pages(True, "en"),
        *pages(True, "es"),
        wording(CONSENT, "en", True),
        wording(CONSENT_ES, "es", True),
        wording(CONSENT_COMPANY, "en", False),
    ]


def make_tables(url: str) -> None:
    """Makes the tables in an empty database."""
    database = Database(url)
    database.migrate()
    database.engine.dispose()


def fill(url: str) -> None:
    """Makes the tables and the cast in an empty database."""
    make_tables(url)
    database = Database(url)
    with database.write() as session:
        session.add_all(cast())
        session.flush()
        session.add_all(models.Slug(slug=each.slug, member_id=each.id) for each in session.query(models.Member))
    database.engine.dispose()
