"""QR codes of members' addresses, computed from ready-made codes instead of drawn one by one.

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
"""Width of the white margin on each side of a QR code, in modules (its small squares); see ISO/IEC 18004."""

_MASK = 3  # one fixed pattern, which makes the code affine; scanners read any of them
_FILLER = 0x30


def svg(address: str, title: str, *, stamped: bool = True) -> str:
    """Returns a QR code of an address as an SVG document, in black on white as scanners want.

    ``title`` describes the code to people who cannot see it. With ``stamped=False`` segno draws the code, which is
    faster if only a few codes are needed; the code is the same.
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
    """Returns how many bytes a row of ``size`` modules needs, at one bit for each module."""
    return -(-size // 8)


@cache
def _blank(length: int) -> tuple[int, int]:
    """Returns the code of ``length`` filler bytes: how many modules a side has, and all modules as bits of a number."""
    return _drawn(bytes([_FILLER]) * length, None)


@cache
def _difference(size: int, place: int, flips: int) -> int:
    """Returns which modules of a code of this size change if the bits ``flips`` of the byte at ``place`` are turned.

    ``size``: modules of a side. The result has one bit for each module, to be combined with a code by XOR.
    """
    if flips & (flips - 1):
        lowest = flips & -flips
        return _difference(size, place, lowest) ^ _difference(size, place, flips ^ lowest)
    turned = bytes([_FILLER]) * place + bytes([_FILLER ^ flips])
    return _plain(size, place) ^ _drawn(turned, _version(size))[1]


@cache
def _plain(size: int, place: int) -> int:
    """Returns the modules, as bits, of a code of this size whose content is filler bytes up to and with ``place``."""
    return _drawn(bytes([_FILLER]) * (place + 1), _version(size))[1]


def _version(size: int) -> int:
    """Returns the version number that ISO/IEC 18004 gives to codes with this many modules a side."""
    return (size - 17) // 4


def _drawn(content: bytes, version: int | None) -> tuple[int, int]:
    code = segno.make_qr(content, error="m", boost_error=False, mask=_MASK, mode="byte", version=version)
    size = len(code.matrix)
    filling = "0" * (_stride(size) * 8 - size)
    return size, int("".join("".join(map(str, row)) + filling for row in code.matrix), 2)


def _strokes(modules: int) -> str:
    """Returns eight modules of a row as a relative SVG path, which ends where the ninth module begins."""
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
