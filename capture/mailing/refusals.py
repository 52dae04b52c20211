"""What a refusal of a mail is about: the recipient, now, or us.

One function judges for the SMTP sender, for reports from a mailbox and for events of mail services. It weighs three
things together: the reply code (RFC 5321), the enhanced code (RFC 3463) and the words. The words come first, since
servers make codes up: sendmail reports 5.1.1 for every plain 550, Exim, Courier and OpenSMTPD report 5.0.0 for all.
Which words mean what stands in refusals.toml, each row with its source.

What stays unclear is UNKNOWN, and never makes an address dead.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files


class About(StrEnum):
    """What a refusal is about."""

    RECIPIENT = "recipient"
    """No mailbox stands behind the address."""
    NOW = "now"
    """Another time it may pass: a full mailbox, greylisting, a rate, a server that is down."""
    US = "us"
    """The sender: login, relaying, address or domain, blocklist, quota, policy, what the mail holds."""
    UNKNOWN = "unknown"
    """The server does not say, or says several things."""


class Strength(StrEnum):
    """How far a judgement that the recipient is dead carries by itself."""

    STRONG = "strong"
    """Code and words agree, or the code allows no other reading."""
    WEAK = "weak"
    """Words without a code of their own, or a code without words."""


class Stage(StrEnum):
    """Where the refusal was said."""

    LOGIN = "login"
    """Up to the login."""
    SENDER = "sender"
    """After MAIL FROM."""
    RECIPIENT = "recipient"
    """After RCPT TO."""
    CONTENT = "content"
    """After DATA or after the whole mail."""
    REPORT = "report"
    """In a report of a mail that came back, or in a mail service's event."""


_OF_THE_MAIL = frozenset({"the size of the mail", "what the mail holds"})
"""What no waiting mends: another mail of the same sender may well be taken."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """``what``: the matter in a few words, for people. ``strength`` carries meaning where ``about`` is RECIPIENT."""

    about: About
    strength: Strength
    what: str

    @property
    def dead(self) -> bool:
        """True when no mail may go to the address until it shows signs of life."""
        return self.about is About.RECIPIENT

    @property
    def passing(self) -> bool:
        """True when the same mail may be taken later, once time has passed or the sender's set-up is mended."""
        return self.about is About.NOW or (self.about is About.US and self.what not in _OF_THE_MAIL)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of refusals.toml."""

    about: About
    what: str
    words: re.Pattern[str]
    source: str
    enhanced: frozenset[str] = frozenset()
    stage: Stage | None = None
    plain: bool = False
    late: bool = False

    def fits(self, words: str, enhanced: str | None, stage: Stage) -> bool:
        """True when the row tells what these words are about."""
        if self.enhanced and enhanced not in self.enhanced:
            return False
        if self.stage not in (None, stage) or (self.plain and enhanced):
            return False
        return self.words.search(words) is not None


NO_SUCH_MAILBOX = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"})
"""Enhanced codes that tell of the recipient: no mailbox, no domain, bad syntax, moved, null MX (or unknown to 365)."""

ABOUT_US = frozenset({"5.1.7", "5.1.8", "4.1.7", "4.1.8"})
"""The sender's address or domain: never the recipient, whatever the words."""

FULL = frozenset({"5.2.2", "4.2.2"})

LOGIN_CODES = frozenset({530, 534, 535, 538})
"""RFC 4954."""

LONGEST = 2_000
"""Characters of a server's words that are looked at."""

_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
_REPLY = re.compile(r"(?<![\d.\-#/:])([245]\d\d)(?=[\s\-:,#]|$)")
_CODES = re.compile(
    r"(?<![\w.])#?[245]\d\d[ \-#]{0,3}(?:[245]\.\d{1,3}\.\d{1,3}(?![\w.]))?"
    r"|(?<![\w.])#?[245]\.\d{1,3}\.\d{1,3}(?![\w.])"
)
_WEB = re.compile(r"\bhttps?://\S+|\bwww\.\S+")
_ADDRESS = re.compile(r"(?<![^\s<>\"'(),;:])[^\s<>\"'(),;:@]{1,64}@[^\s<>\"'(),;:]{1,255}|<[^\s<>]{0,255}>")
_HOST = re.compile(
    r"\[?(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])\]?|(?<![\w#.])[a-z0-9_][a-z0-9_-]{0,62}(?:\.[a-z0-9_-]{1,63}){0,8}\.[a-z]{2,}\b(?:\[[^\]]*\])?"
)
_GATEWAY = re.compile(r"unknown address error|other mail system problem|bad destination host")
"""Cisco's gateways head every refusal with the meaning of its enhanced code, and quote the answer after it."""
_BLOCKLIST_HOST = re.compile(r"\b(spamhaus|spamcop|barracudacentral|sorbs|uceprotect|spamrats|abuseat|surbl|uribl)\b")


