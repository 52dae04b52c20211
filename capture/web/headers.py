"""The security headers of every response."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from flask import Flask, Response, g

HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

POLICY: Mapping[str, str] = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


@lru_cache(maxsize=100)
def policy(**changes: str) -> str:
    """Returns a Content-Security-Policy. Arguments replace directives: ``form_action="…"`` replaces ``form-action``."""
    directives = {**POLICY, **{name.replace("_", "-"): value for name, value in changes.items()}}
    return "; ".join(f"{name} {value}".strip() for name, value in directives.items())


def allow_forms_to_lead_to(*origins: str) -> None:
    """Allows the form on the current page to redirect to the given origins, since browsers apply the page's
    Content-Security-Policy to a form's redirects."""
    g.form_targets = " ".join(("'self'", *origins))


def install(app: Flask) -> None:
    """Makes the app add the security headers to every response, errors included."""

    @app.after_request
    def add(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        forms = getattr(g, "form_targets", "'self'")
        response.headers.setdefault("Content-Security-Policy", policy(form_action=forms))
        response.headers.setdefault("Cache-Control", "no-store")
        return response
