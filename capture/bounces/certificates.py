"""Fetches the certificates with which Amazon SNS signs, and keeps the last ones."""

from __future__ import annotations

import urllib.request
from http.client import HTTPException

from capture.bounces.services.event import NotVerified
from capture.mailing.webhooks import NoRedirects

TIMEOUT = 5.0
"""Seconds to wait for a certificate; Amazon sends the report again if this was too short."""

LARGEST = 65_536
"""Bytes of a certificate that are read."""

MOST = 8
"""How many certificates are kept: Amazon uses one in each region, and changes it once a year or so."""


class Certificates:
    """Gives the certificate at an address, which the caller has found to be Amazon's. May be shared by threads."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}
        self._opener = urllib.request.build_opener(NoRedirects)

    def __call__(self, url: str) -> bytes:
        """Returns the certificate in PEM form. Raises NotVerified if it cannot be fetched."""
        kept = self._kept.get(url)
        if kept is not None:
            return kept
        try:
            with self._opener.open(url, timeout=TIMEOUT) as answer:
                content: bytes = answer.read(LARGEST)
        except (OSError, HTTPException) as error:  # urllib's errors are kinds of OSError
            raise NotVerified(f"the certificate cannot be fetched: {type(error).__name__}") from error
        kept_now = list(self._kept.items())[-(MOST - 1) :]
        self._kept = {**dict(kept_now), url: content}
        return content
