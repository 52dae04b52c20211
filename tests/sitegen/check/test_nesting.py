"""Elements of a page that are not closed, or closed twice."""

from __future__ import annotations

import pytest

from sitegen.check import links


@pytest.mark.parametrize(
    ("html", "misfit"),
    [
        ('<main><div class="x">a</main>', '<div class="x">'),
        ("<main>a</div></main>", "</div>"),
        ("<main><b>a<i>b</b></i></main>", "<i>"),
        ("<main>a", "<main>"),
        ("a</main>", "</main>"),
        ("<ul><li>a<li>b</ul><p>a<p>b<table><tr><td>a<tr><td>b</table>", None),
        ("<p>a</p></p><br></br><img><input>", None),
        ('<svg><path d="M0"/><g><circle r="1"></circle></g><use href="#a"></svg>', None),
        ("<script>'<div>'</script><!-- <div> --><textarea></textarea>", None),
        ("<details><summary>a</summary>b</details>", None),
    ],
)
def test_the_first_tag_that_does_not_fit(html: str, misfit: str | None) -> None:
    assert links.read(html.encode()).nesting.misfit == misfit
