"""Decides of which kind a message in the mailbox for bounces is: a failure, a delay, a holiday note, a complaint."""

from __future__ import annotations

import re
from email.message import Message
from email.utils import parseaddr
from enum import StrEnum

from capture.bounces.parts import Parts, header


class Kind(StrEnum):
    """The kind of a message in the mailbox to which bounces are sent."""

    BOUNCE = "bounce"
    """A report that a mail of ours did not arrive, and will not."""
    DELAY = "delay"
    """A report that a mail of ours did not arrive yet; the server goes on trying."""
    AUTO_REPLY = "auto-reply"
    """An automatic reply of the recipient's, such as a holiday note (RFC 3834). Nothing is wrong with the address."""
    COMPLAINT = "complaint"
    """The person reports our mail as spam (RFC 5965), or asks for no more mails; either counts as a wish to leave."""
    UNREADABLE = "unreadable"
    """A report that could not be read; ``Finding.reason`` says why."""
    OTHER = "other"
    """Any other message: a letter, a report of success, a report for postmasters."""


COMPLAINTS = frozenset({"abuse", "fraud", "opt-out", "opt-out-list", "complaint"})
"""Types of feedback reports (RFC 5965, RFC 6449) by which a person complains about our mail. The types "not-spam" and
"auth-failure" are no complaints, and neither are DMARC reports."""

_DAEMON = re.compile(
    r"(?i)mailer[-_ .]?daemon|\bmail[-_ ]?daemon|\bmdaemon|\bpost_?master\b"
    r"|mail(?:er)?[-_ ]delivery|delivery[-_ ]?(?:sub)?system"
    r"|\bmail(?:er)? (?:system|server|router)|\bbounces?[-+@]|\bmmdf\b"
    r"|microsoftexchange|system administrator|\bmxlogic|\bmailscanner"
)
_FAILURE_SUBJECT = re.compile(
    r"(?i)undeliver|returned mail|returned to sender|delivery (?:status"
    r"|failure|has failed|notification|problem|error|report)"
    r"|failure notice|failed (?:mail|delivery|message)|fail(?:ed|ure)[^:]*deliver|deliver[^:]*fail|mail delivery"
    r"|(?:not|n't) (?:be )?(?:deliver|sent)|non[- ]?deliver|mail (?:system )?error"
    r"|mail failure|mail could not|bounce|unable to deliver"
    r"|unzustellbar|non remis|no se puede entregar|mensaje no entregado"
    r"|message rejected|rejected (?:mail|message)|mail denied"
    r"|could not send message|permanent(?:ly)? (?:error|fail)|warning: could not send"
    r"|unknown (?:user|address|recipient)|delayed mail"
)
_ANSWER_SUBJECT = re.compile(
    r"(?i)^\W*(?:auto(?:matic|mated|mat\w*)?[-: ]*(?:re(?:ply|sponse"
    r"|sponder)|antwort|matische antwort|réponse)?\s*:|out of (?:the )?office"
    r"|away from|vacation"
    r"|on (?:holiday|vacation|leave)|abwesen\w*|automatic reply|auto-?reply"
    r"|automatische antwort|réponse automatique|respuesta autom|risposta automat"
    r"|resposta autom|autoreply|i am (?:out|away)|holiday note|absence)"
)
_LEAVE_SUBJECT = re.compile(
    r"(?i)^\s*(?:re:\s*)*(?:please )?(?:unsubscribe|remove me|opt[- ]?out|stop)\b[\s.!]*(?:me)?\s*$"
)
_DELAY = re.compile(
    r"(?i)will (?:keep|continue|be retr|retry|try again|attempt)|still (?:being"
    r"|trying|be retried)|being retried|warning only|retried until"
    r"|(?:do not|don't|not) need to re-?send|not yet been delivered"
    r"|has(?: not|n't) (?:yet )?been (?:possible|delivered) (?:yet|so far)"
    r"|has been delayed|is delayed|delivery (?:is |was |has been )?delayed"
    r"|deliver\w* attempts will|no action is required|temporar\w+ failure report"
    r"|will be (?:retried|attempted)|being attempted|continue(?:s)? (?:to try"
    r"|trying)|could not be delivered yet|pending for"
)
_DELAY_SUBJECT = re.compile(r"(?i)\bdelay(?:ed)?\b|still being retried|\bdeferred\b|^warning:|verzöger|retard")
_GIVEN_UP = re.compile(
    r"(?im)^[ \t>]*<<< 5\d\d[ -]|giv(?:en|ing) up|gave up|no longer (?:be )?retr|permanent (?:error"
    r"|fail|fatal)|permanently|will not (?:be )?(?:try|retr)"
    r"|has failed|delivery failed|failed permanently|(?:too|so) (?:long|old)|returned after|could not be delivered and"
)
_AUTOMATIC = re.compile(r"(?i)auto[-_]?repl(?:y|ied)|auto[-_]?generated|auto[-_]?notified")
_ANSWER_HEADERS = (
    "X-Autoreply",
    "X-Autorespond",
    "X-Autoresponder",
    "X-Auto-Reply",
    "X-AutoReply-From",
    "X-Mail-Autoreply",
    "X-Vacation",
)


