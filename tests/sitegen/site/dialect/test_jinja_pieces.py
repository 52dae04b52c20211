"""Jinja is put aside and put back unchanged, and no brace is published by mistake."""

from __future__ import annotations

import jinja2
import pytest

from sitegen.errors import ContentError
from sitegen.site.dialect.jinja_pieces import MARK, Pieces
from sitegen.site.markup import convert


def taken(text: str) -> list[str]:
    pieces = Pieces()
    pieces.take_from(text, 1)
    return [piece.source for piece in pieces.pieces]


@pytest.mark.parametrize(
    "source",
    [
        "{{ a }}",
        '{{ "}} *a* {% x %}" }}',
        "{{ '}}' ~ \"{{\" }}",
        "{{ 'it\\'s }}' }}",
        "{{ {'a': 1} }}",
        "{{-a-}}",
        "{% if a %}",
        '{% if a == "%}" %}',
        "{%- set a = '%' -%}",
        "{# a comment #}",
        "{# one that's odd }} and {x} #}",
        "{#\n- several\n- lines #}",
    ],
)
def test_pieces_are_whole(source: str) -> None:
    assert taken(f"a {source} b") == [source]
    assert convert(f"a {source} b").template == f"<p>a {source} b</p>"


def test_an_id_is_no_comment() -> None:
    assert taken("## A {#a}\n\n## B {#b .c}\n\nText #}") == []


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("a\n{{ b }", 8, "{{"),
        ("a\n{% if b }\n", 8, "{%"),
        ("{{ a\n}}\n{# x\n#}\n{{ 'b }}", 11, "{{"),
        ("{{ it's }}", 7, "{{"),
        ("`{{`", 7, "{{"),
    ],
)
def test_jinja_that_is_not_closed(text: str, line: int, found: str) -> None:
    with pytest.raises(ContentError) as caught:
        convert(text, first_line=7)
    (fault,) = caught.value.faults
    assert fault.line == line
    assert fault.message.startswith(f'"{found}" without ')


@pytest.mark.parametrize("text", [r"\{\{ member.name }}", r"{\{ member.name }}", "&#123;{ a }}"])
def test_braces_of_the_text_are_no_jinja(text: str) -> None:
    html = jinja2.Environment(undefined=jinja2.StrictUndefined).from_string(convert(text).template).render()
    assert "{{" not in html
    assert "{%" not in html
    assert html.startswith("<p>&#123;")


def test_marks_in_a_text_are_taken_out() -> None:
    assert MARK.search(Pieces().take_from("a \ufdd00\ufdd1 b", 1)) is None
