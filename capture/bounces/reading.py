"""Reads reports of mails that came back, from any mail system.

Three things are searched for in the whole message:

* **our Message-ID**, 32 hexadecimal digits that cannot be guessed, in the returned mail or its headers, in the report's
  own headers (Exim's References), or anywhere in the text, after base64 and quoted-printable are decoded. It proves
  that the report is about a mail of ours, even if the report's structure is broken;
* **the reason**: the Diagnostic-Code of a delivery report (RFC 3464), else the text for people near the recipient's
  address, else the whole text; `refusals.judge` decides what the reason is about;
* **signs that nothing came back**: a delay, a holiday note (RFC 3834), a report of success.

A report that could not be read gives a finding, too, which says why, so that an operator can look at the report.

flufl.bounce (Mailman's detectors) was tried on the samples of the tests and is not used. It yields addresses, while a
mail of ours has one recipient that our own table knows by the Message-ID. It found 31 of 41 dead addresses; and it
called 45 of 60 full mailboxes, blocklists and missing logins permanent, a mistake that `refusals` avoids.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from capture.bounces import kinds
from capture.bounces.kinds import Kind
from capture.bounces.parts import Parts, header, take_apart
from capture.bounces.services import amazon
from capture.mailing.refusals import About, Judgement, Stage, codes, judge

_ID = re.compile(r"(?<![0-9a-fA-F])([0-9a-f]{32})@([A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?)")
_BOUNDARY = re.compile(r"\bpart-([0-9a-f]{32})\b")
_LOCAL = r"A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-\u0080-\uffff"
_ADDRESS = re.compile(
    rf"(?<![{_LOCAL}])[{_LOCAL}]{{1,64}}@[A-Za-z0-9\u0080-\uffff](?:[A-Za-z0-9.\-\u0080-\uffff]{{0,252}}[A-Za-z0-9\u0080-\uffff])?"
)
_ANSWERED = re.compile(r"(?m)^[ \t>]*<<< (\d.*)$")
_SMTP = re.compile(r"(?<![\d.\-])(?:[45]\d\d[ \-#]+(?:[45]\.\d{1,3}\.\d{1,3})?|#?[45]\.\d{1,3}\.\d{1,3}\b)")

_AFTER_MAIL = re.compile(
    r"(?i)in reply to end of\s+data|after end of\s+data|our final data|after data\b|end of message"
)
_AFTER_DATA = re.compile(r"(?i)>>> (?:DATA|\.)[ \t]*\n[ \t>]*<<< ((?:.*\n?){1,8})")
_BUT_NO_RECIPIENT = re.compile(r"(?i)<<< 503|need rcpt|(?:no )?valid (?:recipients|rcpt)")

LONGEST = 400
"""How many characters of a server's words a finding keeps."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a report or another message says about one mail. ``message_ids``: the Message-IDs in it that may be ours,
    the likeliest first, without brackets.

    ``recipient``: the address in the report, which a stranger may have written. ``code``, ``enhanced`` and ``words``:
    the mail server's answer: SMTP code, enhanced status code (RFC 3463) and text. ``judgement``: what a bounce is
    about; None for other messages. ``reason``: why a report could not be read, or why it is no bounce.
    """

    kind: Kind
    message_ids: tuple[str, ...] = ()
    recipient: str | None = None
    code: int | None = None
    enhanced: str | None = None
    words: str = ""
    judgement: Judgement | None = None
    reason: str = ""

    @property
    def message_id(self) -> str | None:
        """The Message-ID that is the likeliest to be ours; None if there is none."""
        return self.message_ids[0] if self.message_ids else None


def read(content: bytes, *, domain: str | None = None, known: str | None = None) -> list[Finding]:
    """Reads one message, which may be a report of a bounce. Returns at least one finding, and never fails.

    ``domain``: the domain of our Message-IDs. Some mail services replace our Message-ID; its digits are then found in
    the boundary of the returned mail. ``known``: our Message-ID, if the address that received the report contains it.
    """
    parts = take_apart(content)
    ids = tuple(dict.fromkeys(([known] if known else []) + list(_ids(parts, domain))))
    complaint = kinds.is_complaint(parts)
    if complaint is not None:
        return [_complaint(parts, ids, complaint)]
    if kinds.asks_to_leave(parts):
        return [Finding(Kind.COMPLAINT, ids, reason="asks to be taken off")]
    if events := _of_amazon(parts, ids):
        return [_checked(finding) for finding in events]
    if not kinds.is_report(parts):
        return [Finding(Kind.AUTO_REPLY if kinds.is_answer(parts) else Kind.OTHER, ids, reason="no report")]
    found = list(_of_status(parts, ids)) or [_of_words(parts, ids)]
    return [_checked(finding) for finding in found]


def _complaint(parts: Parts, ids: tuple[str, ...], is_one: bool) -> Finding:
    if not is_one:
        return Finding(Kind.OTHER, ids, reason="feedback of another type")
    fields = parts.feedback or parts.head
    recipient = next(
        (
            header(fields, name)
            for name in ("Original-Rcpt-To", "Removal-Recipient", "X-HmXmrOriginalRecipient")
            if fields.get(name)
        ),
        "",
    )
    reason = "" if ids else "names no mail of ours"
    return Finding(Kind.COMPLAINT, ids, _address(recipient), reason=reason)


def _of_amazon(parts: Parts, ids: tuple[str, ...]) -> list[Finding]:
    """Returns the findings of a mail in which Amazon SNS reports events of Amazon SES as JSON; none for other mails.

    Such a mail is not verified: only our Message-ID proves that it is about a mail of ours.
    """
    begin = parts.told.find("{")
    if '"notificationType"' not in parts.told[begin : begin + 40]:
        return []
    try:
        fields, _ = json.JSONDecoder(strict=False).raw_decode(parts.told[begin:])
    except (ValueError, RecursionError):
        return []
    return [
        Finding(Kind(event.told.value), ids, event.recipient, event.code, event.enhanced, event.words, event.judgement)
        for event in amazon.events(fields)
    ]


def _checked(finding: Finding) -> Finding:
    """Returns the finding; a bounce without a Message-ID of ours as an unreadable report, so that it is counted and not
    dropped, although nothing can be done about it."""
    if finding.kind is Kind.BOUNCE and not finding.message_ids:
        return Finding(
            Kind.UNREADABLE, (), finding.recipient, finding.code, finding.enhanced, finding.words, finding.judgement,
            "names no mail of ours",
        )  # fmt: skip
    return finding


# -- our Message-ID ---------------------------------------------------------------------------------------


def _ids(parts: Parts, domain: str | None) -> Iterator[str]:
    for text in parts.returned:
        yield from _in(re.findall(r"(?im)^Message-ID:\s*(.*)$", text))
    for name in ("References", "In-Reply-To", "X-Original-Message-ID", "Original-Message-ID"):
        yield from _in([header(parts.head, name)])
    for fields in (*parts.statuses, *([parts.feedback] if parts.feedback is not None else [])):
        yield from _in([header(fields, "X-Original-Message-ID"), header(fields, "Original-Envelope-Id")])
    yield from _in(re.findall(r"(?im)^[ \t>|]*Message-ID:\s*(\S+)", parts.source))
    yield from _in([parts.source, *(text.words for text in parts.texts)])
    if domain:
        yield from (f"{digits}@{domain}" for digits in _BOUNDARY.findall(parts.source))


def _in(texts: list[str]) -> Iterator[str]:
    for text in texts:
        for digits, host in _ID.findall(text):
            yield f"{digits}@{host.lower()}"


# -- delivery reports (RFC 3464) --------------------------------------------------------------------------


def _of_status(parts: Parts, ids: tuple[str, ...]) -> Iterator[Finding]:
    groups = parts.statuses or tuple(_loose_groups(parts.source))
    for fields in groups:
        if not (fields.get("Final-Recipient") or fields.get("Original-Recipient") or fields.get("Action")):
            continue
        recipient = _address(header(fields, "Original-Recipient")) or _address(header(fields, "Final-Recipient"))
        action, status = header(fields, "Action").lower().split(" ")[0].strip(";,"), _status(fields)
        if kinds.describes_success(fields) or (not action and (status or "").startswith("2.")):
            yield Finding(Kind.OTHER, ids, recipient, enhanced=status, reason="a report of success")
        elif action == "delayed" or (not action and kinds.is_delay(parts)):
            yield Finding(Kind.DELAY, ids, recipient, enhanced=status, words=_diagnosis(fields)[:LONGEST])
        else:
            yield _failure(parts, ids, recipient, status, _diagnosis(fields))


def _failure(parts: Parts, ids: tuple[str, ...], recipient: str | None, status: str | None, words: str) -> Finding:
    code, enhanced = codes(words)
    told = judge(code, status, words, _stage(parts.told))
    if told.about is About.UNKNOWN and not _says_something(words):
        # No word of a server stands in the report's fields: Exim and OpenSMTPD tell people alone.
        of_people = _of_words(parts, ids, status)
        if of_people.judgement is not None and of_people.judgement.about is not About.UNKNOWN:
            told, words = of_people.judgement, of_people.words
            code, enhanced = of_people.code or code, of_people.enhanced or enhanced
    return Finding(Kind.BOUNCE, ids, recipient, code, enhanced or status, words[:LONGEST], told)


def _loose_groups(source: str) -> Iterator[Message]:
    """Yields the groups of a delivery report's fields in a message whose structure is broken, found by lines that only
    delivery reports have."""
    from email import message_from_string

    for block in re.split(r"\n[ \t]{0,80}\n", source):
        if re.search(r"(?im)^Final-Recipient:", block) and re.search(r"(?im)^(?:Action|Status):", block):
            begin = re.search(r"(?im)^(?:Original-Recipient|Final-Recipient|Action|Status):", block)
            yield message_from_string(block[begin.start() if begin else 0 :].strip() + "\n")


def _status(fields: Message) -> str | None:
    found = re.search(r"[245]\.\d{1,3}\.\d{1,3}", header(fields, "Status"))
    return found[0] if found else None


def _diagnosis(fields: Message) -> str:
    """Returns the Diagnostic-Code without its type ("smtp;", "X-Postfix;")."""
    return re.sub(r"^\s*[\w.-]+\s*;\s*", "", header(fields, "Diagnostic-Code"))


def _says_something(words: str) -> bool:
    return len(re.findall(r"[^\W\d_]{3,}", re.sub(r"\S*@\S*", " ", words))) >= 2


def _address(text: str) -> str | None:
    found = _ADDRESS.search(text)
    return found[0] if found else None


def _stage(told: str) -> Stage:
    """Returns CONTENT if the other server accepted the recipient and refused the mail itself; REPORT otherwise.

    A sendmail that sends several commands at once shows the answer to RCPT after ">>> DATA", then the answer to DATA.
    """
    if _AFTER_MAIL.search(told):
        return Stage.CONTENT
    answers = _AFTER_DATA.search(told)
    if answers and not _BUT_NO_RECIPIENT.search(answers[1]):
        return Stage.CONTENT
    return Stage.REPORT


# -- reports for people -----------------------------------------------------------------------------------


def _of_words(parts: Parts, ids: tuple[str, ...], status: str | None = None) -> Finding:
    told = kinds.notice(parts.told or parts.source.partition("\n\n")[2])
    recipient = _address(header(parts.head, "X-Failed-Recipients")) or _failing(told)
    if status is None and kinds.is_delay(parts):
        return Finding(Kind.DELAY, ids, recipient)
    stage = _stage(told)
    for words, surely in _candidates(told, recipient):
        code, enhanced = codes(words)
        judgement = judge(code, enhanced or status, words, stage)
        if judgement.about is not About.UNKNOWN and (surely or judgement.about is not About.US):
            return Finding(Kind.BOUNCE, ids, recipient, code, enhanced, words[:LONGEST], judgement)
    first = " ".join(told.split())[:LONGEST]
    if not first:
        return Finding(Kind.UNREADABLE, ids, recipient, reason="an empty report")
    code, enhanced = codes(first)
    return Finding(Kind.BOUNCE, ids, recipient, code, enhanced, first, judge(None, None, ""))


def _failing(told: str) -> str | None:
    """Returns the first address of a report's text that is alone on its line or followed by a reason; if there is no
    such address, the first one of the text, or None."""
    at_begin = re.search(
        rf"(?m)^[ \t<\"'(*-]{{0,40}}(?:mailto:)?({_ADDRESS.pattern})[>\"')]*[ \t]*(?:$|[:.,;(-])", told
    )
    return at_begin[1] if at_begin else _address(told)


def _candidates(told: str, recipient: str | None) -> Iterator[tuple[str, bool]]:
    """Yields the pieces of a report's text that may give the reason, the surest first, each with True if it is sure:
    what a remote server answered, what follows a status code (both sure), what follows the recipient's address; then
    any paragraph, since such texts explain much."""
    answers = _ANSWERED.findall(told)
    if answers:
        yield " ".join(answers), True
        return  # a sendmail adds "User unknown" of its own to whatever the other server answered
    paragraphs = [" ".join(each.split()) for each in re.split(r"\n[ \t]{0,80}\n", told)]
    for words in paragraphs:
        found = _SMTP.search(_ADDRESS.sub(lambda address: "@" * len(address[0]), words))
        if found:
            yield words[found.start() :], True
    if recipient:
        for number, words in enumerate(paragraphs):
            if recipient in words:
                yield words.partition(recipient)[2] + " " + " ".join(paragraphs[number + 1 : number + 2]), False
    yield from ((words, False) for words in paragraphs)
