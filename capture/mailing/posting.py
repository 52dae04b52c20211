"""Adds written mails to the outbox, from which the mail worker sends them. A mail is added in the same transaction as
the sign-up or change that it reports, so that neither is stored without the other."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import uuid4

from sqlalchemy import bindparam, delete

from capture.base.prepared import Driver, Prepared, insert_into
from capture.mailing.letters import Letter
from capture.models import Company, OutboxMail

State = Literal["waiting", "held"]
Because = Literal["limit", "mailbox"]
"""Why a mail is held; see ``OutboxMail.held_because``."""

_POST = insert_into(OutboxMail)
_TAKE_BACK = Prepared(lambda insert: delete(OutboxMail).where(OutboxMail.message_id == bindparam("message_id")))


def post(
    driver: Driver,
    company: Company,
    letter: Letter,
    now: datetime,
    *,
    lead_id: int | None = None,
    state: State = "waiting",
    held_because: Because | None = None,
) -> str:
    """Adds a mail to the outbox and returns its Message-ID, without angle brackets.

    ``lead_id``: the lead that the mail is about. ``state``: "waiting" to be sent, or "held"; ``held_because``: why.
    """
    kind = letter.kind
    message_id = f"{uuid4().hex}@{domain_of(company.email)}"
    _POST.later(
        driver,
        lead_id=lead_id,
        kind=kind.name,
        recipient=letter.recipient,
        domain=domain_of(letter.recipient),
        locale=letter.locale,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        message_id=message_id,
        list_id=f"{kind.name}.{domain_of(company.email)}" if kind.on_list else None,
        state=state,
        held_because=held_because,
        next_attempt_at=now,
        created_at=now,
    )
    return message_id


def post_and_take_back(driver: Driver, company: Company, letter: Letter, now: datetime) -> None:
    """Adds a mail to the outbox and removes it again, so that the response takes as long as if one were sent and its
    time does not reveal which addresses are known."""
    _TAKE_BACK.later(driver, message_id=post(driver, company, letter, now))


def domain_of(address: str) -> str:
    """Returns the domain of an e-mail address, the part behind the last at sign, in lower case; "localhost" if there is
    none."""
    return address.rpartition("@")[2].strip(" >").lower() or "localhost"
