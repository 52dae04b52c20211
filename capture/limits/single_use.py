"""Values that may be used once: proofs that a person signs up, and mailed links that show something."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy.orm import Session

from capture.base.prepared import Driver, insert_into
from capture.base.tokens import LIFETIMES, Purpose, SignedValue
from capture.models import UsedProof

_USE = insert_into(UsedProof, "nonce", unless_there=True)


def use_up(driver: Driver, nonce: str, until: datetime) -> bool:
    """Marks a random value as used. Returns False if it was used before. ``until``: when it is refused anyway."""
    return bool(_USE(driver, nonce=nonce, until=until))


def use_link(session: Session, purpose: Purpose, link: SignedValue) -> bool:
    """Marks a mailed link as used. Returns False if it was used before. The purpose must have a lifetime."""
    lifetime = LIFETIMES[purpose]
    if lifetime is None:
        raise ValueError(f"links of the purpose {purpose} are valid for ever, so their use cannot be remembered")
    return use_up(Driver.of(session), _nonce(purpose, link), link.issued + lifetime)


def is_used(session: Session, purpose: Purpose, link: SignedValue) -> bool:
    """Returns True if a mailed link was used before."""
    return session.get(UsedProof, _nonce(purpose, link)) is not None


def _nonce(purpose: Purpose, link: SignedValue) -> str:
    # Of what was signed, not of the link's text: several texts can stand for the same bytes.
    text = f"{purpose} {link.value} {int(link.issued.timestamp())}"
    return hashlib.sha256(text.encode()).hexdigest()
