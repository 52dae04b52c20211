"""Removes expired sign-in tokens and browser sessions."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from capture.base.retention import Policy
from capture.models import OfficeSession, SignInToken


def purge(session: Session, policy: Policy, now: datetime) -> Counter[str]:
    """Removes expired sign-in tokens and browser sessions, whatever ``policy`` says, and returns how many of each."""
    tokens = session.scalars(delete(SignInToken).where(SignInToken.until <= now).returning(SignInToken.nonce)).all()
    browsers = session.scalars(
        delete(OfficeSession).where(OfficeSession.until <= now).returning(OfficeSession.digest)
    ).all()
    return Counter(sign_in_tokens=len(tokens), browsers=len(browsers))
