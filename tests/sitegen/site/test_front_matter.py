"""Front matter: every value is published as it was typed, and what YAML would change is a fault with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from sitegen.errors import ContentError
from sitegen.site.front_matter import SplitPage, split

FILE = Path("faq.md")


def page(*lines: str, end: str = "---") -> SplitPage:
    return split("\n".join(["---", "title: Tea", *lines, end, "", "Text"]), FILE)


def faults(*lines: str) -> list[str]:
    with pytest.raises(ContentError) as caught:
        page(*lines)
    return [f"{fault.line}: {fault.message}" for fault in caught.value.faults]


@pytest.mark.parametrize(
    "typed",
    [
        *("3:30", "45:00", "1_000", "yes", "no", "on", "off", "y", "N", "true", "0123", "0o17", "0x1f", "1e3", "12.50"),
        *(
            "2026-02-30",
            "2026-11-28",
            "2026-11-28T10:00:00Z",
            "~",
            "null",
            ".inf",
            ".nan",
            "=",
            "<<",
            "-5",
            "+1",
            "1,5",
        ),
        *("50 %", "a:b", "C#", "أهلاً", "100 g (net)", "a -- b", "c++"),
    ],
)
def test_a_fact_is_what_was_typed(typed: str) -> None:
    assert page("facts:", f"  Value: {typed}").front.facts == {"Value": typed}
    assert page("facts:", f"  {typed}: value").front.facts == {typed: "value"}
    assert page(f'kicker: "{typed}"').front.kicker == typed


@pytest.mark.parametrize("typed", ["3:30", "yes", "0123", "2026-11-28", "1e3", "12.50"])
def test_a_text_field_is_what_was_typed(typed: str) -> None:
    front = page(f"nav: {typed}", f"summary: {typed}").front
    assert (front.nav, front.summary) == (typed, typed)


@pytest.mark.parametrize(("typed", "number"), [("20", 20), ("020", 20), ("-3", -3), ("'7'", 7)])
def test_a_number_is_a_number(typed: str, number: int) -> None:
    assert page(f"order: {typed}").front.order == number


@pytest.mark.parametrize("typed", ["1_000", "1e3", "2.0", "0x1f", "yes", "3:30", "[1]", "1,000", "9999999999"])
def test_what_is_no_whole_number(typed: str) -> None:
    (fault,) = faults(f"order: {typed}")
    assert fault.startswith("3: order: expected a")


def test_a_field_without_a_value_is_as_if_it_were_not_there() -> None:
    front = page("nav:", "order:", "picture_alt:", "facts:", "price: # later", "template:").front
    assert front == page().front
    with pytest.raises(ContentError, match=r'faq\.md:2: missing field "title"'):
        split("---\ntitle:\n---\n", FILE)


def test_words_for_nothing_are_asked_about_unless_quoted() -> None:
    for word in ("~", "null", "Null", "NULL"):
        assert faults(f"nav: {word}") == [f'3: nav: "{word}" is YAML\'s word for nothing']
        assert page(f"nav: '{word}'").front.nav == word


def test_a_comment_stays_a_comment_but_no_text_is_lost() -> None:
    assert page("nav: Tea  # in the menu").front.nav == "Tea"
    assert page("nav: C#").front.nav == "C#"
    assert page("nav: 'Our #1'").front.nav == "Our #1"
    assert faults("nav: Our #1 tea") == ['3: nav: YAML takes "#1 tea" for a comment']
    assert faults("facts:", "  Colour: #9c3d24") == ['4: Colour: YAML takes "#9c3d24" for a comment']


def test_a_number_sign_in_running_text_is_asked_about() -> None:
    assert faults("nav: We are # 1") == ['3: nav: YAML takes "# 1" for a comment']
    assert faults("summary: We make", "  candles # and soap") == ['4: summary: YAML takes "# and soap" for a comment']
    assert page("order: 3 # first").front.order == 3


def test_what_double_quotes_make_of_a_backslash() -> None:
    meaning = "within double quotes has a meaning of its own in YAML"
    assert faults(r'nav: "C:\new"', r'summary: "a\tb"') == [f'3: nav: "\\n" {meaning}', f'4: summary: "\\t" {meaning}']
    assert page(r'nav: "C:\\new \"x\" \u00e9"').front.nav == r'C:\new "x" é'
    assert page(r"nav: 'C:\new'").front.nav == r"C:\new"
    assert page('nav: "Tea \\', '  time"').front.nav == "Tea time"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["nav: 'It's tea'"], "3: front matter: the value goes on behind its closing quote"),
        (['nav: "Tea" and more'], "3: front matter: the value goes on behind its closing quote"),
        (["nav: 'Tea", "kicker: x"], "3: front matter: a quote that is never closed"),
        (["summary: goes on", "over here"], "4: front matter: a line without a field"),
        (["nav: - x"], '3: front matter: "-" at the beginning of a value has a meaning of its own in YAML'),
        (["nav: ? x"], '3: front matter: "?" at the beginning of a value has a meaning of its own in YAML'),
        (["nav: |x"], '3: front matter: "|" or ">" at the beginning of a value has a meaning of its own in YAML'),
        (["nav: > x"], '3: front matter: "|" or ">" at the beginning of a value has a meaning of its own in YAML'),
        (["nav: @home"], "3: front matter: found character '@' that cannot start any token"),
        (["--- x"], "3: front matter: text behind --- on its line"),
        (["nav:\tx"], "3: front matter: found character '\\t' that cannot start any token"),
        (["title:Tea"], "3: front matter: a line without a field"),
    ],
)
def test_what_yaml_cannot_read_is_told_in_plain_words(lines: list[str], expected: str) -> None:
    with pytest.raises(ContentError) as caught:
        page(*lines)
    (fault,) = caught.value.faults
    assert fault.hint
    assert f"{fault.line}: {fault.message}" == expected


def test_a_space_is_missing_behind_the_colon() -> None:
    with pytest.raises(ContentError, match="write a space behind the colon"):
        split("---\ntitle:Tea\n---\n", FILE)


@pytest.mark.parametrize(
    "typed",
    ["a &amp; b", "a&nbsp;b", "&#8212; x", "a <b>b</b>", "a<br>b", "see [x](page:faq)", "a **b** c", "<!-- x -->"],
)
def test_html_and_markdown_are_not_published_as_text(typed: str) -> None:
    for field in ("title", "description", "nav", "kicker", "summary", "picture_alt"):
        with pytest.raises(ContentError, match=rf"faq\.md:3: {field}: \w+ is not read in front matter"):
            split(f"---\nx: y\n{field}: '{typed}'\n---\n", FILE)
    assert len(faults("facts:", f"  Size: '{typed}'", f"  '{typed}': x")) == 2


@pytest.mark.parametrize(
    "typed",
    [
        "a & b; c",
        "1 < 2 > 0",
        "5** hotel",
        "I <3 tea",
        "a <c> d",
        "<ana@example.com>",
        "a*b*c",
        "[new] (soon)",
        "AT&T;",
        "2 ** 3 ** 4",
    ],
)
def test_signs_that_mean_themselves(typed: str) -> None:
    assert page(f"nav: '{typed}'").front.nav == typed


def test_texts_of_one_line() -> None:
    assert faults("nav: |", "  a", "  b") == ["3: nav: expected one line, found 'a\\nb\\n'"]
    assert page("summary: |", "  a", "  b").front.summary == "a\nb"
    assert faults('nav: ""') == ["3: nav: expected a text, found ''"]
    assert faults(f"nav: {'a' * 301}") == [f"3: nav: String should have at most 300 characters, found '{'a' * 60}…'"]
    assert faults("facts:", "  '': x") == ["4: facts: a value without a label"]


def test_a_title_of_nothing() -> None:
    with pytest.raises(ContentError, match=r'faq\.md:2: title: "~" is YAML\'s word for nothing'):
        split("---\ntitle: ~\n---\n", FILE)


def test_lists_and_fields_within_facts() -> None:
    assert faults("facts:", "  Sizes: [S, M]", "  Weight:", "    small: 1 g", "  Ok: x") == [
        '4: facts: "Sizes": expected a text, found a list',
        '5: facts: "Weight": expected a text, found fields of its own',
    ]
    assert faults("facts: [a, b]") == ["3: facts: expected lines of label: value, indented, found ['a', 'b']"]
    assert faults("facts:", "  Weight:") == ['4: facts: "Weight" has no value']
    assert faults("kicker: [New]") == ["3: kicker: expected a text, found a list"]


def test_what_yaml_has_signs_for() -> None:
    meaning = "at the beginning of a value has a meaning of its own in YAML"
    assert faults("nav: &Co kg", "kicker: !New tea") == [
        f'3: front matter: "&" {meaning}',
        f'4: front matter: "!" {meaning}',
    ]
    assert faults("a: &x 1", "b: *x") == [f'3: front matter: "&" {meaning}', f'4: front matter: "*" {meaning}']
    assert page('nav: "&Co kg"', "kicker: '*New*'").front.kicker == "*New*"


def test_doubled_fields() -> None:
    assert faults("nav: a", "nav: b", "title: c", "facts:", "  A: 1", "  A: 2") == [
        '4: "nav" stands here twice, first on line 3',
        '5: "title" stands here twice, first on line 2',
        '8: "A" stands here twice, first on line 7',
    ]


@pytest.mark.parametrize("end", ["---", "...", "-----", "--- ", "...\t"])
def test_where_the_front_matter_ends(end: str) -> None:
    found = page("nav: Tea", end=end)
    assert found.front.nav == "Tea"
    assert found.markdown.strip() == "Text"
    assert found.markdown.split("\n")[6 - found.first_line] == "Text"


def test_a_missing_end() -> None:
    for text in ("---\ntitle: Tea\n\nText", "---", "---\n", "---\ntitle: Tea\n  ---\nText", "---\ntitle: Tea\n--\n"):
        with pytest.raises(ContentError) as caught:
            split(text, FILE)
        assert str(caught.value) == (
            "faq.md:1: the front matter has no end\n  hint: write a line --- after the last field"
        )


def test_characters_that_end_a_line_for_yaml_alone() -> None:
    for character in "\x85\u2028\u2029":
        (fault,) = faults("", "", f"nav: a{character}b", "kicker: [x]")
        assert fault == f"5: front matter: the character U+{ord(character):04X} would end the line here"


def test_a_rule_in_the_text_ends_nothing() -> None:
    assert split("---\ntitle: Tea\n---\nA\n\n---\n\nB\n...\n", FILE).markdown == "\nA\n\n---\n\nB\n...\n"


@pytest.mark.parametrize("price", ["12.50", "12,50 EUR", "EUR 12.50", "١٢ EUR", "1_000 EUR", "12.505 EUR"])
def test_prices_that_cannot_be_read(price: str) -> None:
    (fault,) = faults(f"price: {price}")
    assert fault.startswith("3: price: ")


def test_jinja_is_not_read_here() -> None:
    for field in ("title", "description", "summary", "kicker", "nav", "picture_alt", "price", "slug", "order"):
        for typed in ('"{{ member.name }}"', "{{ member.name }}", "a {% if x %}", "'{# note #}'"):
            with pytest.raises(ContentError) as caught:
                split(f"---\nx: y\n{field}: {typed}\n---\n", FILE)
            (fault,) = caught.value.faults
            assert (fault.line, fault.message.split(" found ")[0]) == (
                3,
                f"{field}: Jinja is not read in front matter,",
            )
            assert fault.hint
    assert page("# {{ a note }}", 'nav: "{single}"').front.nav == "{single}"
