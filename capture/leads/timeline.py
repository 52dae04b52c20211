"""Lists what happened to a lead, for the lead's page in the office."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from capture.base.feature import Feature, history_of
from capture.base.history import Line, Reader
from capture.base.words import Words
from capture.models import Lead


def of_lead(
    session: Session, features: Sequence[Feature], lead: Lead, reader: Reader, words: Words
) -> list[tuple[datetime, Line]]:
    """Returns the lines of a lead's history, each with its moment, the newest first.

    ``reader``: the person who sees them, since "You" stands for the reader's own name.
    """
    events = history_of(features, session, lead)
    return [(event.at, line) for event in events for line in event.lines(words, reader)][::-1]
