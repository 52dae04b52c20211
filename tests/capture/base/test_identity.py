"""One mailbox, many spellings."""

from __future__ import annotations

import pytest

from capture.base.identity import derive_key, fold, hash_email


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
    assert fold(typed) == folded
    assert fold(folded) == folded


def test_fingerprints_need_the_key():
    one, two = derive_key("a" * 32), derive_key("b" * 32)
    assert hash_email(one, "P.at@example.com") == hash_email(one, "pat@example.com")
    assert hash_email(one, "pat@example.com") != hash_email(two, "pat@example.com")
    assert len(hash_email(one, "pat@example.com")) == 64
