"""The signed values of the sign-up form: what goes in comes out, and nothing else comes out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.errors import SecretError, TokenError
from sitegen.token import COMPANY_SUBJECT, LONGEST_TOKEN, MEMBER_ID, PageSeen, TokenSigner

OLD, NEW = "old key, thirty-two characters..", "new key, thirty-two characters.."
SIGNER = TokenSigner([NEW])

ids = st.from_regex(MEMBER_ID, fullmatch=True)
pages = st.builds(
    PageSeen,
    page=st.from_regex(r"[a-z0-9]{1,20}([-/][a-z0-9]{1,20}){0,3}", fullmatch=True),
    locale=st.sampled_from(["en", "es", "pt-BR", "zh-Hans-CN"]),
    build_id=st.from_regex(r"[0-9a-f]{12}", fullmatch=True),
    wording=st.from_regex(r"[0-9a-f]{16}", fullmatch=True),
)


def test_the_form_of_tokens_that_stand_in_published_pages() -> None:
    # A change here makes every page in the world lose its sign-ups.
    signer = TokenSigner(["k" * 32])
    assert signer.member_token("m1") == "m1.tJHClqq_XIJxxVIugwFdc5Jk7zduIeaT5J3sw51bTFU"
    assert signer.member_token(None) == "_company.M95JodfLI64hFm6oKr4bJJfZ_JcEHptEiQJHGERdDxA"
    seen = PageSeen("home", "en", "abcdefabcdef", "0123456789abcdef")
    assert signer.page_token(seen) == (
        "home~en~abcdefabcdef~0123456789abcdef.-JW_WliwFyd8scuL3BmVOfl6_EgWgpI_Oho6LaC1-Nk"
    )


@given(ids | st.none())
def test_member_tokens_come_back(member_id: str | None) -> None:
    token = SIGNER.member_token(member_id)
    assert SIGNER.read_member(token) == member_id
    assert len(token) <= LONGEST_TOKEN


@given(pages)
def test_page_tokens_come_back(seen: PageSeen) -> None:
    assert SIGNER.read_page(SIGNER.page_token(seen)) == seen


@given(ids, st.data())
def test_no_changed_token_holds(member_id: str, data: st.DataObject) -> None:
    token = SIGNER.member_token(member_id)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(min_codepoint=33, max_codepoint=126))
    changed = data.draw(
        st.sampled_from([token[:place] + other + token[place + 1 :], token[:place], token[:place] + token[place + 1 :]])
    )
    if changed == token:
        return
    with pytest.raises(TokenError):
        SIGNER.read_member(changed)


@given(st.text(max_size=600))
def test_no_text_is_more_than_refused(text: str) -> None:
    for read in (SIGNER.read_member, SIGNER.read_page):
        with pytest.raises(TokenError):
            read(text)


@given(ids)
def test_a_token_serves_one_purpose(member_id: str) -> None:
    with pytest.raises(TokenError):
        SIGNER.read_page(SIGNER.member_token(member_id))
    with pytest.raises(TokenError):
        SIGNER.read_member(SIGNER.page_token(PageSeen("home", "en", "0" * 12, "0" * 16)))


def test_keys_rotate() -> None:
    before = TokenSigner([OLD]).member_token("m1")
    both = TokenSigner([NEW, OLD])
    assert both.read_member(before) == "m1"
    assert TokenSigner([NEW]).read_member(both.member_token("m1")) == "m1"
    with pytest.raises(TokenError, match="another key"):
        TokenSigner([NEW]).read_member(before)


def test_a_long_token_is_refused_unread() -> None:
    with pytest.raises(TokenError, match="not one of ours"):
        SIGNER.read_member("a" * 2_000_000)


@pytest.mark.parametrize("keys", [[], [""], ["short"], [NEW, "short"]])
def test_weak_keys_are_refused(keys: list[str]) -> None:
    with pytest.raises(SecretError, match="at least 32 characters"):
        TokenSigner(keys)


@pytest.mark.parametrize("text", ["", COMPANY_SUBJECT, "a.b", "-a", "a b", "a\n", "é", "a" * 65, "a~b"])
def test_what_no_member_id_is(text: str) -> None:
    assert not MEMBER_ID.match(text)
