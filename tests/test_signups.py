"""Two hundred sign-ups through forty members' real forms, and what becomes of tokens that were tampered with.

The sites are built, the service runs as a process of its own, and a program sends what stands in the pages.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

import pytest

from capture.limits import human_proof
from tests.browser.company import KINDS, LOCALES, SAMPLE
from tests.browser.forms import Form, Page
from tests.browser.live import LOOPBACK, Capture, Website, capture_service, free_ports, run, secrets

# One worker builds the sites for all of them.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("signups")]

MEMBERS = 40
SIGN_UPS = 200
SENDERS = 8
"""Threads that post at once."""

WITH_FORM = tuple(key for key in KINDS if key != "thanks")


class Answer(NamedTuple):
    """What the service said."""

    status: int
    location: str | None
    body: str


class Live(NamedTuple):
    """The built sites and the running service."""

    site: Website
    capture: Capture


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The whole sample company, built; nothing serves the pages, since a program reads them from the disk."""
    place = tmp_path_factory.mktemp("signups")
    port, capture_port = free_ports(2)
    origin, capture = f"http://{LOOPBACK}:{port}", f"http://{LOOPBACK}:{capture_port}"
    addresses = ("--url", origin, "--capture-url", capture)
    run(["sitegen", "build", str(SAMPLE), "--out", str(place / "public"), *addresses, "-q"], secrets())
    with capture_service(SAMPLE, place / "instance", capture_port, origin) as service:
        yield Live(Website(SAMPLE, place / "public", origin), service)


def post(form: Form, accept: str = "text/html", **fields: str) -> Answer:
    """Sends a form as a browser does, without following where the answer leads."""
    parts = urlsplit(form.action)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": accept}
    with contextlib.closing(http.client.HTTPConnection(parts.netloc, timeout=60)) as connection:
        connection.request("POST", parts.path, urlencode(form.fields | fields), headers)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers["Location"], answer.read().decode())


def go_on(form: Form, *answers: Answer) -> list[Answer]:
    """Presses the button of the pages between, some seconds after they were read, and gives what came of it."""
    between = [Page(answer.body).form() for answer in answers]
    time.sleep(human_proof.QUICKEST.total_seconds())
    with ThreadPoolExecutor(SENDERS) as senders:
        return list(senders.map(lambda each: post(Form(form.action, "post", each.fields)), between))


def form_of(live: Live, slug: str | None, key: str = "home", locale: str | None = None) -> Form:
    """The form of a built page."""
    return Page(live.site.html(slug, key, locale or live.site.home_locale(slug))).form()


def active(live: Live) -> list[str]:
    return [slug for slug, member in live.site.members.items() if member["status"] == "active"]


class Planned(NamedTuple):
    """A sign-up to send, and where it must lead."""

    slug: str
    key: str
    locale: str
    email: str
    interest: str


