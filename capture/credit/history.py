"""Reads a lead's history from the evidence: sign-ups with their consent, what the person did, and who was credited."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from capture.base.history import Event, Line, Names, Party, Rank, Reader, moment
from capture.base.words import Words
from capture.company.generator import CAMPAIGN_PAGES, fill_wording
from capture.credit import colleagues
from capture.models import Consent, Decision, Lead, ProspectActivity, Touch, Wording

_RULES = {
    "correction": "because the prospect said so",
    "existing-owner": "because the prospect was already credited to them",
    "answer": "because the prospect named them when signing up",
    "page": "because the sign-up came from their page",
    "first-touch": "because theirs was the first page the prospect used within {window_days} days",
    "last-touch": "because theirs was the last page the prospect used within {window_days} days",
    "hand-over": "as before",
    "list": "because they entered them, from row {row} of list {provenance}",
    "pool": "because nothing named a member",
}
_ACTS = {
    "confirmed": "The owner of the address confirmed it from their mailbox.",
    "unsubscribed": "They unsubscribed.",
    "withdrawn": "They withdrew their consent.",
    "requested": "They asked the company not to be mailed.",
    "reinstated": "The company took back its note that they asked not to be mailed.",
    "disowned": 'The owner of the address said: "This wasn\'t me".',
    "corrected": "They corrected who introduced them.",
    "erased": "Everything that identified them was erased at their request.",
    "purged": "Everything that identified them was removed by the company's rules.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedUp(Event):
    """An event of a lead's history: a sign-up with its consent. ``host``: the member or company whose page it was.

    ``template``: the consent wording with its placeholders; ``read``: the sentence beside the box as the person read
    it. Each is None if no sync brought the wording into the database.
    """

    touch: Touch
    wording_id: str
    host: Party
    template: str | None
    read: str | None

    def sentences(self) -> Iterator[str]:
        """Yields two English sentences: where the person signed up, and what they agreed to."""
        touch = self.touch
        campaign = ", ".join(f"{name} {value}" for name, value in touch.utm.items())
        yield (
            f'Signed up on the page "{touch.page}" ({touch.locale}) of {self.host}, build {touch.build_id}'
            + (f", by a link with the campaign code {touch.campaign}" if touch.campaign else "")
            + (f", campaign: {campaign}." if campaign else ".")
            + (f' Asked who introduced them, they said: "{touch.introducer}".' if touch.introducer else "")
        )
        yield f'Agreed to wording {self.wording_id}: "{self.template or "a wording that was never synced"}"'

    def lines(self, words: Words, reader: Reader) -> Iterator[Line]:
        """Yields lines for the sign-up with its consent, who introduced the person, and the campaign parameters."""
        page, host = self.touch.page, self.host.name
        title = words("office_event_touch", page=page, member=host)
        if page.startswith(CAMPAIGN_PAGES):
            title = words("office_event_campaign", code=page.removeprefix(CAMPAIGN_PAGES), member=host)
        yield Line(title, self.read)
        if self.touch.campaign:
            yield Line(words("office_event_campaign_link", code=self.touch.campaign))
        if self.touch.introducer:
            yield Line(words("office_event_answer"), self.touch.introducer)
        if campaign := ", ".join(map(str, self.touch.utm.values())):
            yield Line(words("office_event_came_by"), campaign)

    def plain(self) -> tuple[str, dict[str, Any]]:
        """Returns the values of the sign-up for the person's export, with everything that the person gave."""
        touch = self.touch
        return "touches", {
            "at": moment(self.at),
            "page": touch.page,
            "language": touch.locale,
            "build": touch.build_id,
            "interest": touch.interest,
            "campaign": touch.utm,
            "campaign_code": touch.campaign,
            "introduced_by": touch.introducer,
            "consent": self.read,
            "consent_wording_id": self.wording_id,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted(Event):
    """An event of a lead's history: the person did something from their mailbox, or the retention policy erased them.

    ``kind``: see ``ProspectActivity.kind``.
    """

    kind: str

    def sentences(self) -> Iterator[str]:
        """Yields one English sentence about what the person did."""
        yield _ACTS[self.kind]

    def lines(self, words: Words, reader: Reader) -> Iterator[Line]:
        """Yields one line in the reader's language about what the person did."""
        yield Line(words(f"office_act_{self.kind}"))

    def plain(self) -> tuple[str, dict[str, Any]]:
        """Returns the values for the person's export: what the person did, and when."""
        return "what_you_did", {"at": moment(self.at), "what": self.kind}


@dataclass(frozen=True, slots=True, kw_only=True)
class Credited(Event):
    """An event of a lead's history: the decision who is credited and who follows up.

    ``rule``: what decided; ``saw``: the values that the decision was based on.
    """

    rule: str
    saw: dict[str, Any]
    owner: Party
    assignee: Party

    def sentences(self) -> Iterator[str]:
        """Yields one or two English sentences: who is credited and why, and who follows up in their place."""
        said = f"Credited to {self.owner}, {_RULES[self.rule].format(**self.saw)}."
        if self.assignee != self.owner:
            said += f" They are not active or have no address: {self.assignee} follows up."
        elif self.rule == "hand-over":
            said += " They can follow up again, and do."
        yield said

    def lines(self, words: Words, reader: Reader) -> Iterator[Line]:
        """Yields one line: who is credited, or, if the lead was only reassigned, who follows up now."""
        shown = self.assignee if self.rule == "hand-over" else self.owner
        yield Line(words("office_rule_" + self.rule.replace("-", "_"), member=shown.name))

    def plain(self) -> tuple[str, dict[str, Any]]:
        """Returns the values for the person's export: the rule, who is credited, and who follows up."""
        names = {"credited_to": self.owner.member_name, "followed_up_by": self.assignee.member_name}
        return "decisions", {"at": moment(self.at), **names, "rule": self.rule}


def events(session: Session, lead: Lead) -> Iterator[Event]:
    """Yields the events of a lead's history in the evidence: all sign-ups, all that the person did, all decisions; and
    whether the person is a member."""
    names = Names(session)
    yield from colleagues.event(session, lead, names)
    yield from sign_ups(session, lead, names)
    yield from acts(session, lead)
    yield from decisions(session, lead, names)


def sign_ups(session: Session, lead: Lead, names: Names) -> Iterator[SignedUp]:
    """Yields a lead's sign-ups, each with its consent, the oldest first."""
    joined = select(Touch, Consent).join(Consent, Consent.touch_id == Touch.id)
    for touch, consent in session.execute(joined.where(Touch.lead_id == lead.id).order_by(Touch.id)).all():
        host = names(touch.member_id)
        found = select(Wording.has_member, Wording.text).where(Wording.id == consent.wording)
        templates: dict[bool, str] = dict(session.execute(found).all())
        own = templates.get(touch.member_id is not None)
        yield SignedUp(
            at=touch.at,
            order=(Rank.EVIDENCE, touch.seq or 0),
            touch=touch,
            wording_id=consent.wording,
            host=host,
            template=next(iter(templates.values()), None),
            read=fill_wording(own, names(None).name, host.member_name) if own is not None else None,
        )


def acts(session: Session, lead: Lead) -> Iterator[Acted]:
    """Yields what the person did about the lead, the oldest first."""
    for act in session.scalars(
        select(ProspectActivity).where(ProspectActivity.lead_id == lead.id).order_by(ProspectActivity.id)
    ):
        yield Acted(at=act.at, order=(Rank.EVIDENCE, act.seq or 0), kind=act.kind)


def decisions(session: Session, lead: Lead, names: Names) -> Iterator[Credited]:
    """Yields the decisions about who is credited with the lead, the oldest first."""
    for row in session.scalars(select(Decision).where(Decision.lead_id == lead.id).order_by(Decision.id)):
        yield Credited(
            at=row.at,
            order=(Rank.EVIDENCE, row.seq or 0),
            rule=row.rule,
            saw=row.saw,
            owner=names(row.owner_id),
            assignee=names(row.assignee_id),
        )
