"""A fixed cast for the capture service: two active members, an inactive one, the company, and their pages."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import databases
import pytest
from flask import Flask
from flask.testing import FlaskClient

from capture import models
from capture.app import create_app
from capture.base import words
from capture.base.db import Database
from capture.base.tokens import Links
from capture.limits import abuse
from capture.settings import Settings
from sitegen.site.consent import digest, short_digest
from sitegen.token import PageSeen, TokenSigner

KEY = "0123456789abcdef0123456789abcdef"
COMPANY = "Fern & Flint"
CONSENT = "I agree that {member} and {company} keep my address."
CONSENT_COMPANY = "I agree that {company} keeps my address."
CONSENT_ES = "Acepto que {member} y {company} guarden mi correo."


class Clock:
    """Time that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


def cast() -> list[Any]:
    """Ana speaks Spanish, Bo English, Cleo has left."""

    def member(id: str, slug: str, name: str, locale: str, *, active: bool = True) -> models.Member:
        return models.Member(
            id=id,
            slug=slug,
            name=name,
            first_name=name.split()[0],
            email=f"{slug}@members.example.com",
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


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test that uses a database runs on both kinds; ``@pytest.mark.database("sqlite")`` names one."""
    if "database_url" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("database")
        metafunc.parametrize("database_url", mark.args if mark else databases.KINDS, indirect=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[databases.Postgres]:
    """A real PostgreSQL, started when the first test asks for it."""
    with databases.running() as server:
        yield server


@pytest.fixture(scope="session")
def prepared_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the cast in it, to be copied."""
    path = tmp_path_factory.mktemp("prepared") / "capture.sqlite"
    fill(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def prepared_name(postgres: databases.Postgres) -> str:
    """A database on PostgreSQL with the cast in it, to be copied."""
    name = postgres.create()
    fill(postgres.url(name))
    return name


def fill(url: str) -> None:
    """Makes the tables and the cast in an empty database."""
    database = Database(url)
    database.migrate()
    with database.write() as session:
        session.add_all(cast())
        session.flush()
        session.add_all(models.Slug(slug=each.slug, member_id=each.id) for each in session.query(models.Member))
    database.engine.dispose()


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database with the cast in it, for this test alone."""
    if request.param == "sqlite":
        folder = databases.quick_folder()
        path = folder / "capture.sqlite"
        shutil.copy(request.getfixturevalue("prepared_file"), path)
        yield f"sqlite:///{path}"
        shutil.rmtree(folder)
        return
    server = request.getfixturevalue("postgres")
    name = server.create(request.getfixturevalue("prepared_name"))
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[str]:
    """An address, of the same kind, where there are no tables yet."""
    if database_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
        return
    server = request.getfixturevalue("postgres")
    name = server.create()
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(token_keys=(KEY,), secret_key=KEY, database_url=database_url, busy_seconds=0.3, even_seconds=0)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(settings: Settings, clock: Clock) -> Iterator[Flask]:
    app = create_app(settings, clock=clock)
    app.config["TESTING"] = False  # faults must be answered, as they are in production
    yield app
    app.extensions["espalier"].database.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def database(app: Flask) -> Database:
    return app.extensions["espalier"].database


@pytest.fixture
def signer() -> TokenSigner:
    return TokenSigner([KEY])


@pytest.fixture
def form(signer: TokenSigner, clock: Clock) -> Callable[..., dict[str, Any]]:
    """What a browser sends from a page of the cast; arguments change or (None) leave out fields.

    It comes from the page that stands between, which was read for ten seconds; ``at``: by another clock.
    """
    links = Links([KEY])

    def fill(
        member: str | None = "m-2",
        *,
        locale: str = "en",
        key: str = "home",
        at: datetime | None = None,
        **changes: Any,
    ) -> dict[str, Any]:
        text = CONSENT_COMPANY if member is None else CONSENT_ES if locale == "es" else CONSENT
        seen = PageSeen(key, locale, "b0b0b0b0b0b0", short_digest(text))
        fields = {
            "token": signer.member_token(member),
            "page": signer.page_token(seen),
            "email": "pat@example.com",
            "first_name": "Pat",
            "interest": "products",
            "consent": "yes",
            "website": "",
        }
        sent = {name: value for name, value in {**fields, **changes}.items() if value is not None}
        moment = (at or clock.now) - timedelta(seconds=10)
        return sent if "pause" in changes else {**sent, "pause": abuse.pause(links, sent, moment)}

    return fill


@pytest.fixture
def rows(database: Database) -> Callable[..., list[Any]]:
    """All rows of a table."""

    def read(table: type[models.Base]) -> list[Any]:
        with database.read() as session:
            return list(session.query(table).order_by(*table.__table__.primary_key))

    return read


@pytest.fixture
def en() -> words.Words:
    return words.load("en")


@pytest.fixture(scope="session")
def sample() -> Path:
    """The sample company's folder."""
    return Path(__file__).parents[2] / "content"


@pytest.fixture
def links(app: Flask) -> Any:
    """Makes the links that stand in mails."""
    return app.extensions["espalier"].links


@pytest.fixture
def mailed(rows: Callable[..., list[Any]]) -> Callable[..., str]:
    """The path of a link in the newest mail of a kind: ``mailed("confirm", "not-me")``."""

    def read(kind: str, name: str, recipient: str | None = None) -> str:
        mails = [each for each in rows(models.OutboxMail) if each.kind == kind]
        text = next(each.text for each in reversed(mails) if recipient in (None, each.recipient))
        found = re.search(rf"https://capture\.fern\.example(/{name}\S*)", text)
        assert found, text
        return found[1]

    return read


@pytest.fixture
def confirmed(client: FlaskClient, form: Callable[..., dict[str, Any]], mailed: Callable[..., str]) -> Any:
    """Signs somebody up and confirms it from their mailbox."""

    def sign_up(member: str | None = "m-2", email: str = "pat@example.com", **changes: Any) -> None:
        assert client.post("/signup", data=form(member, email=email, **changes)).status_code == 303
        assert client.post(mailed("confirm", "confirm", email)).status_code == 200

    return sign_up
