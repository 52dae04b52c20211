"""Every field of every public form, filled in by somebody who means harm: never a fault of ours, never half a row."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.datastructures import MultiDict

from capture.base.words import load
from capture.credit import evidence
from capture.leads import export, queries
from capture.mailing.envelope import compose
from capture.models import Consent, Lead, OutboxMail, PersonalData, Touch
from capture.signup.brought import UTM
from capture.signup.forms import SignupForm

QUICK, SLOW = 40, 800
FORM = "application/x-www-form-urlencoded"

BROUGHT = [*(f"utm_{name}" for name in UTM), "c"]
FIELDS = [*SignupForm(MultiDict(), load("en"))._fields, *BROUGHT, "pause", "altcha", "made-up"]
"""The names that the sign-up reads, new ones included, and one that it does not know."""

PAYLOADS = [
    "",
    " ",
    "{{7*7}}",
    "${7*7}",
    "{% raw %}",
    "%s%n",
    '=HYPERLINK("http://evil.example","x")',
    "+1+1",
    "-1",
    "@SUM(1)",
    "\uff1d1+1",
    "\t=1",
    " \u00a0\u3000=1",
    "'; DROP TABLE lead; --",
    '"><script>alert(1)</script>',
    "a\r\nBcc: victim@example.com",
    "a\nBcc: victim@example.com",
    "a\x0bb\x0cc\x85d\u2028e\u2029f",
    "\x00",
    "a\x1b[31mred",
    "\u202ecod.exe",
    "\u200bzero\u200dwidth\ufeff",
    "\U000e0041\U000e0042",
    "e\u0301" * 40,
    "\ufb2c" * 80,
    "\u0390" * 80,
    "\u1f82" * 300,
    "\ud83d\ude00",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "x" * 81,
    "x" * 60_000,
    "x@" + "a." * 150 + "example.com",
    "=cmd|'/c'!a1@example.com",
    "{{7*7}}@example.com",
    "pat@example.com,victim@example.com",
    "pat@example.com\r\nBcc: victim@example.com",
    "<pat@example.com>",
    '"pat\\"@x"@example.com',
    "pat@[127.0.0.1]",
    "pat@localhost",
    "h@erased.invalid",
    "j\u00f6rg@ex\u00e4mple.com",
    "\u0440at@example.com",
    "pat@\u202eexample.com",
    "pat@example.com.",
    "pat@-example-.com",
    "../../etc/passwd",
    "http://evil.example/",
    "yes",
    "products",
]

BLANKS = " \u00a0\u3000\u200c\u200d"
FORMULAS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")

texts = st.one_of(
    st.sampled_from(PAYLOADS),
    st.text(max_size=120),
    st.text(st.characters(categories=["Cc", "Cf", "Zl", "Zp", "Zs", "Mn", "Co", "Sm"]), max_size=30),
    st.builds("{}@{}.com".format, st.text(min_size=1, max_size=70), st.text(min_size=1, max_size=70)),
)
values = st.one_of(texts.map(lambda text: text.encode("utf-8", "surrogatepass")), st.binary(max_size=60))


def examples(count: int) -> Any:
    """As many as the run has time for; the database stays between them, which is part of the test."""
    unfit = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=count, deadline=None, suppress_health_check=unfit, database=None)


def multipart(fields: list[tuple[str, bytes]]) -> bytes:
    parts = (b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (n.encode(), v) for n, v in fields)
    return b"".join(parts) + b"--b--\r\n"


def urlencoded(fields: list[tuple[str, bytes]]) -> bytes:
    return urlencode(fields).encode()


@pytest.fixture
def whole(database) -> Any:
    """Checks that nothing is stored by half, and that what is stored can be shown."""

    def check() -> None:
        with database.read() as session:
            count = [session.scalar(select(func.count()).select_from(each)) for each in (Touch, Consent, PersonalData)]
            assert len(set(count)) == 1, "a touch, its consent and what it told come together"
            found = session.scalars(
                select(Lead).options(selectinload(Lead.touches).options(joinedload(Touch.consent)))
            ).unique()
            for lead in found:
                assert lead.touches
                if lead.erased_at is None:
                    assert lead.email_hash
                    _assert_showable(lead.email, lead.first_name or "", *lead.touches[0].utm.values())

    return check


def _assert_showable(*stored: str) -> None:
    for text in stored:
        for character in text:
            assert unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp"), repr(text)
            assert character not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff", repr(text)


@pytest.fixture
def safe(database, client, whole, links, clock) -> Iterator[None]:
    """What must hold in the end, whatever was sent: mails, exports, and the chain."""
    yield
    whole()
    with database.read() as session:
        assert evidence.audit(session).faults == []
        out = io.StringIO()
        export.write_csv(export.rows(session, links.address_keys, queries.stream_leads(session), clock.now), out)
        for row in csv.reader(io.StringIO(out.getvalue())):
            assert len(row) == len(export.COLUMNS)
            for cell in row:
                assert not cell.strip(" \u00a0\u3000\u200c\u200d").startswith(
                    ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
                ), cell
        for mail in session.scalars(select(OutboxMail).where(OutboxMail.kind != "webhook")):
            head = compose(mail, "mail@fern.example.com", "Fern & Flint").content.partition(b"\r\n\r\n")[0]
            names = [line.partition(b":")[0].lower() for line in head.split(b"\r\n") if not line.startswith(b" ")]
            assert len(names) == len(set(names)), head
            assert b"bcc" not in names
            assert b"\n" not in head.replace(b"\r\n", b"")


@pytest.mark.parametrize("count", [QUICK, pytest.param(SLOW, marks=pytest.mark.slow)])
def test_signing_up(client, form, safe, whole, count):
    """One field or some, as text or as bytes, once or more often, urlencoded and in parts, for people and programs."""
    changed = st.lists(st.tuples(st.sampled_from(FIELDS), values), min_size=1, max_size=4)

    @examples(count)
    @given(changes=changed, double=st.booleans(), parts=st.booleans(), json=st.booleans(), bare=st.booleans())
    @example([("first_name", "\ufb2c".encode() * 80)], False, True, False, False)
    @example([("email", b"=cmd|'/c'!a1@example.com"), ("first_name", b"=1+1")], False, False, True, False)
    @example([("utm_source", "\u3000=1+1".encode()), ("utm_term", b"@x")], False, False, False, False)
    @example([("first_name", "\uff1d1+1".encode())], False, False, False, False)
    @example([("first_name", "\u200d=1+1".encode())], False, False, False, False)
    @example([("email", "j\u00f6rg@ex\u00e4mple.com".encode())], False, False, False, False)
    def answered(changes: list[tuple[str, bytes]], double: bool, parts: bool, json: bool, bare: bool) -> None:
        # A pause that fits what is sent, where it is text: so most of it gets as far as the database.
        text = {name: value.decode("utf-8", "replace") for name, value in changes}
        fields = form(**{"utm_source": "radio", **({"pause": None} if bare else {}), **text})
        sent = {name: str(value).encode("utf-8", "surrogatepass") for name, value in fields.items()} | dict(changes)
        listed = [*sent.items(), *(changes if double else [])]
        kind = "multipart/form-data; boundary=b" if parts else FORM
        assume(not parts or b"--b" not in b"".join(value for _, value in listed))
        answer = client.post(
            "/signup",
            data=multipart(listed) if parts else urlencoded(listed),
            content_type=kind,
            headers={"Accept": "application/json"} if json else {},
        )
        assert answer.status_code in (200, 201, 303, 413, 422, 428), answer.text
        assert "49" not in answer.headers.get("Location", "")
        whole()

    answered()


@pytest.mark.parametrize("count", [QUICK, pytest.param(SLOW, marks=pytest.mark.slow)])
def test_what_follows(client, form, confirmed, mailed, open_my_data, safe, whole, count):
    """The forms behind mailed links, and the one that asks for such a link."""
    confirmed("m-1", first_name="=1+1", utm_source="=2")
    client.post("/my-data", data={"email": "pat@example.com"})
    link = open_my_data(mailed("my-data", "my-data")).path
    paths = {
        "/my-data": ("email",),
        f"{link}/introducer": ("introducer",),
        f"{link}/erase": ("sure",),
        mailed("thank-you", "unsubscribe"): ("List-Unsubscribe",),
        mailed("confirm", "confirm"): ("any",),
        mailed("confirm", "confirm") + "/again": ("any",),
        mailed("confirm", "not-me"): ("any",),
    }
    targets = [(path, name) for path, names in paths.items() for name in (*names, "made-up")]

    @examples(count)
    @given(target=st.sampled_from(targets), found=st.lists(values, max_size=3), parts=st.booleans())
    def answered(target: tuple[str, str], found: list[bytes], parts: bool) -> None:
        path, name = target
        assume(not (name == "sure" and found == [b"yes"]))
        assume(not parts or b"--b" not in b"".join(found))
        listed = [(name, each) for each in found]
        kind = "multipart/form-data; boundary=b" if parts else FORM
        answer = client.post(path, data=multipart(listed) if parts else urlencoded(listed), content_type=kind)
        assert answer.status_code in (200, 404, 410, 413, 422), answer.text
        whole()

    answered()


@pytest.mark.parametrize("count", [QUICK, pytest.param(SLOW, marks=pytest.mark.slow)])
def test_bodies_that_are_no_forms(client, safe, whole, count):
    kinds = st.sampled_from(
        [FORM, "multipart/form-data; boundary=b", "multipart/form-data", "application/json", "", "x/y"]
    )
    paths = st.sampled_from(
        ["/signup", "/my-data", "/bounces", "/unsubscribe/x", "/confirm/x", "/signup?utm_source=%ff"]
    )

    @examples(count)
    @given(body=st.binary(max_size=300), kind=kinds, path=paths)
    def answered(body: bytes, kind: str, path: str) -> None:
        assert client.post(path, data=body, content_type=kind).status_code < 500
        whole()

    answered()


PARTS = {
    "no name": b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n",
    "an empty name": b'--b\r\nContent-Disposition: form-data; name=""\r\n\r\nx\r\n',
    "a file": b'--b\r\nContent-Disposition: form-data; name="email"; filename="x"\r\n\r\nx\r\n',
    "a file without a name": b'--b\r\nContent-Disposition: form-data; filename="x"\r\n\r\nx\r\n',
    "no disposition": b"--b\r\nX-One: y\r\n\r\nx\r\n",
    "another charset": b'--b\r\nContent-Disposition: form-data; name="utm_x"\r\n'
    b"Content-Type: text/plain; charset=utf-16\r\n\r\n\xff\xfe\x00\r\n",
    "a folded field": b'--b\r\nContent-Disposition: form-data;\r\n name="utm_y"\r\n\r\nx\r\n',
}


@pytest.mark.parametrize("part", PARTS)
def test_parts_that_no_browser_sends(client, form, safe, part):
    for path, fields in (("/signup", form()), ("/my-data", {"email": "x@example.com"}), ("/unsubscribe/x", {})):
        whole = multipart([(name, str(value).encode()) for name, value in fields.items()])
        body = PARTS[part] + whole
        answer = client.post(path, data=body, content_type="multipart/form-data; boundary=b")
        assert answer.status_code in (200, 303, 400, 404, 422)
