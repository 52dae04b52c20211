"""``page:`` and ``picture:`` addresses, however they are written."""

from __future__ import annotations

import pytest

from sitegen.site.markup import convert

FAQ = '{{ base }}{{ pages["faq"].path }}{{ link_query }}'
BEE = '{{ asset("pictures/bee one.svg") }}'


@pytest.mark.parametrize(
    ("text", "address", "reference"),
    [
        ('<a href="page:faq">x</a>', FAQ, ("page", "faq")),
        ("<div>\n<a class='b' href='page:faq#costs'>x</a>\n</div>", f"{FAQ}#costs", ("page", "faq")),
        ("[x](Page:faq)", FAQ, ("page", "faq")),
        ("[x](PAGE:faq#costs)", f"{FAQ}#costs", ("page", "faq")),
        ("[x][r]\n\n[r]: page:faq", FAQ, ("page", "faq")),
        ("[x](picture:bee%20one.svg)", BEE, ("picture", "bee one.svg")),
        ("![x](picture:bee one.svg)", BEE, ("picture", "bee one.svg")),
        ('![x](picture:bee one.svg "a title (of it)")', BEE, ("picture", "bee one.svg")),
        ("![x](<picture:bee one.svg>)", BEE, ("picture", "bee one.svg")),
        ('![x](picture:bee%20one.svg "t")', BEE, ("picture", "bee one.svg")),
        ("![x](picture:bee%20one.svg#part)", f"{BEE}#part", ("picture", "bee one.svg")),
        ('<img alt="" src="picture:bee one.svg">', BEE, ("picture", "bee one.svg")),
    ],
)
def test_every_way_of_writing_is_resolved_and_looked_up(text: str, address: str, reference: tuple[str, str]) -> None:
    body = convert(text)
    assert f'"{address}"' in body.template.replace("='", '="').replace("' ", '" ').replace("'>", '">')
    assert [(each.kind, each.target) for each in body.references] == [reference]
    assert "age:" not in body.template


def test_code_shows_what_is_written() -> None:
    assert '<code>&lt;a href="page:faq"&gt;</code>' in convert('`<a href="page:faq">`').template


def test_brackets_in_a_name() -> None:
    body = convert("(![x](picture:a(1).jpg), [y](page:faq))")
    assert [each.target for each in body.references] == ["a(1).jpg", "faq"]
    assert '"{{ asset("pictures/a(1).jpg") }}"' in body.template
