"""The use cases behind the views, and the rows that go out to other programs."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.base.spreadsheet import harmless
from capture.company.generator import Interest
from capture.leads import export, queries
from capture.leads.export import COLUMNS
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


def test_rows_tell_where_each_lead_belongs(three, database):
    with database.read() as session:
        rows = list(export.rows(queries.stream_leads(session)))
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


def test_json_is_a_list(three, database):
    out = io.StringIO()
    with database.read() as session:
        export.write_json(export.rows(queries.stream_leads(session)), out)
    assert [row["interest"] for row in json.loads(out.getvalue())] == ["products"] * 3
    empty = io.StringIO()
    export.write_json([], empty)
    assert json.loads(empty.getvalue()) == []


def test_csv_holds_no_formula(three, database):
    out = io.StringIO(newline="")
    with database.read() as session:
        export.write_csv(export.rows(queries.stream_leads(session)), out)
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
