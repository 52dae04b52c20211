"""Tables whose rows do not fit their header: no cell is left out without a word."""

from __future__ import annotations

import pytest

from sitegen.errors import ContentError
from sitegen.site.dialect.table_shape import cells
from sitegen.site.markup import convert

HEAD = "| a | b |\n|---|---|\n"


def faults(text: str) -> list[str]:
    with pytest.raises(ContentError) as caught:
        convert(text)
    assert all(fault.hint for fault in caught.value.faults)
    return [f"{fault.line}: {fault.message}" for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("row", "number"),
    [
        *(("| a | b |", 2), ("a | b", 2), ("| a |", 1), ("||", 1), ("| a | | c |", 3), (r"| a \| b | c |", 2)),
        *(("| `a|b` | c |", 2), ("| ``a ` | b`` |", 1), (r"| `a\|b` | c |", 2), ("- | a | b |", 2), ("| ` | b |", 2)),
    ],
)
def test_cells(row: str, number: int) -> None:
    assert cells(row) == number


def test_rows_with_more_cells_than_the_header() -> None:
    message = "this row has 3 cells, its table's header 2 cells"
    assert faults(HEAD + "| 1 | 2 |\n| 1 | 2 | 3 |\n| 1 |\n1 | 2 | 3") == [f"4: {message}", f"6: {message}"]
    assert faults("> | a | b |\n> |---|---|\n> | 1 | 2 | 3 |") == [f"3: {message}"]
    assert faults(f"{HEAD}{{% for x in y %}}\n| 1 | 2 | 3 |\n{{% endfor %}}") == [f"4: {message}"]


def test_lines_below_the_header_that_do_not_fit_it() -> None:
    assert faults("| a | b |\n|---|\n| 1 | 2 |") == ["2: the header above has 2 cells, this line 1 cell"]
    message = "a line such as |---|---| stands below a table's header, and there is none above this"
    assert faults("a\n\n|---|---|\n| 1 | 2 |") == [f"3: {message}"]


@pytest.mark.parametrize(
    "text", [HEAD, HEAD + "| 1 |", HEAD + "| {{ 'x|y' }} | 2 |", f"{HEAD}\n1 | 2 | 3", f"```\n{HEAD}| 1 | 2 | 3 |\n```"]
)
def test_what_is_right(text: str) -> None:
    assert convert(text).template


def test_a_bar_in_code() -> None:
    html = convert(HEAD + r"| `x|y` | `x\|y` |").template
    assert html.count("<code>x|y</code>") == 2
    assert convert(r"`x\|y`").template == r"<p><code>x\|y</code></p>", "outside a table the backslash is seen"
