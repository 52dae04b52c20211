"""Contact cards, QR codes, data for search engines, and members as templates see them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from sitegen.model import Company, Link, Locale, LocaleTexts, Member
from sitegen.render import member_views
from sitegen.render.cards import TONES, monogram, person_json_ld, tone, vcard
from sitegen.render.context import Photo, SiteView

COMPANY = Company("Bramble & Wick", "Bramble and Wick Limited", ("Main Street 1", "Cork"), "hello@example.com")
TEXTS = LocaleTexts("Independent distributor", "{member} and {company}", "{company}")
ENGLISH = Locale("en", "English", "ltr")
SITE = SiteView(COMPANY, "https://example.com", "/", "path", ENGLISH, (ENGLISH,), TEXTS)
ANA = Member(
    "m1",
    "ana",
    "Ana López",
    "Ana",
    "ana@example.com",
    "en",
    phone="+34600111222",
    place="Valencia, Spain",
    story="I *like* tea.",
    links=(Link("Blog", "https://blog.example.com/?a=1,2;3"),),
    joined=date(2021, 5, 4),
)
HOME = "https://example.com/ana/"


# -- contact cards -----------------------------------------------------------------------------------------


def test_a_contact_card_word_for_word() -> None:
    assert vcard(ANA, COMPANY, SITE.url, TEXTS.status, HOME).split("\r\n") == [
        "BEGIN:VCARD",
        "VERSION:3.0",
        "UID:urn:uuid:f1fd9beb-fa6c-5101-b670-b4de4380aa7e",
        "FN:Ana López",
        "N:López;Ana;;;",
        "ORG:Bramble & Wick",
        "TITLE:Independent distributor",
        "EMAIL;TYPE=INTERNET:ana@example.com",
        "TEL;TYPE=VOICE:+34600111222",
        "ADR;TYPE=WORK:;;;Valencia\\, Spain;;;",
        "URL:https://example.com/ana/",
        "URL:https://blog.example.com/?a=1%2C2;3",
        "END:VCARD",
        "",
    ]


def test_a_card_without_an_address_has_no_line_for_it() -> None:
    lines = vcard(replace(ANA, email=None), COMPANY, SITE.url, TEXTS.status, HOME).split("\r\n")
    assert not [line for line in lines if line.startswith("EMAIL")]
    assert "TEL;TYPE=VOICE:+34600111222" in lines


def test_a_name_that_is_whole_stays_whole() -> None:
    card = vcard(replace(ANA, name="王小明", first_name="王小明", phone=None, place=None), COMPANY, SITE.url, "x", HOME)
    assert "\r\nN:;王小明;;;\r\n" in card
    assert "TEL" not in card and "ADR" not in card


def unfolded(card: str) -> list[str]:
    """A reader of our own: joins folded lines as RFC 2426 says."""
    return card.replace("\r\n ", "").split("\r\n")


def read_text(value: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=200),
    st.text(",;\\\n:", max_size=9),
)
def test_any_name_survives_the_card(name: str, marks: str) -> None:
    shown = "".join(each for each in name if each.isprintable()) + marks.replace("\n", "")
    card = vcard(replace(ANA, name=name + marks.replace("\n", "")), COMPANY, SITE.url, marks, HOME)
    lines = unfolded(card)
    assert read_text(lines[3].removeprefix("FN:")) == shown
    assert lines[0] == "BEGIN:VCARD" and lines[-2:] == ["END:VCARD", ""]
    assert len(lines) == 14
    for line in card.encode().split(b"\r\n"):
        assert len(line) <= 75
        line.decode()


def test_a_card_keeps_its_identifier_whatever_else_changes() -> None:
    married = replace(ANA, name="Ana Ruiz", slug="ana-ruiz", email="ruiz@example.com", phone=None)
    assert uid(married) == uid(ANA)
    assert uid(replace(ANA, id="m2")) != uid(ANA)
    assert uid(ANA, "https://shop.example.com") != uid(ANA)


def uid(member: Member, url: str = SITE.url) -> str:
    (line,) = [each for each in unfolded(vcard(member, COMPANY, url, "x", HOME)) if each.startswith("UID:")]
    return line


@pytest.mark.parametrize(
    "url", ["https://b.example/?a=1,2;3", "https://b.example/a\\b,c", "https://b.example/" + "x" * 90]
)
def test_another_reader_finds_the_whole_card(url: str) -> None:
    member = replace(ANA, name="Ana Núñez; R\\u,iz", first_name="Ana", links=(Link("Blog", url),))
    card = vobject.readOne(vcard(member, COMPANY, SITE.url, TEXTS.status, HOME))
    assert card.uid.value == uid(member).removeprefix("UID:")
    assert card.fn.value == member.name
    assert (card.n.value.given, card.n.value.family) == ("Ana", "Núñez; R\\u,iz")
    assert [each.value for each in card.url_list] == [HOME, url.replace(",", "%2C").replace("\\", "%5C")]
    assert card.email.value == member.email and card.tel.value == member.phone
    assert card.adr.value.city == "Valencia, Spain"


# -- search engines ----------------------------------------------------------------------------------------


def test_data_about_the_person() -> None:
    photo = Photo("/assets/photos/x-640.jpg", (), 640)
    data = json.loads(person_json_ld(SITE, member_views.member_view(ANA, photo), HOME))
    assert data == {
        "@context": "https://schema.org",
        "@type": "Person",
        "name": "Ana López",
        "givenName": "Ana",
        "url": HOME,
        "jobTitle": "Independent distributor",
        "affiliation": {"@type": "Organization", "name": "Bramble & Wick", "url": "https://example.com/"},
        "image": "https://example.com/assets/photos/x-640.jpg",
        "homeLocation": {"@type": "Place", "name": "Valencia, Spain"},
        "sameAs": ["https://blog.example.com/?a=1,2;3"],
    }


@given(st.text() | st.sampled_from(["</script><script>alert(1)</script>", "<!--<script>", "&lt;", "\u2028", ']]>"']))
def test_no_name_leaves_the_script_element(name: str) -> None:
    member = replace(member_views.member_view(ANA, None), name=name)
    text = str(person_json_ld(SITE, member, HOME))
    assert not re.search("[<>&\u2028\u2029]", text)
    assert json.loads(text)["name"] == name


# -- monograms ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ana López", "AL"),
        ("ana maría lópez", "AL"),
        ("Cher", "C"),
        ("Émile Ōta", "ÉŌ"),
        ("E\u0301mile", "É"),
        ("Rosa & Tom Keller", "RT"),
        ("Dr. Ana Ruiz", "AR"),
        ("D’Arcy O'Brien", "DO"),
        ("王小明", "王"),
        ("김 민수", "김"),
        ("ليلى حداد", "ل"),
        ("Mei-Ling Tan 陳美玲", "M"),
        ("🌿 Joy Bell", "JB"),
        ("🌿", "🌿"),
        ("ßen Oak", "ßO"),
        ("ქეთი ბერიძე", "ქ"),
        ("\u1ca5\u1c94\u1c97\u1c98 ბერიძე", "ქ"),
        ("ꮳꮃꭹ Oak", "ᏣO"),
        ("ǆemal Oak", "ǅO"),
        ("İpek Işık", "İI"),
        ("արամ խաչատրյան", "ԱԽ"),
        ("ὀδυσσεύς Λάκης", "ὈΛ"),
    ],
)
def test_monograms(name: str, letters: str) -> None:
    assert monogram(name) == letters


@given(st.text(min_size=1))
def test_a_monogram_is_one_or_two_characters(name: str) -> None:
    assert 1 <= len(monogram(name)) <= 2


@given(st.text(st.characters(categories=["L"]), min_size=1, max_size=3))
def test_no_monogram_has_a_capital_that_its_script_does_not_begin_words_with(name: str) -> None:
    assert not re.search("[\u1c90-\u1cbf]", monogram(name))


def test_tones_are_steady_and_all_in_use() -> None:
    assert [tone("m1"), tone("m2"), tone("m3")] == [3, 3, 1]
    assert {tone(f"m{number}") for number in range(100)} == set(range(TONES))


# -- views -------------------------------------------------------------------------------------------------


def test_a_member_as_templates_see_them() -> None:
    view = member_views.member_view(ANA, None)
    assert (view.phone, view.phone_text, view.joined) == ("+34600111222", "+34 600 11 12 22", 2021)
    assert (view.monogram, view.self_canonical) == ("AL", False)
    assert view.story == "<p>I <em>like</em> tea.</p>"
    bare = member_views.member_view(replace(ANA, phone=None, story=None, joined=None, links=()), None)
    assert (bare.phone_text, bare.story, bare.joined, bare.links) == (None, None, None, ())


def test_enough_words_of_their_own() -> None:
    assert member_views.member_view(ANA, None, self_canonical_words=3).self_canonical
    assert not member_views.member_view(ANA, None, self_canonical_words=4).self_canonical
    assert not member_views.member_view(replace(ANA, story=None), None, self_canonical_words=1).self_canonical


def test_a_sponsor_as_templates_see_them() -> None:
    view = member_views.sponsor_view(ANA, HOME, None)
    assert (view.name, view.first_name, view.url, view.monogram) == ("Ana López", "Ana", HOME, "AL")
    assert (view.photo, view.place, view.tone) == (None, "Valencia, Spain", tone("m1"))
