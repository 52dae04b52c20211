"""The kinds of mails: what a room declares of each mail that it writes, and the one table of them all.

Events for another program go through the outbox, too. They are no mails and have no kind here (``outbox.WEBHOOK``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from capture.base.feature import Feature
from capture.mailing.outbox import WEBHOOK
from capture.mailing.suppression import Reason


class MailAudience(StrEnum):
    """The recipients of a kind of mail."""

    SIGNED_UP = "signed-up"
    """The address that was typed into a sign-up form; its owner has not confirmed it yet."""
    PROSPECT = "prospect"
    """A person who confirmed."""
    SUBJECT = "subject"
    """A person who asks for what is held about them."""
    ASSIGNEE = "assignee"
    """The member who follows up on a lead, or the company."""
    SIGNING_IN = "signing-in"
    """A member, or one of the staff, who asks for a link into the office."""


ANY_REASON = frozenset(Reason)
"""A person who left in any way gets no further mail."""

NO_QUESTION = ANY_REASON - {Reason.UNSUBSCRIBED, Reason.WITHDRAWN, Reason.ERASED}
"""A person who unsubscribed, withdrew their consent or was erased may sign up again, so the mail that asks them to
confirm must reach them. A person who said "this wasn't me" is never asked again."""

DEAD_ADDRESS = frozenset({Reason.BOUNCED})
"""Only addresses that no mail can reach. Nothing else stops two sorts of mails: answers that a person has a right to,
though they want no other mails; and mails to members and staff, since what they said as prospects does not apply to
these."""

STOPPED_BY: Mapping[MailAudience, frozenset[Reason]] = {
    MailAudience.SIGNED_UP: NO_QUESTION,
    MailAudience.PROSPECT: ANY_REASON,
    MailAudience.SUBJECT: DEAD_ADDRESS,
    MailAudience.ASSIGNEE: DEAD_ADDRESS,
    MailAudience.SIGNING_IN: DEAD_ADDRESS,
}
"""The reasons on the suppression list that stop the mails to each audience."""


@dataclass(frozen=True, slots=True)
class MailKind:
    """One kind of mail. ``name``: as the outbox stores it, at most 32 characters; ``room``: the folder in ``capture``
    whose ``mails/<name>.<locale>.jinja`` are its templates.

    ``on_list``: recipients can unsubscribe from it, and its headers say how (RFC 8058).
    """

    name: str
    room: str
    audience: MailAudience
    on_list: bool = False

    @property
    def stopped_by(self) -> frozenset[Reason]:
        """The reasons on the suppression list for which it must not be sent."""
        return STOPPED_BY[self.audience]


class UnknownKind(LookupError):
    """No room declares mails of this kind."""


def table(features: Sequence[Feature]) -> Mapping[str, MailKind]:
    """Returns the kinds of all these rooms by name.

    Raises ValueError for a name that is taken already, and for a kind whose templates lie in another room.
    """
    kinds: dict[str, MailKind] = {}
    for feature in features:
        for kind in feature.mails:
            if not isinstance(kind, MailKind) or kind.room != feature.name:
                raise ValueError(f"{feature.name}: not a kind of mail of this room: {kind!r}")
            if kind.name in kinds or kind.name == WEBHOOK:
                raise ValueError(f'{feature.name}: the name of a mail is taken: "{kind.name}"')
            kinds[kind.name] = kind
    return kinds