def is_complaint(parts: Parts) -> bool | None:
    """Returns True for a complaint about our mail, False for a feedback report (RFC 5965) of another type, and None for
    a message that is no feedback report."""
    kind = header(parts.feedback, "Feedback-Type") if parts.feedback is not None else ""
    if not kind:
        found = re.search(r"(?im)^Feedback-Type:[ \t]*([\w-]+)", _before_returned(parts))
        kind = found[1] if found else ""
    if not kind and _is_of_microsoft(parts):
        return True
    return kind.lower() in COMPLAINTS if kind else None


def _is_of_microsoft(parts: Parts) -> bool:
    """Returns True for a complaint from Microsoft's Junk Mail Reporting Program. It gives no type: it forwards the mail
    complained of, as an attachment from its own address or with a header that names the person."""
    if parts.head.get("X-HmXmrOriginalRecipient"):
        return True
    return bool(parts.returned) and parseaddr(header(parts.head, "From"))[1].lower() == "staff@hotmail.com"


def asks_to_leave(parts: Parts) -> bool:
    """Returns True for a letter whose subject asks for no more mails. Mail programs send such letters to the address in
    List-Unsubscribe."""
    return _LEAVE_SUBJECT.search(header(parts.head, "Subject")) is not None and not is_report(parts)


def is_report(parts: Parts) -> bool:
    """Returns True for a message in which a mail system, and no person, reports what became of a mail."""
    head = parts.head
    if parts.statuses or head.get("X-Failed-Recipients") or head.get("X-MS-Exchange-Message-Is-Ndr") is not None:
        return True
    report_type = head.get_param("report-type")
    if isinstance(report_type, str) and report_type.lower() == "delivery-status":
        return True
    subject, sender = header(head, "Subject"), header(head, "From")
    answers = "auto-replied" in header(head, "Auto-Submitted").lower()  # a holiday note has no return path either
    daemon = _DAEMON.search(sender) or (header(head, "Return-Path") == "<>" and not answers)
    failure = _FAILURE_SUBJECT.search(subject) or _DELAY_SUBJECT.search(subject)
    if _ANSWER_SUBJECT.search(subject) or re.match(r"(?i)\s*(?:re|aw|sv|antw|fwd?|wg)\s*:", subject):
        return bool(daemon and re.search(r"(?im)^(?:Final-Recipient:|Diagnostic-Code:|[ \t]*5\d\d[ -])", parts.source))
    return bool(daemon or failure)


def is_answer(parts: Parts) -> bool:
    """Returns True for an automatic reply such as a holiday note (RFC 3834). Call this only for a message that is no
    report of a mail system."""
    head = parts.head
    if any(head.get(name) for name in _ANSWER_HEADERS) or _ANSWER_SUBJECT.search(header(head, "Subject")):
        return True
    if _AUTOMATIC.search(header(head, "Auto-Submitted")) or _AUTOMATIC.search(header(head, "Precedence")):
        return True
    return header(head, "X-Auto-Response-Suppress") != "" and bool(head.get("In-Reply-To"))


def is_delay(parts: Parts) -> bool:
    """Returns True if a report says, in its text for people, that the server goes on trying to deliver the mail."""
    told = parts.told or parts.source
    told = told[: _start_of_returned(told)]
    if _GIVEN_UP.search(told):
        return False
    return bool(_DELAY.search(told) or _DELAY_SUBJECT.search(header(parts.head, "Subject")))


_RETURNED = re.compile(
    r"(?im)^[ \t>*=]{0,20}(?:-{2,60}.{0,60}(?:copy of|original|returned|below|unsent|headers? follow"
    r"|message (?:header|text|body|follow)).*"
    r"|.{0,30}original message (?:follows|headers?|was|is).*|.{0,40}copy of the (?:original )?(?:message|mail).*"
    r"|message (?:headers?|text) (?:follows?|from).*|.{0,30}header of the original message.*"
    r"|unsent message (?:follows|below).*|original (?:mail|message|headers?)\b.*)$"
    r"|^(?:Return-Path|Received|DKIM-Signature|Message-ID|X-Received):[ \t]",
)

LONGEST = 20_000
"""How many characters of a report's text for people are searched: the reason is near the beginning."""


def _start_of_returned(told: str) -> int:
    """Returns the position in a report's text at which the copy of the returned mail begins; at most ``LONGEST``."""
    found = _RETURNED.search(told, 20, LONGEST)
    return found.start() if found else min(len(told), LONGEST)


def notice(told: str) -> str:
    """Returns a report's text without the copy of the mail that came back, as far as its beginning can be found."""
    return told[: _start_of_returned(told)]


def _before_returned(parts: Parts) -> str:
    body = parts.source.partition("\n\n")[2]
    return body[:20_000]


def describes_success(fields: Message) -> bool:
    """Returns True if a delivery report's fields about one recipient (RFC 3464) say that the mail was delivered or
    passed on."""
    return header(fields, "Action").lower() in ("delivered", "relayed", "expanded")