def test_two_hundred_sign_ups_through_forty_members_forms(live: Live) -> None:
    slugs = active(live)[:MEMBERS]
    assert len(slugs) == MEMBERS
    before = len(live.capture.leads())
    planned = [
        Planned(
            slug=slugs[number % MEMBERS],
            key=WITH_FORM[number % len(WITH_FORM)],
            locale=LOCALES[number // MEMBERS % 2],
            email=f"prospect-{number:03}@example.com",
            interest=("products", "opportunity", "both")[number % 3],
        )
        for number in range(SIGN_UPS)
    ]

    def send(each: Planned) -> Answer:
        form = form_of(live, each.slug, each.key, each.locale)
        return post(form, email=each.email, first_name=f"Pat {each.slug}", interest=each.interest, consent="yes")

    with ThreadPoolExecutor(SENDERS) as senders:
        answers = go_on(form_of(live, None), *senders.map(send, planned))

    for each, answer in zip(planned, answers, strict=True):
        assert answer.status == 303, (each, answer)
        assert answer.location == live.site.address(each.slug, "thanks", each.locale)
    everything = {lead["email"]: lead for lead in live.capture.leads()}
    assert len(everything) == before + SIGN_UPS
    for each in planned:
        lead = everything[each.email]
        member = live.site.members[each.slug]
        assert (lead["member_id"], lead["member_slug"]) == (member["id"], each.slug)
        assert (lead["page"], lead["locale"], lead["interest"]) == (each.key, each.locale, each.interest)
        assert (lead["first_name"], lead["touches"], lead["confirmed_at"]) == (f"Pat {each.slug}", 1, None)
    counted = Counter(each.slug for each in planned)
    for slug in slugs[:3]:
        assert len(live.capture.leads(slug)) == counted[slug] == SIGN_UPS // MEMBERS


def altered(token: str, other: str, page_token: str) -> dict[str, str]:
    """Ways to tamper with a token. The two others are whole and of our own making."""
    value, _, signature = token.rpartition(".")
    other_value, _, other_signature = other.rpartition(".")
    found = {
        "empty": "",
        "a dot": ".",
        "no signature": value,
        "no signature but its dot": f"{value}.",
        "no value": f".{signature}",
        "another member's signature": f"{value}.{other_signature}",
        "another member's id": f"{other_value}.{signature}",
        "the company": f"_company.{signature}",
        "the page token": page_token,
        "twice": token * 2,
        "a blank before": f" {token}",
        "a line end after": f"{token}\n",
        "padded": f"{token}=",
        "NUL within": f"{value}\0.{signature}",
        "in capitals": token.upper(),
        "10,000 characters": token + "A" * 10_000,
        "not ASCII": f"{value}é.{signature}",
    }
    found |= {f"cut after {length}": token[:length] for length in range(1, len(token))}
    for place, character in enumerate(token):
        for bit in range(8):
            found[f"bit {bit} of character {place}"] = (
                token[:place] + chr(ord(character) ^ 1 << bit) + token[place + 1 :]
            )
    return found


@pytest.mark.parametrize("field", ["token", "page"])
def test_no_altered_token_is_taken(live: Live, field: str) -> None:
    one, two, *_ = active(live)
    form, other = form_of(live, one), form_of(live, two)
    good = form.fields[field]
    foreign = form.fields["page" if field == "token" else "token"]
    alterations = altered(good, other.fields["token"], foreign)
    before = live.capture.stored()
    filled = {"email": "tampered@example.com", "interest": "both", "consent": "yes"}
    json_wanted = "application/json"

    with ThreadPoolExecutor(SENDERS) as senders:
        answers = list(
            senders.map(lambda token: post(form, json_wanted, **filled, **{field: token}), alterations.values())
        )
    taken = [name for name, answer in zip(alterations, answers, strict=True) if answer.status != 422]
    assert taken == []
    assert all("token" in json.loads(answer.body)["errors"] for answer in answers)
    assert live.capture.stored() == before
    answer = post(form, **filled, **{field: alterations["another member's signature"]})
    assert answer.status == 422 and "<form" in answer.body and "tampered@example.com" in answer.body
    assert live.capture.stored() == before
    (whole,) = go_on(form, post(form, **{**filled, "email": f"untouched-{field}@example.com"}))
    assert whole.status == 303


def test_a_form_without_its_tokens_is_refused(live: Live) -> None:
    form = form_of(live, active(live)[0])
    before = live.capture.stored()
    for missing in ("token", "page"):
        fields = {name: value for name, value in form.fields.items() if name != missing}
        answer = post(Form(form.action, "post", fields), email="bare@example.com", consent="yes")
        assert answer.status == 422
    assert live.capture.stored() == before


def test_the_company_s_own_form(live: Live) -> None:
    for locale in LOCALES:
        email = f"company-{locale}@example.com"
        form = form_of(live, None, "opportunity", locale)
        (answer,) = go_on(form, post(form, email=email, consent="yes"))
        assert (answer.status, answer.location) == (303, live.site.address(None, "thanks", locale))
        (lead,) = [each for each in live.capture.leads() if each["email"] == email]
        assert (lead["member_id"], lead["member_slug"], lead["interest"]) == (None, None, "opportunity")
