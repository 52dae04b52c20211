"""QR codes of members' addresses, computed from ready-made codes instead of drawn one by one.

For a fixed version and mask, a QR code is an affine function of its data bits: error correction and placement
only ever add (XOR) them. So a code whose content differs from a code that is known by some bits is the XOR of that
code and of what each of those bits changes. segno draws what is known; a million codes take seconds, and each is
exactly the code that segno would have drawn.
"""

from __future__ import annotations

from collections import Counter
from html import escape

import segno

QUIET = 4
"""Width of the white margin on each side of a QR code, in modules (its small squares); see ISO/IEC 18004."""

_MASK = 3  # one fixed pattern, which makes the code affine; scanners read any of them


def svg(address: str, title: str) -> str:
    """Returns a QR code of an address as an SVG document, in black on white as scanners want.

    ``title`` describes the code to people who cannot see it.
    """
    size, bits = _ready.code(address.encode())
    stride = _stride(size)
    rows = bits.to_bytes(size * stride, "big")
    back = f"m-{stride * 8} 1"
    path = back.join("".join(map(_STROKES.__getitem__, rows[at : at + stride])) for at in range(0, len(rows), stride))
    whole = size + 2 * QUIET
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {whole}" role="img"'
        f' shape-rendering="crispEdges"><title>{escape(title, quote=False)}</title>'
        f'<path fill="#fff" d="M0 0h{whole}v{whole}H0z"/>'
        f'<path stroke="#000" d="M{QUIET} {QUIET}.5{path}"/></svg>\n'
    )


class ReadyCodes:
    """Makes QR codes, each as its number of modules a side and all modules as bits of a number.

    For each length of content the first code is drawn. Later ones are computed from it, if most of what their bits
    change is known. What bits change costs as many drawings as there are bits, so it is only found out once as many
    codes of that size have been drawn: few codes are drawn as they are, and many cost at most twice the least.
    """

    def __init__(self) -> None:
        self._first: dict[int, tuple[bytes, int, int]] = {}
        """The first code of each length: content, size and modules."""
        self._changes: dict[tuple[int, int, int], int] = {}
        """The modules that change with some bits of the content's byte at a place, by size, place and bits."""
        self._drawn: Counter[int] = Counter()
        """How many codes of each size were drawn although another of their length was known."""

    def code(self, content: bytes) -> tuple[int, int]:
        """Returns the code of some bytes: the modules of a side, and all modules row by row, rows in whole bytes.

        Raises segno.DataOverflowError if the bytes are too many for any QR code.
        """
        if len(content) not in self._first:
            self._first[len(content)] = (content, *_draw(content))
        known, size, bits = self._first[len(content)]
        turned = [
            (size, place, ours ^ theirs)
            for place, (ours, theirs) in enumerate(zip(content, known, strict=True))
            if ours != theirs
        ]
        if any(each not in self._changes for each in turned) and not self._prepare(turned):
            self._drawn[size] += 1
            return _draw(content)
        for each in turned:
            bits ^= self._changes[each]
        return size, bits

    def _prepare(self, turned: list[tuple[int, int, int]]) -> bool:
        """Finds out what these bits change, and returns True; does nothing if that would cost too much as yet."""
        single = {(size, place, bit) for size, place, bits in turned for bit in _single(bits)} - self._changes.keys()
        if single and len(single) > self._drawn[turned[0][0]]:
            return False
        for each in single:
            self._changes[each] = self._change(*each)
        for size, place, bits in turned:
            change = 0
            for bit in _single(bits):
                change ^= self._changes[size, place, bit]
            self._changes[size, place, bits] = change
        return True

    def _change(self, size: int, place: int, bit: int) -> int:
        known, _, modules = next(
            each for each in tuple(self._first.values()) if each[1] == size and len(each[0]) > place
        )
        other = bytearray(known)
        other[place] ^= bit
        return modules ^ _draw(bytes(other))[1]


def _single(bits: int) -> list[int]:
    return [bit for bit in (1, 2, 4, 8, 16, 32, 64, 128) if bits & bit]


def _stride(size: int) -> int:
    """Returns how many bytes a row of ``size`` modules needs, at one bit for each module."""
    return -(-size // 8)


def _draw(content: bytes) -> tuple[int, int]:
    code = segno.make_qr(content, error="m", boost_error=False, mask=_MASK, mode="byte")
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
_ready = ReadyCodes()
