"""The mail with the link that signs a person in."""

from __future__ import annotations

from capture.company.hosts import Host
from capture.mailing.kinds import MailAudience, MailKind
from capture.mailing.letters import Letter, Letters

SIGN_IN = MailKind("sign-in", "accounts", MailAudience.SIGNING_IN)

KINDS = (SIGN_IN,)


def sign_in(letters: Letters, host: Host, address: str, signed: str, wanted: list[str]) -> Letter:
    """Returns the mail with the sign-in link, for a member or one of the staff who asked for it.

    ``signed``: the signed sign-in token. ``wanted``: the browser's languages, used for staff; a member gets the mail in
    their own language.
    """
    locales = [host.member.locale] if host.member else wanted
    link = f"{host.company.service}office/enter/{signed}"
    return letters.write(SIGN_IN, host, address, locales, sign_in_link=link)
