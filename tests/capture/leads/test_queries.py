"""The use cases behind the views, and the rows that go out to other programs."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.base.spreadsheet import harmless
from capture.company.generator import Interest
from capture.leads import export, queries
from capture.leads.export import COLUMNS
from capture.mailing import suppression
from capture.signup import accept
from sitegen.errors import EspalierError


@pytest.mark.parametrize(
    ("before", "now", "then"),
    [
        ("products", "products", "products"),
        ("products", "opportunity", "both"),
        ("opportunity", "products", "both"),
        ("both", "products", "both"),
        ("opportunity", "opportunity", "opportunity"),
    ],
)
def test_an_interest_widens_and_never_narrows(before, now, then):
    assert accept.widen_interest(Interest(before), Interest(now)) == then


@pytest.fixture
def three(client, form):
    for email, member in (("a@example.com", "m-1"), ("b@example.com", "m-2"), ("=c@example.com", None)):
        assert client.post("/signup", data=form(member, email=email, utm_source="@x")).status_code == 303


def test_rows_tell_where_each_lead_belongs(three, database, links, clock):
    with database.read() as session:
        rows = list(export.rows(session, links.address_keys, queries.stream_leads(session), clock.now))
    assert [(row["email"], row["member_id"], row["member_slug"]) for row in rows] == [
        ("a@example.com", "m-1", "ana"),
        ("b@example.com", "m-2", "bo"),
        ("=c@example.com", None, None),
    ]
    assert tuple(rows[0]) == COLUMNS
    assert (rows[0]["created_at"], rows[0]["confirmed_at"]) == ("2026-03-04T05:06:07+00:00", None)


def test_leads_of_one_member(three, database):
    with database.read() as session:
        assert [lead.email for lead in queries.stream_leads(session, "bo")] == ["b@example.com"]
        assert list(queries.stream_leads(session, "cleo")) == []
        with pytest.raises(EspalierError) as caught:
            list(queries.stream_leads(session, "anna"))
    assert str(caught.value) == 'no member has the slug "anna"\n  hint: did you mean "ana"?'


def test_json_is_a_list(three, database, links, clock):
    out = io.StringIO()
    with database.read() as session:
        export.write_json(export.rows(session, links.address_keys, queries.stream_leads(session), clock.now), out)
    assert [row["interest"] for row in json.loads(out.getvalue())] == ["products"] * 3
    empty = io.StringIO()
    export.write_json([], empty)
    assert json.loads(empty.getvalue()) == []


def test_csv_holds_no_formula(three, database, links, clock):
    out = io.StringIO(newline="")
    with database.read() as session:
        export.write_csv(export.rows(session, links.address_keys, queries.stream_leads(session), clock.now), out)
    rows = list(csv.DictReader(io.StringIO(out.getvalue(), newline="")))
    assert rows[2]["email"] == "'=c@example.com"
    assert rows[2]["utm_source"] == "'@x"
    assert rows[2]["member_slug"] == ""


@settings(deadline=None)
@given(st.text())
def test_no_cell_starts_as_a_formula_and_none_loses_a_character(text):
    cell = harmless(text)
    assert cell.endswith(text)
    assert not cell.lstrip(" \u00a0").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@settings(deadline=None)
@given(st.lists(st.text().filter(lambda text: "\x00" not in text), min_size=len(COLUMNS), max_size=len(COLUMNS)))
def test_csv_comes_back_as_it_went(values):
    out = io.StringIO(newline="")
    export.write_csv([dict(zip(COLUMNS, values, strict=True))], out)
    assert list(csv.reader(io.StringIO(out.getvalue(), newline="")))[1] == [harmless(value) for value in values]


def test_programs_get_everything_untouched(three, database, links, clock):
    with database.write() as session:
        lead = next(queries.stream_leads(session, "bo"))
        lead.phone, lead.stage, lead.due_on, lead.assignee_id = "+353871234567", "contacted", date(2026, 4, 1), "m-2"
        suppression.suppress(session, links.address_keys, "B@example.com", suppression.Reason.ERASED, clock.now)
    out, plain = io.StringIO(newline=""), io.StringIO()
    with database.read() as session:
        found = list(export.rows(session, links.address_keys, queries.stream_leads(session), clock.now))
        export.write_csv(found, out)
        export.write_json(found, plain)
    row = json.loads(plain.getvalue())[1]
    wanted = {"phone": "+353871234567", "stage": "contacted", "due_on": "2026-04-01", "assignee_id": "m-2"}
    wanted |= {"source": "own", "campaign": None, "may_be_mailed": "no", "why_not": "suppressed"}
    assert {name: row[name] for name in wanted} == wanted
    assert (found[0]["may_be_mailed"], found[0]["why_not"]) == ("yes", None)
    cells = list(csv.DictReader(io.StringIO(out.getvalue(), newline="")))[1]
    assert cells["phone"] == "+353871234567"
