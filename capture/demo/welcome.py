"""Prints the demo's addresses when the demo has started, and what to try there."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from sqlalchemy import select
from sqlalchemy.orm import Session

from capture.base.db import Database
from capture.company import hosts
from capture.demo import parts, sign_in
from capture.demo.terminal import say
from capture.models import Member
from capture.settings import Settings


def tell(settings: Settings, console: Console, sites: str, service: str) -> None:
    """Prints the addresses of the demo's sites, office and mailbox. ``sites``, ``service``: the addresses of the sites'
    server and of the capture service, without a final slash."""
    database = Database(settings.database_url, checkpoints=False)
    with database.read() as session:
        lines = [
            ("The company", f"{sites}/"),
            *((f"{each.name} ({each.locale})", each.home) for each in _two_members(session)),
            *_offices(session, service),
            ("The office", f"{service}/office/"),
            ("The mailbox", f"{service}/dev/mailbox"),
        ]
    database.engine.dispose()
    width = max(len(name) for name, _ in lines)
    say(console, "")
    for name, address in lines:
        say(console, f"  {name:<{width}}  {address}")
    say(console, "")
    say(console, "A sign-up counts once it is confirmed: its mail is in the mailbox.")
    say(console, "One click signs you in to the office. Outside the demo, members and staff are mailed a link.")
    say(console, "Ctrl-C ends the sites and the service.")


def _offices(session: Session, service: str) -> Iterator[tuple[str, str]]:
    """Yields the names and addresses of the pages that sign in to the demo's office by one click: as a member, as her
    sponsor, and as staff."""
    found = parts.cast(session, hosts.get_company(session))
    if found.member is not None:
        yield f"The office as {found.member.name}", f"{service}{sign_in.MEMBER.format(slug=found.member.slug)}"
    if found.sponsor is not None:
        yield f"… as the sponsor, {found.sponsor.name}", f"{service}{sign_in.MEMBER.format(slug=found.sponsor.slug)}"
    yield "… as staff", f"{service}{sign_in.STAFF}"


def _two_members(session: Session) -> list[Member]:
    """Returns the first active member by id, and a second one, with another language if there is such a member."""
    active = select(Member).where(Member.active).order_by(Member.id)
    first = session.scalars(active.limit(1)).first()
    if first is None:
        return []
    others = active.where(Member.id != first.id).order_by(None)
    by_language = others.order_by(Member.locale == first.locale, Member.id)
    return [first, *session.scalars(by_language.limit(1))]
