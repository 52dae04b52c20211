"""QR codes: exactly segno's, read by a real decoder."""

from __future__ import annotations

from random import Random
from xml.etree import ElementTree

import pytest
import segno
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen.render import qr
from tests.sitegen.render.qr_pictures import modules, picture

ADDRESSES = st.builds(
    str.format,
    st.sampled_from(["https://example.com/{}/", "https://{}.a.shop/", "https://bücher.example/{}/"]),
    st.from_regex(r"[a-z0-9-]{1,63}", fullmatch=True),
)


@settings(max_examples=60, deadline=None)
@given(ADDRESSES)
def test_it_is_the_code_that_segno_draws(address: str) -> None:
    drawn = segno.make_qr(address.encode(), error="m", boost_error=False, mask=3, mode="byte")
    inner = [row[qr.QUIET : -qr.QUIET] for row in modules(qr.svg(address, "x"))[qr.QUIET : -qr.QUIET]]
    assert inner == [list(row) for row in drawn.matrix]


def test_many_codes_are_computed_from_few_drawings_and_equal_them(monkeypatch: pytest.MonkeyPatch) -> None:
    random = Random(7)
    addresses = [f"https://example.com/{random.randbytes(size).hex()}/".encode() for size in [8, 9, 10, 20] * 150]
    expected = [qr._draw(each) for each in addresses]
    drawings: list[bytes] = []
    draw = qr._draw

    def counted(content: bytes) -> tuple[int, int]:
        drawings.append(content)
        return draw(content)

    monkeypatch.setattr(qr, "_draw", counted)
    ready = qr.ReadyCodes()
    assert [ready.code(each) for each in addresses] == expected
    assert len(drawings) < len(addresses) * 0.9
    drawings.clear()
    assert [ready.code(each) for each in addresses] == expected
    assert len(drawings) < len(addresses) * 0.1


def test_few_codes_cost_one_drawing_each(monkeypatch: pytest.MonkeyPatch) -> None:
    drawings: list[bytes] = []
    draw = qr._draw

    def counted(content: bytes) -> tuple[int, int]:
        drawings.append(content)
        return draw(content)

    monkeypatch.setattr(qr, "_draw", counted)
    ready = qr.ReadyCodes()
    addresses = [f"https://example.com/member-{number}/".encode() for number in (1, 22, 47, 56, 89, 333)]
    assert [ready.code(each) for each in addresses] == [draw(each) for each in addresses]
    assert len(drawings) == len(addresses)


@settings(max_examples=40, deadline=None)
@given(ADDRESSES)
def test_a_real_decoder_reads_the_address(address: str) -> None:
    found = zxingcpp.read_barcodes(picture(modules(qr.svg(address, "x"))))
    assert [code.text for code in found] == [address]


def test_it_is_a_titled_picture_with_a_quiet_zone() -> None:
    svg = qr.svg("https://example.com/ana/", "Ana & <Co>")
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert root[0].text == "Ana & <Co>"
    rows = modules(svg)
    around = rows[: qr.QUIET] + rows[-qr.QUIET :] + [row[: qr.QUIET] + row[-qr.QUIET :] for row in rows]
    assert not any(any(row) for row in around)
    assert len(svg) < 4000
