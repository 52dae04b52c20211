"""Contact cards, QR codes, data for search engines, and members as templates see them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date

import nh3
import pytest
from hypothesis import example, given, settings
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
    assert vcard(ANA, COMPANY, TEXTS.status, HOME).split("\r\n") == [
        "BEGIN:VCARD",
        "VERSION:3.0",
        "FN:Ana López",
        "N:López;Ana;;;",
        "ORG:Bramble & Wick",
        "TITLE:Independent distributor",
        "EMAIL;TYPE=INTERNET:ana@example.com",
        "TEL;TYPE=VOICE:+34600111222",
        "ADR;TYPE=WORK:;;;Valencia\\, Spain;;;",
        "URL:https://example.com/ana/",
        "URL:https://blog.example.com/?a=1,2;3",
        "END:VCARD",
        "",
    ]


def test_a_card_without_an_address_has_no_line_for_it() -> None:
    lines = vcard(replace(ANA, email=None), COMPANY, TEXTS.status, HOME).split("\r\n")
    assert not [line for line in lines if line.startswith("EMAIL")]
    assert "TEL;TYPE=VOICE:+34600111222" in lines


def test_a_name_that_is_whole_stays_whole() -> None:
    card = vcard(replace(ANA, name="王小明", first_name="王小明", phone=None, place=None), COMPANY, "x", HOME)
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
    card = vcard(replace(ANA, name=name + marks.replace("\n", "")), COMPANY, marks, HOME)
    lines = unfolded(card)
    assert read_text(lines[2].removeprefix("FN:")) == shown
    assert lines[0] == "BEGIN:VCARD" and lines[-2:] == ["END:VCARD", ""]
    assert len(lines) == 13
    for line in card.encode().split(b"\r\n"):
        assert len(line) <= 75
        line.decode()


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
    ],
)
def test_monograms(name: str, letters: str) -> None:
    assert monogram(name) == letters


@given(st.text(min_size=1))
def test_a_monogram_is_one_or_two_characters(name: str) -> None:
    assert 1 <= len(monogram(name)) <= 2


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


@pytest.mark.parametrize(
    ("story", "html"),
    [
        ("One.\n\nTwo & three.", "<p>One.</p>\n<p>Two &amp; three.</p>"),
        ("# Hello\n\nText", "<p><strong>Hello</strong></p>\n<p>Text</p>"),
        ("Big\n===", "<p><strong>Big</strong></p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        (
            "[me](https://example.com)",
            '<p><a href="https://example.com" rel="nofollow ugc noopener">me</a></p>',
        ),
        ("![cat](https://example.com/cat.png)", "<p></p>"),
        ("a <b onclick='x()'>b</b>", "<p>a <b>b</b></p>"),
        ("a<script>alert(1)</script>b", "<p>ab</p>"),
        ('<iframe src="https://example.com"></iframe>x', "<p>x</p>"),
        ("{{ member.email }} {% raw %}", "<p>{{ member.email }} {% raw %}</p>"),
    ],
)
def test_stories(story: str, html: str) -> None:
    assert str(member_views.story_html(story)) == html


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "http://x.example"]
)
def test_links_to_nothing_but_the_safe_web(address: str) -> None:
    assert "href" not in member_views.story_html(f"[x]({address}) <a href='{address}'>y</a>")


@settings(max_examples=300)
@given(st.text(alphabet="ab AB.,'\"\n1-!?—é王ل()\u00a0#*", max_size=60) | st.text(max_size=60))
def test_the_short_way_for_plain_stories_gives_what_markdown_gives(story: str) -> None:
    story = story.strip().replace("\r", "")
    if not story or not member_views._is_plain(story):
        return
    slow = nh3.clean(member_views._markdown().convert(story), tags=member_views._TAGS).strip()
    assert str(member_views.story_html(story)) == slow


@given(
    st.text(max_size=100)
    | st.lists(
        st.sampled_from(
            [
                "<h1>",
                "<img src=x onerror=y>",
                "</p>",
                "<a href=",
                "'",
                '"',
                "javascript:",
                "[",
                "](",
                ")",
                "<svg>",
                "# ",
            ]
        ),
        max_size=12,
    ).map("".join)
)
@example("<h1><a href=<h1>")  # nh3 before 0.3.7 left the < in the address
def test_no_story_brings_more_than_text_markup(story: str) -> None:
    html = str(member_views.story_html(story))
    tags = {tag.lower() for tag in re.findall(r"<\s*/?\s*([a-zA-Z][^\s/>]*)", html)}
    assert tags <= member_views._TAGS
    assert not re.search(r"<[^>]*\son\w+\s*=", html)
