"""Whether the mail server still takes mail from this sender.

A wrong password at the relay, a blocked address or a used-up quota makes the server refuse every mail, whoever it is
for. One refusal does not show that, since a receiving domain may refuse us alone; refusals in a row to several domains
do. Then the worker stops, instead of trying the whole outbox in vain.
"""

from __future__ import annotations

from capture.mailing.refusals import About, Judgement

DOMAINS = 3
"""So many different domains in a row, without a mail taken in between, and the worker stops."""


class SenderRefusals:
    """The refusals since a mail was last taken that may be about the sender. Belongs to one worker."""

    def __init__(self) -> None:
        self._domains: set[str] = set()
        self._mails: list[int] = []

    def add(self, mail_id: int, domain: str, judgement: Judgement) -> None:
        """Counts a refusal that may be about the sender; leaves out one about the recipient, the mail or now."""
        about_the_sender = judgement.about is About.US and judgement.passing
        if about_the_sender or judgement.about is About.UNKNOWN:
            self._domains.add(domain)
            self._mails.append(mail_id)

    @property
    def of_all(self) -> bool:
        """True when the server refuses all mail from this sender, as far as can be told."""
        return len(self._domains) >= DOMAINS

    @property
    def mails(self) -> list[int]:
        """The mails that were refused."""
        return list(dict.fromkeys(self._mails))

    def clear(self) -> None:
        """Begins anew: the server took a mail."""
        self._domains.clear()
        self._mails.clear()
