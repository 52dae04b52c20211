"""Lists as programs and spreadsheets write them: separators, encodings, headers, telephones, names."""

from __future__ import annotations

from pathlib import Path

import pytest

from capture.imports.lists import LeadList, ListRow


def read(tmp_path: Path, content: bytes | str, region: str | None = None) -> list[ListRow]:
    file = tmp_path / "list.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(LeadList(file, region=region).rows())


@pytest.mark.parametrize(
    "header",
    [
        "E-Mail-Adresse", "Adresse e-mail", "User Email", "EMAIL_ADDRESS", "E-mail 1 - Value", "Correo electrónico",
        "Indirizzo email", "Endereço de e-mail", "E-mailadres", "Adres e-mail", "e_mail", "Courriel", " Email ID ",
    ],
)  # fmt: skip
def test_headers_of_the_common_languages_and_programs(tmp_path, header):
    assert [row.email for row in read(tmp_path, f"{header};x\npat@example.com;1\n")] == ["pat@example.com"]


def test_a_lead_form_of_meta(tmp_path):
    rows = read(
        tmp_path,
        "id,created_time,full_name,phone_number,email\n"
        "l:1,2026-02-01,Pat Lee,p:+353871234567,pat@example.com\n"
        "l:2,2026-02-01,<test lead: dummy data for full_name>,<test lead: dummy data for phone>,test@meta.example\n",
    )
    assert (rows[0].first_name, rows[0].email) == ("Pat Lee", "pat@example.com")
    assert (rows[1].reason, rows[1].email) == ("test lead", None)


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("sep=;\nName;E-mail\nJo;jo@example.com\n", ";"),
        ("sep=,\r\nName,E-mail\r\nJo,jo@example.com\r\n", ","),
        ("Name;E-mail;a,b,c,d,e,f,g\nJo;jo@example.com;x\n", ";"),
        ("Name|E-mail\nJo|jo@example.com\n", "|"),
        ("Name\tE-mail\nJo\tjo@example.com\n", "\t"),
    ],
)
def test_separators(tmp_path, text, separator):
    for content in (text.encode(), text.encode("utf-8-sig"), text.encode("utf-16")):
        assert [(row.email, row.first_name) for row in read(tmp_path, content)] == [("jo@example.com", "Jo")]


@pytest.mark.parametrize(
    ("header", "cells", "region", "phone"),
    [
        ("Mobile,Phone", "+34600111222,", None, "+34600111222"),
        ("Phone,Mobile", ",+34600111222", None, "+34600111222"),
        ("Phone,Mobile", "call me,+34600111222", None, "+34600111222"),
        ("Phone", "00353871234567", None, None),
        ("Phone", "00353871234567", "ES", "+353871234567"),
        ("Phone", "087 123 4567", "IE", "+353871234567"),
        ("Phone", "12125550123", "US", "+12125550123"),
        ("Phone", "\u202a+34 600 111 222\u202c", None, "+34600111222"),
    ],
)
def test_telephones(tmp_path, header, cells, region, phone):
    [row] = read(tmp_path, f"E-mail,{header}\njo@example.com,{cells}\n", region)
    assert (row.phone, row.phone_lost) == (phone, phone is None)


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("ر\u200cضا", "ر\u200cضا"),
        ("क्\u200dष", "क्\u200dष"),
        ("\u200fDana\u200f", "Dana"),
        ("a\x07b", None),
        ("\u200b", None),
        ("x\u200c", "x"),
        ("\u202dJo\u202c", "Jo"),
        ("Pat\u202egpj", None),
    ],
)
def test_names(tmp_path, cell, name):
    """A cell that is not needed and cannot be shown costs the cell, not the person."""
    [row] = read(tmp_path, f"E-mail,Name\njo@example.com,{cell}\n")
    assert (row.email, row.first_name) == ("jo@example.com", name)


@pytest.mark.parametrize("address", ["p\u202eat@example.com", "pat\u200b@example.com"])
def test_an_address_that_could_look_like_another_is_refused(tmp_path, address):
    [row] = read(tmp_path, f"E-mail\n{address}\n")
    assert row.reason == "unreadable"
