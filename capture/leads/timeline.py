"""The story of a lead as its page tells it: what the person did, what was decided, mailed, and done about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from capture.accounts.signing_in import Person
from capture.base.words import Words
from capture.company import hosts
from capture.company.generator import CAMPAIGN_PAGES
from capture.consent import my_data
from capture.leads import pipeline
from capture.mailing.rendering import name_of
from capture.models import Lead, Member, Step


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. ``detail``: words of a person or of the company, shown apart; None: there are none."""

    at: datetime
    title: str
    detail: str | None = None
    is_step: bool = False


def of_lead(session: Session, lead: Lead, person: Person, words: Words) -> list[Event]:
    """All of it, the newest first; what happened at one moment stands in its order, turned round."""
    company = hosts.company(session)
    held = my_data.of_lead(session, lead, company.name)
    events = [
        *_from_person(held, words),
        *_from_us(held, words, company.name),
        *(_step(session, each, person, words) for each in reversed(pipeline.steps(session, lead))),
    ]
    return sorted(events, key=lambda event: event.at)[::-1]


def day(words: Words, on: date) -> str:
    """A day as people write it."""
    return words("office_day", day=on.day, month=words(f"office_month_{on.month}"), year=on.year)


def _from_person(held: dict[str, object], words: Words) -> Iterator[Event]:
    for touch in _rows(held, "touches"):
        page = str(touch["page"])
        title = words("office_event_touch", page=page, member=held["page_of"])
        if page.startswith(CAMPAIGN_PAGES):
            title = words("office_event_campaign", code=page.removeprefix(CAMPAIGN_PAGES), member=held["page_of"])
        yield Event(_moment(touch["at"]), title, str(touch["consent"]) if touch["consent"] else None)
        if touch["introduced_by"]:
            yield Event(_moment(touch["at"]), words("office_event_answer"), str(touch["introduced_by"]))
        campaign = ", ".join(str(value) for value in dict(touch["campaign"] or {}).values())  # type: ignore[call-overload]
        if campaign:
            yield Event(_moment(touch["at"]), words("office_event_came_by"), campaign)
    for act in _rows(held, "what_you_did"):
        yield Event(_moment(act["at"]), words(f"office_act_{act['what']}"))


def _from_us(held: dict[str, object], words: Words, company: str) -> Iterator[Event]:
    for decision in _rows(held, "decisions"):
        rule = str(decision["rule"]).replace("-", "_")
        whose = "followed_up_by" if rule == "hand_over" else "credited_to"
        title = words(f"office_rule_{rule}", member=decision[whose] or company)
        yield Event(_moment(decision["at"]), title)
    for mail in _rows(held, "mails"):
        if mail["kind"] != "webhook":
            kind = name_of(str(mail["kind"]), words.locale)
            yield Event(_moment(mail["at"]), words(f"office_mail_{mail['state']}", mail=kind))


def _step(session: Session, step: Step, person: Person, words: Words) -> Event:
    who = _by(session, step, person, words)
    if step.kind == "note":
        return Event(step.at, words("office_step_note", who=who), step.note or words("office_note_gone"), True)
    if step.kind == "stage":
        stage = words(f"office_stage_{step.after.get('stage', 'lost')}")
        because = step.after.get("lost_because")
        reason = words("office_lost_" + because.replace("-", "_")) if because else None
        return Event(step.at, words("office_step_stage", who=who, stage=stage), reason, True)
    due = step.after.get("due_on")
    if due is None:
        return Event(step.at, words("office_step_no_date", who=who), None, True)
    return Event(step.at, words("office_step_date", who=who, day=day(words, date.fromisoformat(due))), None, True)


def _by(session: Session, step: Step, person: Person, words: Words) -> str:
    if step.staff_id is not None:
        return words("office_by_staff")
    if person.member is not None and step.member_id == person.member.id:
        return words("office_by_you")
    member = session.get(Member, step.member_id) if step.member_id else None
    return member.name if member else words("office_by_staff")


def _rows(held: dict[str, object], name: str) -> list[dict[str, object]]:
    found = held[name]
    assert isinstance(found, list)
    return found


def _moment(text: object) -> datetime:
    return datetime.fromisoformat(str(text))