def judge(code: int | None, enhanced: str | None, words: str, stage: Stage = Stage.REPORT) -> Judgement:
    """What a refusal is about.

    ``code``: the reply code, e.g. 550. ``enhanced``: e.g. "5.1.1". ``words``: what the server said, with or without
    the codes in it. Codes that are not given are taken from the words. An enhanced code that is given beside words
    with a plain reply code is taken to be made up by the server that wrote the report, so that the words decide alone.
    """
    words = words[:LONGEST]
    replied, said = _found(words)
    own = said[0] if said else None if replied else enhanced
    code = code if code is not None else int(replied[1]) if replied else None
    code_tells = own or (None if replied and not said else enhanced)
    plain = _prose(words)
    if _passing(code, own or enhanced):
        return _for_now(plain, own or enhanced, stage)
    return (
        _by_certain_code(code, own or enhanced, stage)
        or _by_words(plain, own, stage)
        or _by_code(code, code_tells, stage, worded=bool(plain))
    )


@cache
def rows() -> tuple[Row, ...]:
    """The table of words, in the order in which it is asked."""
    table = tomllib.loads((files(__package__) / "refusals.toml").read_text(encoding="utf-8"))
    return tuple(
        Row(
            About(row["about"]),
            row["what"],
            re.compile("|".join(f"(?:{each})" for each in row["words"])),
            row["source"],
            frozenset(row.get("enhanced", ())),
            Stage(row["stage"]) if "stage" in row else None,
            row.get("plain", False),
            row.get("late", False),
        )
        for row in table["row"]
    )


def codes(words: str) -> tuple[int | None, str | None]:
    """The reply code and the enhanced code that stand in a server's words."""
    replied, said = _found(words)
    return int(replied[1]) if replied else None, said[0] if said else None


def _found(words: str) -> tuple[re.Match[str] | None, re.Match[str] | None]:
    without_addresses = _ADDRESS.sub(" ", words[:LONGEST])
    return _REPLY.search(without_addresses), _ENHANCED.search(without_addresses)


def _prose(words: str) -> str:
    """The words alone: an address or a host name may hold any word, so they go, and so do the codes."""
    text = " ".join(words.replace("’", "'").lower().split())
    lists = " ".join(_BLOCKLIST_HOST.findall(text))
    for pattern in (_WEB, _ADDRESS, _HOST, _CODES, _GATEWAY):
        text = pattern.sub(" ", text)
    return " ".join(f"{text} {lists}".split()).strip(" -:;.,#()<>")


def _passing(code: int | None, enhanced: str | None) -> bool:
    if enhanced is not None and enhanced.startswith("4."):
        return True
    return code is not None and 400 <= code < 500


def _for_now(words: str, enhanced: str | None, stage: Stage) -> Judgement:
    """A passing refusal is about now, or about us; it never makes an address dead."""
    if enhanced in ABOUT_US or stage is Stage.LOGIN:
        return Judgement(About.US, Strength.WEAK, "the sender's address or domain" if enhanced else "the login")
    row = _row(words, enhanced, stage)
    if row is not None and row.about in (About.US, About.NOW):
        return Judgement(row.about, Strength.WEAK, row.what)
    return Judgement(About.NOW, Strength.WEAK, "for the present")


def _by_certain_code(code: int | None, enhanced: str | None, stage: Stage) -> Judgement | None:
    if stage in (Stage.LOGIN, Stage.SENDER) or code in LOGIN_CODES:
        return Judgement(About.US, Strength.WEAK, "our address or login")
    if enhanced in ABOUT_US:
        return Judgement(About.US, Strength.STRONG, "the sender's address or domain")
    if enhanced in FULL:
        return Judgement(About.NOW, Strength.STRONG, "a full mailbox")
    return None


def _by_words(words: str, enhanced: str | None, stage: Stage) -> Judgement | None:
    row = _row(words, enhanced, stage)
    if row is None:
        return None
    if row.about is About.RECIPIENT and stage is Stage.CONTENT and not row.late:
        # The recipient had been taken: filters answer so as well, to be left alone.
        return Judgement(About.UNKNOWN, Strength.WEAK, f"{row.what}, said after the whole mail")
    strong = row.about is not About.RECIPIENT or (enhanced in NO_SUCH_MAILBOX and row.what != "switched off")
    return Judgement(row.about, Strength.STRONG if strong else Strength.WEAK, row.what)


def _row(words: str, enhanced: str | None, stage: Stage) -> Row | None:
    return next((row for row in rows() if row.fits(words, enhanced, stage)), None) if words else None


def _by_code(code: int | None, enhanced: str | None, stage: Stage, *, worded: bool) -> Judgement:
    """What the codes tell where the words tell nothing."""
    if enhanced in NO_SUCH_MAILBOX and stage is not Stage.CONTENT:
        strong = worded or enhanced == "5.1.10"
        return Judgement(About.RECIPIENT, Strength.STRONG if strong else Strength.WEAK, "unknown")
    if enhanced == "5.4.4" and worded and stage is not Stage.CONTENT:
        return Judgement(About.RECIPIENT, Strength.WEAK, "the domain is unknown")
    if code == 556:
        return Judgement(About.RECIPIENT, Strength.WEAK, "the domain takes no mail")
    subject = enhanced.split(".")[1] if enhanced else ""
    if subject in ("6", "7") or enhanced in ("5.2.3", "5.3.4"):
        what = "a policy" if subject == "7" else "what the mail holds"
        return Judgement(About.US, Strength.WEAK, what)
    if code == 552 or enhanced == "5.4.7":
        return Judgement(About.NOW, Strength.WEAK, "a full mailbox" if code == 552 else "for the present")
    return Judgement(About.UNKNOWN, Strength.WEAK, "unclear")
