"""The wording a prospect agrees to."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from sitegen.model import Company, LocaleTexts
from sitegen.site import consent

COMPANY = Company("Bramble & Wick", "Bramble and Wick Limited", ("Cork",), "hello@example.com")
TEXTS = LocaleTexts("Distributor", "{member} and {company} may write to me.", "{company} may write to me.")


def test_member_and_company_are_named() -> None:
    assert consent.wording(TEXTS, COMPANY, "Ana López") == "Ana López and Bramble & Wick may write to me."
    assert consent.wording(TEXTS, COMPANY, None) == "Bramble & Wick may write to me."


def test_the_template_is_the_same_for_all_members() -> None:
    assert consent.template(TEXTS, has_member=True) == TEXTS.consent
    assert consent.template(TEXTS, has_member=False) == TEXTS.consent_company


@given(st.text(min_size=1) | st.just("{company}"))
def test_a_member_is_named_exactly_as_they_are(name: str) -> None:
    assert consent.wording(TEXTS, COMPANY, name) == f"{name} and Bramble & Wick may write to me."


@given(st.text(), st.text())
def test_a_digest_tells_wordings_apart(one: str, other: str) -> None:
    text = one.encode(errors="replace").decode()
    assert consent.digest(text) == hashlib.sha256(text.encode()).hexdigest()
    if text != other.encode(errors="replace").decode():
        assert consent.digest(text) != consent.digest(other.encode(errors="replace").decode())
    assert consent.digest(text).startswith(consent.short_digest(text))
    assert len(consent.short_digest(text)) == 16
