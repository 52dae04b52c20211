"""Double opt-in: asks the owner of a typed address whether they signed up, and handles "yes" and "this wasn't me"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, delete, literal, select, update
from sqlalchemy.orm import Session

from capture.base.feature import Feature
from capture.base.prepared import Driver, Prepared
from capture.company import hosts
from capture.company.hosts import Host
from capture.consent import erasing, mails, unsubscribing
from capture.consent.mails import Asked
from capture.credit import crediting, notify
from capture.limits import budgets
from capture.mailing import posting, suppression, webhooks
from capture.mailing.letters import Letters
from capture.mailing.suppression import Reason
from capture.models import Lead, OutboxMail

_ON_ITS_WAY = ("waiting", "leased")


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The result of a click on "Yes, that was me".

    ``host``: who follows up on the lead. ``stale``: True if nothing was confirmed, because the link is older than the
    person's withdrawal of consent.
    """

    host: Host
    stale: bool


def lead_of_link(session: Session, handle: str) -> Lead | None:
    """Returns the lead whose ``handle`` a mailed link contains; None if the lead was erased.

    Locks the lead's row, so that two clicks on the link are handled one after the other.
    """
    query = select(Lead).where(Lead.handle == handle, Lead.erased_at.is_(None))
    return session.scalars(query.with_for_update(of=Lead)).one_or_none()


def _questions(*states: str) -> tuple[ColumnElement[bool], ...]:
    mine = OutboxMail.lead_id == bindparam("lead_id")
    return mine, OutboxMail.kind == mails.CONFIRM.name, OutboxMail.state.in_([literal(each) for each in states])


_OPEN = Prepared(lambda insert: select(OutboxMail.state).where(*_questions(*_ON_ITS_WAY, "held")))
_DROP_HELD = Prepared(lambda insert: delete(OutboxMail).where(*_questions("held")))


def ask_to_confirm(
    driver: Driver, host: Host, lead: Asked, now: datetime, letters: Letters, *, new: bool = False, hold: bool = False
) -> bool:
    """Adds the mail that asks a person to confirm their sign-up to the outbox. Returns True if a mail will be sent.

    The mail is held if its recipient got such a mail lately or too many of them, until another one may go; and if
    ``hold`` is True, until the operator decides. A lead has at most one such mail that is not sent yet: nothing is
    added if one waits, and a held one is replaced when it may be sent. ``new``: the lead is new, so that no earlier
    mail is looked for.
    """
    states = set() if new else _open(driver, lead.id)
    may = not hold and budgets.may_ask(driver, letters.links, lead.email, now)
    letter = mails.confirm(letters, host, lead, now)
    if states & set(_ON_ITS_WAY) or ("held" in states and not may):
        posting.post_and_take_back(driver, host.company, letter, now)
        return "held" not in states
    if "held" in states:
        # The held mail has an old link: a new mail replaces it.
        _DROP_HELD(driver, lead_id=lead.id)
    if may:
        posting.post(driver, host.company, letter, now, lead_id=lead.id)
        budgets.record_asked(driver, letters.links, lead.email, now)
        return True
    because: posting.Because = "limit" if hold else "mailbox"
    posting.post(driver, host.company, letter, now, lead_id=lead.id, state="held", held_because=because)
    return False


def pretend_to_ask(driver: Driver, host: Host, lead: Asked, now: datetime, letters: Letters) -> None:
    """Does the same work as ``ask_to_confirm`` but sends no mail, for a person who has confirmed already.

    So the response time does not reveal that they have.
    """
    budgets.may_ask(driver, letters.links, lead.email, now)
    posting.post_and_take_back(driver, host.company, mails.confirm(letters, host, lead, now), now)


def _open(driver: Driver, lead_id: int) -> set[str]:
    """Returns the states of the lead's confirmation mails that are not sent yet, including mails that this transaction
    has just added."""
    driver.flush()
    return {state for (state,) in _OPEN(driver, lead_id=lead_id)}


def confirm(session: Session, lead: Lead, issued: datetime, now: datetime, letters: Letters) -> Confirmed:
    """Confirms a lead, decides who is credited, and notifies the member who follows up and the company's other program.

    ``issued``: when the clicked link was written. A second call changes nothing. Nor does a link that is older than the
    person's withdrawal of consent, under this or another spelling: an old mail must not undo the withdrawal.
    """
    if lead.confirmed:
        return Confirmed(hosts.assignee_of(session, lead), stale=False)
    said = suppression.last_word(session, letters.links.address_keys, lead.email)
    left = max((each for each in (said, lead.withdrawn_at) if each is not None), default=None)
    if left is not None and issued <= left:
        return Confirmed(hosts.active_host(session, lead.member_id), stale=True)
    lead.confirmed_at, lead.withdrawn_at, lead.known_at = now, None, lead.known_at or now
    suppression.lift(session, letters.links.address_keys, lead.email)
    _drop_questions(session, [lead.id])
    crediting.record_activity(session, lead, "confirmed", now)
    crediting.decide_credit(session, lead, now, asked=issued)
    host = hosts.assignee_of(session, lead)
    posting.post(Driver.of(session), host.company, mails.thank_you(letters, host, lead, now), now, lead_id=lead.id)
    notify.notify_assignee(session, lead, now, letters)
    webhooks.promise(session, lead, now)
    return Confirmed(host, stale=False)


def disown(session: Session, features: Sequence[Feature], lead: Lead, now: datetime, letters: Letters) -> None:
    """Handles "this wasn't me": puts the address on the suppression list and erases its leads that are not confirmed.

    Confirmed leads of the address stay, but count as withdrawn, so that no mail goes to them. The owner of the address
    can erase them on the "my data" page.
    """
    keys = letters.links.address_keys
    suppression.suppress(session, keys, lead.email, Reason.NOT_ME, now)
    gone = unsubscribing.withdraw(session, letters.links.email_hashes(lead.email), now)
    _drop_questions(session, [each.id for each in gone])
    for each in gone:
        if each.confirmed_at is not None:
            crediting.record_activity(session, each, "disowned", now)
    erasing.forget(session, features, [each for each in gone if each.confirmed_at is None], "disowned", now)


def _drop_questions(session: Session, lead_ids: list[int]) -> None:
    """Marks the confirmation mails of these leads that wait or are held as dropped, since they are answered."""
    session.execute(
        update(OutboxMail)
        .where(
            OutboxMail.lead_id.in_(lead_ids),
            OutboxMail.kind == mails.CONFIRM.name,
            OutboxMail.state.in_(("waiting", "held")),
        )
        .values(state="dropped"),
        execution_options={"synchronize_session": False},
    )
