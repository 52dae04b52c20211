"""A fixed cast for the capture service: two active members, an inactive one, the company, and their pages."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient

from capture import models
from capture.accounts import signing_in
from capture.base import words
from capture.base.db import Database
from capture.base.tokens import Links
from capture.limits import human_proof
from capture.models import OutboxMail
from capture.settings import Settings
from sitegen.site.consent import short_digest
from sitegen.token import PageSeen, TokenSigner
from tests.capture import databases
from tests.capture.applications import application
from tests.capture.cast import CONSENT, CONSENT_COMPANY, CONSENT_ES, KEY, fill, make_tables
from tests.capture.clock import Clock
from tests.capture.compiled import CompiledTemplates
from tests.capture.office import HOST, STAFF, Browser, SignIn
from tests.conftest import ROOT


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test that uses a database runs on both kinds; ``@pytest.mark.database("sqlite")`` names one."""
    if "database_url" in metafunc.fixturenames:
        marker = metafunc.definition.get_closest_marker("database")
        metafunc.parametrize("database_url", marker.args if marker else databases.KINDS, indirect=True)


@pytest.fixture(scope="session", autouse=True)
def _templates_compiled_once() -> Iterator[None]:
    """Every application of this process takes the compiled templates of the ones before it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(Flask.jinja_options, "bytecode_cache", CompiledTemplates())
        yield


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


@pytest.fixture(scope="session")
def _tables_in_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tables") / "capture.sqlite"
    make_tables(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def _tables_name(postgres: databases.Postgres) -> str:
    name = postgres.create()
    make_tables(postgres.url(name))
    return name


@pytest.fixture
def unfilled_url(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[str]:
    """An address, of the same kind, where the tables hold nothing yet."""
    if database_url.startswith("sqlite"):
        path = shutil.copy(request.getfixturevalue("_tables_in_file"), tmp_path / "unfilled.sqlite")
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgres")
    name = server.create(request.getfixturevalue("_tables_name"))
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
    app = application(settings, clock)
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
        return sent if "pause" in changes else {**sent, "pause": human_proof.sign_pause(links, sent, moment)}

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
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample company's folder: a sync remembers addresses there."""
    return shutil.copytree(ROOT / "content", tmp_path_factory.mktemp("sample") / "content")


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


class MyData(NamedTuple):
    """The page "My data" as it was answered. ``path``: what the addresses of its forms and of its file begin with."""

    path: str
    text: str


@pytest.fixture
def open_my_data(client: FlaskClient) -> Callable[[str], MyData]:
    """Presses the button behind a mailed link to "My data", and returns the page."""

    def press(link: str) -> MyData:
        answer = client.post(link)
        assert answer.status_code == 200, answer.text
        found = re.search(r'href="[./]*(my-data/[^"/]+)/download"', answer.text)
        assert found, answer.text
        return MyData(f"/{found[1]}", answer.text)

    return press


@pytest.fixture
def enter(app: Flask, rows: Callable[..., list[Any]], database: Database, clock: Clock) -> Iterator[SignIn]:
    """Signs somebody in by the mail they get."""
    with database.write() as session:
        signing_in.add_staff(session, STAFF, clock.now)

    def sign_in(address: str) -> Browser:
        browser = Browser(app)
        clock.forward(minutes=13)  # the door gives out five links an hour
        assert browser.client.post("/office/sign-in", base_url=HOST, data={"email": address}).status_code == 200
        mail = next(each for each in reversed(rows(OutboxMail)) if each.kind == "sign-in" and each.recipient == address)
        link = re.search(rf"{HOST}(/office/enter/\S+)", mail.text)
        assert link
        assert browser.client.post(link[1], base_url=HOST).status_code == 303
        return browser

    yield sign_in
