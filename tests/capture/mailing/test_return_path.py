"""The address that servers report to: one for all mails, or one for each."""

from __future__ import annotations

import pytest

from capture.mailing.delivery import Delivery, DeliveryError
from capture.mailing.return_path import ReturnPath, ReturnPathError

CODE = "0123456789abcdef0123456789abcdef"
MESSAGE_ID = f"{CODE}@fern.example.com"


@pytest.mark.parametrize(
    ("setting", "path"),
    [
        ("bounces+*@fern.example.com", f"bounces+{CODE}@fern.example.com"),
        (" bounces-*@Fern.Example.com ", f"bounces-{CODE}@fern.example.com"),
        ("*@returned.fern.example.com", f"{CODE}@returned.fern.example.com"),
        ("*=b@fern.example.com", f"{CODE}=b@fern.example.com"),
    ],
)
def test_each_mail_has_a_path_of_its_own_and_is_found_by_it(setting: str, path: str) -> None:
    found = ReturnPath.read(setting)
    assert found.of_mail(MESSAGE_ID) == path
    for text in (f"To: <{path}>", f"Delivered-To: {path.upper()}", f"X-Original-To: {path}\nTo: other@example.com"):
        assert found.code_in(text) == CODE
    assert found.code_in(f"To: other{CODE}@example.com") is None
    assert found.code_in(path.replace(CODE, CODE[:-1])) is None


def test_one_path_for_all_mails_tells_of_none() -> None:
    found = ReturnPath.read("bounces@fern.example.com")
    assert found.of_mail(MESSAGE_ID) == "bounces@fern.example.com"
    assert found.code_in(f"To: bounces@fern.example.com, {CODE}@fern.example.com") is None


@pytest.mark.parametrize(
    "setting", ["bounces", "*", "b+*+*@fern.example.com", "b@*.example.com", "b @example.com", "@"]
)
def test_what_is_no_address_is_refused(setting: str) -> None:
    with pytest.raises(ReturnPathError):
        ReturnPath.read(setting)
    with pytest.raises(DeliveryError, match="ESPALIER_RETURN_PATH: not an address for reports"):
        Delivery.from_values({"ESPALIER_RETURN_PATH": setting})
