"""One mailbox, many spellings."""

from __future__ import annotations

import pytest

from capture.base.identity import canonical, derive, fingerprint


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("pat@example.com", "pat@example.com"),
        ("P.A.T@Example.COM", "pat@example.com"),
        ("pat+a+b@example.com", "pat@example.com"),
        ("p.a.t+x@googlemail.com", "pat@gmail.com"),
        ("+x@example.com", "+x@example.com"),
        ("pat@bücher.example", "pat@xn--bcher-kva.example"),
        ("pat@example.com.", "pat@example.com"),
        ('"a@b"@example.com', '"a@b"@example.com'),
    ],
)
def test_spellings(typed, folded):
    assert canonical(typed) == folded
    assert canonical(folded) == folded


def test_fingerprints_need_the_key():
    one, two = derive("a" * 32), derive("b" * 32)
    assert fingerprint(one, "P.at@example.com") == fingerprint(one, "pat@example.com")
    assert fingerprint(one, "pat@example.com") != fingerprint(two, "pat@example.com")
    assert len(fingerprint(one, "pat@example.com")) == 64
