"""Splits a message into its parts and decodes them, even if the message's structure is broken."""

from __future__ import annotations

import binascii
import html
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string, policy
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message

LENIENT = policy.compat32
"""The parsing policy that leaves headers as they were sent. Python's newer policies parse headers, and fail for some
that a stranger may send."""

RETURNED = frozenset({"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"})
STATUS = frozenset({"message/delivery-status", "message/global-delivery-status"})
FEEDBACK = "message/feedback-report"

_TAG = re.compile(r"(?i)<!--[^<>]*>|</?[a-z][^<>]*>")
_HIDDEN = re.compile(r"(?i)<(?:style|script)\b")
_SHOWN = re.compile(r"(?i)</(?:style|script)[^<>]*>")
_BREAK = re.compile(r"(?i)<(?:br|/p|/div|/tr|/td|/h\d|/li)\b[^<>]*>")
_BASE64 = re.compile(r"(?m)(?:^[A-Za-z0-9+/]{40,100}\n)+[A-Za-z0-9+/]{0,100}={0,2}$")


@dataclass(frozen=True, slots=True)
class Text:
    """One text part of a message. ``kind``: its content type, such as "text/plain"; ``words``: its text, decoded and
    without HTML tags."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Parts:
    """A message, split into its parts. ``head``: the whole message, for its headers. ``returned``: copies of the mail
    that came back, or only of its headers, as text."""

    head: Message
    texts: tuple[Text, ...]
    statuses: tuple[Message, ...]
    """The groups of fields of delivery reports (RFC 3464): one about the whole message, and one for each recipient."""
    feedback: Message | None
    """The fields of a feedback report (RFC 5965); None if the message holds no such report."""
    returned: tuple[str, ...]
    source: str
    """The whole message as text, followed by the decoded form of any quoted-printable and base64 in it. It is searched
    for anything that the message's structure does not give."""

    @property
    def told(self) -> str:
        """The message's text for people: its plain-text parts or, if there are none, its HTML parts without tags."""
        plain = [text.words for text in self.texts if text.kind == "text/plain"]
        return "\n\n".join(plain or [text.words for text in self.texts if text.kind == "text/html"])


def take_apart(content: bytes) -> Parts:
    """Splits a mail into its parts and decodes their text. Never fails: text that no other charset fits is read as
    Latin-1."""
    message = parse(content)
    texts: list[Text] = []
    statuses: list[Message] = []
    returned: list[str] = []
    feedback: Message | None = None
    for part in _outside_of_returned(message):
        kind = part.get_content_type()
        if kind in RETURNED:
            returned.append(_returned(part))
        elif kind in STATUS:
            statuses += _groups(part)
        elif kind == FEEDBACK:
            feedback = feedback or message_from_string(_decoded(part).strip() + "\n", policy=LENIENT)
        elif not part.is_multipart() and part.get_content_maintype() == "text":
            words = _decoded(part)
            texts.append(Text(kind, strip_tags(words) if kind == "text/html" else words))
    return Parts(message, tuple(texts), tuple(statuses), feedback, tuple(returned), _everything(content))


def header(message: Message, name: str) -> str:
    """Returns a header's value, decoded and on one line; an empty text if the message has no such header."""
    value = message.get(name)
    if value is None:
        return ""
    try:
        if "\x1b$" in str(value):  # Japanese without being told so
            value = str(value).encode("ascii", "replace").decode("iso2022_jp", "replace")
        return " ".join(str(make_header(decode_header(str(value)))).split())
    except (LookupError, ValueError, HeaderParseError):
        return " ".join(str(value).split())


def strip_tags(words: str) -> str:
    """Returns HTML as plain text, without tags, styles and scripts."""
    first, *others = _HIDDEN.split(words)
    words = first + "".join(piece for other in others for piece in _SHOWN.split(other, maxsplit=1)[1:])
    return html.unescape(_TAG.sub(" ", _BREAK.sub("\n", words)))


def _outside_of_returned(message: Message) -> Iterator[Message]:
    yield message
    payload = message.get_payload()
    if message.get_content_type() in RETURNED | STATUS or not isinstance(payload, list):
        return
    for part in payload:
        if isinstance(part, Message):
            yield from _outside_of_returned(part)


def _returned(part: Message) -> str:
    payload = part.get_payload()
    if isinstance(payload, list):
        return "\n".join(each.as_string() for each in payload if isinstance(each, Message))
    return _decoded(part)


def _groups(part: Message) -> list[Message]:
    """Returns the groups of fields of a delivery report. Python splits message/delivery-status into groups, but leaves
    its international twin, message/global-delivery-status, as one text or mail."""
    payload = part.get_payload()
    if isinstance(payload, list) and len(payload) > 1:
        return [each for each in payload if isinstance(each, Message)]
    text = _decoded(part) if not isinstance(payload, list) else "\n".join(map(str, payload))
    blocks = re.split(r"\r?\n[ \t]*\r?\n", text.strip())
    return [message_from_string(block.strip() + "\n", policy=LENIENT) for block in blocks]


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        inner = part.get_payload()
        return "\n".join(map(str, inner)) if isinstance(inner, list) else str(inner)
    return decoded(payload, part.get_content_charset())


def decoded(content: bytes, charset: str | None = None) -> str:
    """Returns bytes as text. ``charset``: as the message declares it; if it is missing or does not fit, ISO-2022-JP,
    UTF-8 and at last Latin-1 are tried."""
    for each in (charset, "iso2022_jp" if b"\x1b$" in content else None, "utf-8"):
        try:
            if each:
                return content.decode(each)
        except (LookupError, UnicodeDecodeError):
            continue
    return content.decode("latin-1")


def _everything(content: bytes) -> str:
    content = content.replace(b"\r\n", b"\n")
    plain = decoded(content)
    found = [plain]
    if any(sign in content for sign in (b"=\n", b"=40", b"=3D")):
        found.append(decoded(quopri.decodestring(content)))
    for block in _BASE64.findall(plain):
        try:
            found.append(decoded(binascii.a2b_base64(block)))
        except binascii.Error:
            continue
    return "\n".join(found)


def parse(content: bytes) -> Message:
    """Returns the message that was parsed from the bytes of a mail, whose lines may end in CR LF or LF."""
    return message_from_bytes(content.replace(b"\r\n", b"\n"), policy=LENIENT)
