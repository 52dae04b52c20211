"""What a lead's columns declare of themselves: no column is left out of the exports or of an erasure by oversight."""

from __future__ import annotations

from capture.base import words
from capture.models import Lead, details_of

UNTOLD = {
    "member_id": "the export names the member",
    "owner_id": "the export names the member",
    "assignee_id": "the export names the member",
    "handle": "random; says nothing once no link leads to it",
    "email_hash": "a keyed hash, cleared with the address",
    "search": "address and name, folded; cleared with them",
    "provenance_id": "the export has the origin itself",
    "erased_at": "an erased lead is in no export",
}
"""Columns that declare nothing, and why."""


def test_every_column_of_a_lead_declares_what_becomes_of_it():
    assert {column.key for column in Lead.__table__.columns} == details_of(Lead).keys() | UNTOLD.keys()
    assert not details_of(Lead).keys() & UNTOLD.keys()


def test_what_an_erasure_clears_may_be_empty():
    assert all(Lead.__table__.c[name].nullable for name, each in details_of(Lead).items() if each.forgotten)


def test_names_are_given_once_and_what_is_shown_has_a_word():
    details = details_of(Lead).values()
    for names in ([each.export for each in details if each.export], [each.csv for each in details if each.csv]):
        assert len(names) == len({*names})
    assert {f"held_{each.export}" for each in details if each.shown} <= words.load("en").keys()
