"""Markdown to templates: the Jinja in it survives, and lines are remembered."""

from __future__ import annotations

import jinja2
from hypothesis import given
from hypothesis import strategies as st

from sitegen.site.markup import convert


def rendered(markdown: str, **names: object) -> str:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    return environment.from_string(convert(markdown).template).render(**names)


def test_expressions_survive_and_values_are_escaped_afterwards() -> None:
    assert rendered("I'm *{{ name }}*", name="<b>*x*") == "<p>I'm <em>&lt;b&gt;*x*</em></p>"


def test_expressions_are_not_read_as_markdown() -> None:
    assert rendered('{{ "*a* _b_ <c>" }}') == "<p>*a* _b_ &lt;c&gt;</p>"


def test_statements_on_their_own_lines_stand_between_paragraphs() -> None:
    text = "{% if yes %}\nYes.\n\nTwice.\n{% else %}\nNo.\n{% endif %}"
    assert rendered(text, yes=True).strip() == "<p>Yes.</p>\n<p>Twice.</p>"
    assert rendered(text, yes=False).strip() == "<p>No.</p>"


def test_statements_within_a_line_stay_there() -> None:
    assert rendered("a{% if yes %} b{% endif %} c", yes=True) == "<p>a b c</p>"


def test_comments_vanish() -> None:
    assert rendered("{# not for the public #}\n\nText") == "<p>Text</p>"


def test_pages_and_pictures_are_addressed_by_name() -> None:
    pages = {"faq": {"path": "questions/"}}
    text = "[costs](page:faq#costs) ![A cup](picture:cup.svg)"
    names = {"pages": pages, "base": "/ana/", "asset": lambda name: f"/assets/{name}"}
    html = rendered(text, **names, link_query="")
    assert '<a href="/ana/questions/#costs">costs</a>' in html
    assert '<a href="/ana/questions/?c=radio7#costs">costs</a>' in rendered(text, **names, link_query="?c=radio7")
    assert '<img alt="A cup" loading="lazy" src="/assets/pictures/cup.svg">' in html
    assert [(each.kind, each.target, each.line) for each in convert(text, first_line=7).references] == [
        ("page", "faq", 7),
        ("picture", "cup.svg", 7),
    ]


def test_links_elsewhere_tell_only_which_site_they_are_on() -> None:
    for address in ("https://else.example/x", "HTTP://else.example", "//else.example"):
        assert rendered(f"[x]({address})") == f'<p><a href="{address}" referrerpolicy="strict-origin">x</a></p>'
    own = '<p><a href="https://else.example" referrerpolicy="no-referrer">x</a></p>'
    assert rendered("[x](https://else.example){: referrerpolicy=no-referrer }") == own
    for address in ("mailto:pat@example.com", "#costs", "/terms.pdf"):
        assert "referrerpolicy" not in rendered(f"[x]({address})")


def test_tables_and_ids() -> None:
    assert rendered("## Costs {#costs}") == '<h2 id="costs">Costs</h2>'
    assert "<td>3</td>" in rendered("| a |\n|---|\n| {{ 1 + 2 }} |")


def test_alignment_is_a_class_since_a_strict_policy_drops_style_attributes() -> None:
    assert '<td class="align-right">1</td>' in rendered("| a |\n|--:|\n| 1 |")


def test_lines_of_the_template_are_traced_to_the_markdown() -> None:
    body = convert("One\n\n{% if a %}\n\ntwo {{ b }}\n\n{% endif %}\n\n- {{ c }}\n", first_line=5)
    lines = body.template.splitlines()
    for name, line in (("{{ b }}", 9), ("{{ c }}", 13), ("{% if a %}", 7)):
        at = next(number for number, text in enumerate(lines, 1) if name in text)
        assert body.markdown_line(at) == line


@given(st.text(alphabet=st.characters(blacklist_characters="{}\r\x00", blacklist_categories=["Cs"]), max_size=200))
def test_any_text_between_expressions_leaves_them_whole(text: str) -> None:
    assert convert(f"{text}\n\n{{{{ name }}}}").template.count("{{ name }}") == 1
