"""``capture sessions``: ends the office sessions of a member or of one of the staff."""

from __future__ import annotations

import click

from capture.accounts import ending
from capture.commands import installation


@click.group()
def sessions() -> None:
    """Manage who is signed in to the office.

    \b
    Examples:
      capture sessions end ana
      capture sessions end --staff desk@example.com
    """


@sessions.command("end")
@click.argument("member", required=False)
@click.option("--staff", "email", metavar="EMAIL", help="End those of a staff member instead.")
def end(member: str | None, email: str | None) -> None:
    """End all sessions of MEMBER (a slug), and the sign-in links mailed and not used yet.

    They can sign in again with a new link. Removing staff, and deactivating a member in the roster or changing their
    e-mail address there, ends sessions and links by itself.
    """
    if (member is None) is (email is None):
        raise click.UsageError("name a MEMBER, or a staff member by --staff EMAIL")
    with installation.existing_database().write() as session:
        person = ending.find_member(session, member) if member is not None else ending.find_staff(session, str(email))
        ended = ending.end_by_hand(session, person, installation.now(), None)
    click.echo(f"ended {ended} session{'' if ended == 1 else 's'} of {member or email}")
