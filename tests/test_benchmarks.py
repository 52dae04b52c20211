"""The benchmarks measure what they say: the same pages for Hugo, the same members each time, and every pair runs.

No time is judged here: a busy machine would fail what is right.
"""

from __future__ import annotations

import csv
import threading
from collections.abc import Iterator
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

import pytest

from benchmarks import __main__ as bench
from benchmarks import again, disk, equal, hugo, members, memory, report, serving
from benchmarks.measure import Pairs, Row
from benchmarks.workshop import Workshop

TINY = bench.Sizes(
    turns=1,
    compose_turns=1,
    warm=20,
    composed=5,
    small=12,
    large=12,
    again=20,
    few=5,
    many=10,
    checked=10,
    served=5,
    load=serving.Load(2, 0.2),
)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    with Workshop(tmp_path) as made:
        yield made


def test_hugo_makes_the_same_pages(shop: Workshop) -> None:
    program = hugo.binary()
    if program is None:
        pytest.skip(hugo.MISSING)
    site = shop.site(20)
    project = hugo.make(site, shop.fresh("hugo"))
    assert hugo.check(shop, site, project, program, list(range(20))) == 210


def test_a_difference_to_hugos_page_is_told() -> None:
    page = '<p class="a" id=b>One &amp; <b>two</b></p><script type="application/ld+json">{"a": 1, "b": [2]}</script>'
    same = (
        '<p id="b" class="a">\n One &#38; <b> two </b></p><script type="application/ld+json">{"b":[2],"a":1}</script>'
    )
    equal.same(page, same, "home")
    for old, new in ((" two", " Two"), ("<b>", "<i>"), ('class="a"', 'class="c"'), ("[2]", "[3]"), ("</p>", "")):
        assert old in same
        with pytest.raises(equal.DifferenceError, match="home"):
            equal.same(page, same.replace(old, new), "home")


def test_jinja_without_a_counterpart_is_refused() -> None:
    with pytest.raises(ValueError, match="no counterpart"):
        hugo._body("<p>{{ member.place }}</p>", {})


def test_the_same_seed_gives_the_same_members() -> None:
    first = list(members.members(50))
    assert first == list(members.members(50))
    assert first[:20] == list(members.members(20)), "a member does not depend on how many there are"
    assert first != list(members.members(50, seed=2))


def test_members_differ_in_what_is_filled_in() -> None:
    many = list(members.members(200, photos=True))
    for column in ("phone", "photo", "place", "tagline", "story", "links", "sponsor", "joined"):
        filled = sum(bool(each[column]) for each in many)
        assert 50 < filled < 200, column


@pytest.mark.parametrize(
    "name",
    [
        "compose-almanac",
        "compose-heavy",
        *(pytest.param(each, marks=pytest.mark.slow) for each in ("disk", "memory", "again")),
    ],
)
def test_every_pair_runs(name: str, tmp_path: Path) -> None:
    rows = list(bench.run([name], TINY, tmp_path))
    assert rows
    for row in rows:
        assert row.name == name
        assert row.met is not None
    assert not list(tmp_path.iterdir()), "the temporary root is gone"


@pytest.mark.slow
def test_hugo_is_timed_after_the_pages_were_compared(tmp_path: Path) -> None:
    (row,) = bench.run(["hugo-small"], TINY, tmp_path)
    if hugo.binary() is None:
        assert row.theirs == hugo.MISSING
    else:
        assert row.figures["pages"] == 10 * (TINY.small + 1)


def test_hugo_is_not_timed_when_a_page_differs(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    if hugo.binary() is None:
        pytest.skip(hugo.MISSING)
    monkeypatch.setitem(hugo._BODY, "{{ member.first_name }}", "{{ .member.name }}")
    with pytest.raises(equal.DifferenceError):
        hugo.measure(shop, "hugo-small", 3, 3, 1)


def test_the_packed_tree_is_written_as_it_was(shop: Workshop) -> None:
    tree = shop.fresh("tree")
    for name in ("a/index.html", "a/b/index.html", "c/index.html", "root.txt"):
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"this is {name}", encoding="utf-8")
    written = shop.fresh("written")
    disk.write(disk.pack(tree, shop.fresh("packs"), 2), written)
    found = {path.relative_to(written).as_posix(): path.read_text() for path in written.rglob("*") if path.is_file()}
    names = ("a/index.html", "a/b/index.html", "c/index.html", "root.txt")
    assert found == {name: f"this is {name}" for name in names}
    assert disk.weigh(tree) == (4, sum(map(len, found.values())))


def test_one_member_is_changed(shop: Workshop) -> None:
    roster = shop.site(5) / "members.csv"
    before = list(csv.DictReader(roster.read_text(encoding="utf-8").splitlines()))
    assert again.change(roster, 3, "Another line.") == "m0000003"
    after = list(csv.DictReader(roster.read_text(encoding="utf-8").splitlines()))
    assert len(before) == len(after)
    assert [number for number, row in enumerate(before) if row != after[number]] == [3]


def test_the_high_water_mark_of_a_process_is_seen(shop: Workshop) -> None:
    found = memory.peaks(shop, 3)
    assert found.parent > 10
    assert found.pages == 40


class _Hello(StreamRequestHandler):
    """Answers every request with its address, in two pieces now and then."""

    def handle(self) -> None:
        while line := self.rfile.readline():
            while self.rfile.readline().strip():
                pass
            body = line.split()[1]
            self.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body))
            self.wfile.write(body)


class _Missing(_Hello):
    def handle(self) -> None:
        self.wfile.write(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")


@pytest.fixture
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    with ThreadingTCPServer(("127.0.0.1", 0), request.param) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.mark.parametrize("port", [_Hello], indirect=True)
def test_answers_are_counted(port: int) -> None:
    assert serving.rate(port, lambda: "/ana/faq/", serving.Load(2, 0.3)) > 0


@pytest.mark.parametrize("port", [_Missing], indirect=True)
def test_an_answer_that_is_not_a_page_ends_the_measurement(port: int) -> None:
    with pytest.raises(RuntimeError, match="404"):
        serving.rate(port, lambda: "/nobody/", serving.Load(1, 0.3))


def test_the_results_are_written_between_the_marks(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n", encoding="utf-8")
    pairs = Pairs((1.0, 1.0, 2.0), (3.0, 4.0, 4.0))
    assert pairs.faster().middle == 3.0
    row = Row("disk", "whole build", "1.00 s", "3.00 s", "3x", "≥ 2x", True)
    for _ in range(2):
        report.write([row], "a machine", readme)
        text = readme.read_text(encoding="utf-8")
        assert text.startswith("before\n")
        assert text.endswith("after\n")
        assert text.count("| whole build | 1.00 s | 3.00 s | 3x | ≥ 2x | met |") == 1
        assert "python -m benchmarks --only disk" in text
        assert "old" not in text


def test_the_readme_has_its_marks() -> None:
    text = report.README.read_text(encoding="utf-8")
    assert text.count(report.BEGIN) == text.count(report.END) == 1


def test_figures_can_be_had_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        bench.main(["--only", "nothing"])
    assert "invalid choice" in capsys.readouterr().err
