"""QR codes: exactly segno's, read by a real decoder."""

from __future__ import annotations

from xml.etree import ElementTree

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
    assert qr.svg(address, "x") == qr.svg(address, "x", stamped=False)


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
