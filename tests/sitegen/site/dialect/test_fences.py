"""Fenced code as people open it, and blocks that nobody closes."""

from __future__ import annotations

import pytest

from sitegen.errors import ContentError
from sitegen.site.markup import convert


def faults(text: str) -> list[str]:
    with pytest.raises(ContentError) as caught:
        convert(text, first_line=10)
    assert all(fault.hint for fault in caught.value.faults)
    return [f"{fault.line}: {fault.message}" for fault in caught.value.faults]


@pytest.mark.parametrize(
    "behind",
    [
        "python",
        " python",
        'python title="x"',
        "{.python}",
        "{ .python .numbered }",
        "python {1,3}",
        "python hl_lines=2",
    ],
)
@pytest.mark.parametrize("fence", ["```", "~~~", "`````"])
def test_the_first_word_behind_a_fence_is_the_language(fence: str, behind: str) -> None:
    expected = '<pre class="highlight"><code class="language-python">x = 1</code></pre>'
    assert convert(f"{fence}{behind}\nx = 1\n{fence}").template == expected


def test_fences_in_items_and_quotations() -> None:
    assert '<code class="language-c++">x</code>' in convert('- a\n  ```c++ title="b"\n  x\n  ```').template
    assert '<code class="language-sh">x</code>' in convert("> a\n> ~~~ sh {1}\n> x\n> ~~~").template
    assert "``` js {1}</code>" in convert("````\n``` js {1}\n````").template, "a fence within code is code"


@pytest.mark.parametrize(
    ("opening", "line"), [("```", "```"), ("~~~~ sh", "~~~~"), ("<!-- note", "<!--"), ("<pre>", "<pre")]
)
def test_what_is_never_closed(opening: str, line: str) -> None:
    expected = f'12: "{line}" is never closed, so all that follows would belong to it'
    assert faults(f"a\n\n{opening}\nb\n\nc") == [expected]
    assert faults(f"a\n\n{opening}\n") == [expected]


def test_a_fence_in_a_quotation_is_closed_there() -> None:
    assert faults("a\n\n> ```\n> b\n\nc") == ['12: "```" is never closed, so all that follows would belong to it']
