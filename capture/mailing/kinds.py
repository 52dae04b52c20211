"""The kinds of mails: what a feature declares about each mail that it writes, and the one table of all kinds.

Events for another program are in the outbox, too. They are no mails and have no kind here (``outbox.WEBHOOK``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from capture.base.feature import Feature
from capture.mailing.outbox import WEBHOOK
from capture.mailing.suppression import Reason


class MailAudience(StrEnum):
    """Who receives a kind of mail."""

    SIGNED_UP = "signed-up"
    """The address that was typed into a sign-up form; its owner has not confirmed it yet."""
    PROSPECT = "prospect"
    """A person who signed up and confirmed it from their mailbox."""
    SUBJECT = "subject"
    """A person who asks which data are stored about them."""
    ASSIGNEE = "assignee"
    """The member who follows up on a lead, or the company."""
    SIGNING_IN = "signing-in"
    """A member, or one of the staff, who asks for a link into the office."""


ANY_REASON = frozenset(Reason)
"""All reasons for which an address may be on the suppression list: a person who left in any way gets no more mail."""

NO_QUESTION = ANY_REASON - {Reason.UNSUBSCRIBED, Reason.WITHDRAWN, Reason.ERASED, Reason.REQUESTED}
"""The reasons for which a person is not even asked to confirm a sign-up. A person who unsubscribed, withdrew their
consent, was erased or asked the company for it may sign up again, so the mail that asks them to confirm must reach
them. A person who said "this wasn't me" is never asked again."""

DEAD_ADDRESS = frozenset({Reason.BOUNCED})
"""Only an address whose mailbox does not exist stops two sorts of mails: answers that a person has a right to, even if
they want no other mails; and mails to members, since what they said as prospects does not apply to these."""

NOTHING: frozenset[Reason] = frozenset()
"""No reason stops a link into the office, which a member or one of the staff just asked for: without it they would be
locked out. Staff see whose address bounces."""

STOPPED_BY: Mapping[MailAudience, frozenset[Reason]] = {
    MailAudience.SIGNED_UP: NO_QUESTION,
    MailAudience.PROSPECT: ANY_REASON,
    MailAudience.SUBJECT: DEAD_ADDRESS,
    MailAudience.ASSIGNEE: DEAD_ADDRESS,
    MailAudience.SIGNING_IN: NOTHING,
}
"""The reasons on the suppression list that stop the mails to each audience."""


@dataclass(frozen=True, slots=True)
class MailKind:
    """One kind of mail, such as the one that asks a person to confirm a sign-up. ``name``: as the outbox stores it, at
    most 32 characters; ``room``: the folder in ``capture`` whose ``mails/<name>.<locale>.jinja`` are the templates.

    ``on_list``: recipients can unsubscribe from mails of this kind, and the mails' headers say how (RFC 8058).
    """

    name: str
    room: str
    audience: MailAudience
    on_list: bool = False

    @property
    def stopped_by(self) -> frozenset[Reason]:
        """The reasons for which an address on the suppression list gets no mail of this kind."""
        return STOPPED_BY[self.audience]

    @property
    def just_asked_for(self) -> bool:
        """True if the recipient themselves asked for the mail a moment ago, by a form."""
        return self.audience in (MailAudience.SIGNED_UP, MailAudience.SUBJECT, MailAudience.SIGNING_IN)


class UnknownKind(LookupError):
    """Raised if a mail in the outbox is of a kind that no feature of the service declares."""


def table(features: Sequence[Feature]) -> Mapping[str, MailKind]:
    """Returns the kinds of mails of all these features, by their names.

    Raises ValueError if two kinds have the same name, or if a kind's templates are in another feature's folder.
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
