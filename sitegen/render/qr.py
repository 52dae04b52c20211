"""QR codes of members' addresses, stamped rather than drawn.

For a fixed version and mask, a QR code is an affine function of its data bits: error correction and placement
only ever add (XOR) them. So segno draws one code for each length of address, and one for each place and bit
that can differ; every further code is the XOR of a few of those. A million codes take seconds, and each is
exactly the code that segno would have drawn.
"""

from __future__ import annotations

from functools import cache
from xml.sax.saxutils import escape

import segno

QUIET = 4
"""Modules of white on each side (ISO/IEC 18004)."""

_MASK = 3  # one fixed pattern, which makes the code affine; scanners read any of them
_FILLER = 0x30


def svg(address: str, title: str, *, stamped: bool = True) -> str:
    """A QR code of an address as an SVG document, black on white as scanners want it.

    ``title`` says what it is to those who cannot see it. ``stamped=False`` has segno draw this very code, which
    is sooner done where only a few are wanted.
    """
    content = address.encode()
    size, bits = _stamped(content) if stamped else _drawn(content, None)
    stride = _stride(size)
    rows = bits.to_bytes(size * stride, "big")
    back = f"m-{stride * 8} 1"
    path = back.join("".join(map(_STROKES.__getitem__, rows[at : at + stride])) for at in range(0, len(rows), stride))
    whole = size + 2 * QUIET
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {whole}" role="img"'
        f' shape-rendering="crispEdges"><title>{escape(title)}</title>'
        f'<path fill="#fff" d="M0 0h{whole}v{whole}H0z"/>'
        f'<path stroke="#000" d="M{QUIET} {QUIET}.5{path}"/></svg>\n'
    )


def _stamped(content: bytes) -> tuple[int, int]:
    size, bits = _blank(len(content))
    for place, byte in enumerate(content):
        if byte != _FILLER:
            bits ^= _difference(size, place, byte ^ _FILLER)
    return size, bits


def _stride(size: int) -> int:
    """Bytes that a row of ``size`` modules takes."""
    return -(-size // 8)


@cache
def _blank(length: int) -> tuple[int, int]:
    """(modules of a side, the modules) of the code of so many filler bytes."""
    return _drawn(bytes([_FILLER]) * length, None)


@cache
def _difference(size: int, place: int, flips: int) -> int:
    """What turning these bits of the byte at ``place`` changes in a code of this size."""
    if flips & (flips - 1):
        lowest = flips & -flips
        return _difference(size, place, lowest) ^ _difference(size, place, flips ^ lowest)
    turned = bytes([_FILLER]) * place + bytes([_FILLER ^ flips])
    return _plain(size, place) ^ _drawn(turned, _version(size))[1]


@cache
def _plain(size: int, place: int) -> int:
    """The modules of a code of this size that holds filler up to ``place``."""
    return _drawn(bytes([_FILLER]) * (place + 1), _version(size))[1]


def _version(size: int) -> int:
    """The standard's number for codes with this many modules a side."""
    return (size - 17) // 4


def _drawn(content: bytes, version: int | None) -> tuple[int, int]:
    code = segno.make_qr(content, error="m", boost_error=False, mask=_MASK, mode="byte", version=version)
    size = len(code.matrix)
    filling = "0" * (_stride(size) * 8 - size)
    return size, int("".join("".join(map(str, row)) + filling for row in code.matrix), 2)


def _strokes(modules: int) -> str:
    """Eight modules of a row as relative strokes that end at the ninth."""
    path, at = "", 0
    while at < 8:
        dark = modules >> (7 - at) & 1
        run = 1
        while at + run < 8 and modules >> (7 - at - run) & 1 == dark:
            run += 1
        path += f"h{run}" if dark else f"m{run} 0"
        at += run
    return path


_STROKES = [_strokes(modules) for modules in range(256)]
