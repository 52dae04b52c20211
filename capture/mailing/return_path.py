"""The address that mail servers send their reports to (the envelope's sender), with a code of each mail in it.

Some servers return no word of the mail that they could not deliver. If each mail has a return path of its own (known as
VERP), the address that a report came to tells which mail it is about. The code is the mail's Message-ID, which nobody
can guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from email_validator import EmailNotValidError, validate_email

WHOLE = "*"
"""Stands for a mail's code in the setting."""

_CODE = "[0-9a-f]{32}"
_SAMPLE = "0" * 32


class ReturnPathError(ValueError):
    """The setting is no address, or has more than one ``*``, or has it in the domain."""


@dataclass(frozen=True, slots=True)
class ReturnPath:
    """The return paths of mails. ``pattern``: an address, in which ``*`` stands for a mail's code; without it, all
    mails have the same."""

    pattern: str

    @classmethod
    def read(cls, text: str) -> Self:
        """Reads the setting ``ESPALIER_RETURN_PATH``. Raises ReturnPathError."""
        local, _, domain = text.strip().rpartition("@")
        if local.count(WHOLE) > 1 or WHOLE in domain:
            raise ReturnPathError(text)
        try:
            found = validate_email(text.strip().replace(WHOLE, _SAMPLE), check_deliverability=False).normalized
        except EmailNotValidError as error:
            raise ReturnPathError(text) from error
        return cls(found.replace(_SAMPLE, WHOLE) if WHOLE in local else found)

    def of_mail(self, message_id: str) -> str:
        """Returns the return path of the mail with this Message-ID (without angle brackets)."""
        return self.pattern.replace(WHOLE, message_id.partition("@")[0])

    def code_in(self, text: str) -> str | None:
        """Returns the code of the first return path of ours in a text, such as a report's headers; None if there is
        none."""
        if WHOLE not in self.pattern:
            return None
        before, _, after = self.pattern.partition(WHOLE)
        found = re.search(f"(?i){re.escape(before)}({_CODE}){re.escape(after)}", text)
        return found[1].lower() if found else None
