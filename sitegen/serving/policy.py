"""The Content-Security-Policy of every page."""

from __future__ import annotations

from urllib.parse import urlsplit

from sitegen.site.addresses import Addresses


def policy(capture_url: str, addresses: Addresses | None = None) -> str:
    """Returns the Content-Security-Policy of every page: no inline scripts or styles, nothing from third parties.

    If ``addresses`` has members on hosts of their own, forms may lead there: a visitor who types a campaign's code on
    the company's site is sent on to a member's page, and browsers check every redirect of a form by the policy.
    """
    parts = urlsplit(capture_url)
    capture = f"{parts.scheme}://{parts.netloc}"
    members = ""
    if addresses is not None and addresses.layout == "subdomain":
        own = urlsplit(addresses.url)
        members = f" {own.scheme}://*.{own.netloc}"
    return (
        f"default-src 'self'; img-src 'self' data: {capture}; base-uri 'none'; object-src 'none'; "
        f"frame-ancestors 'none'; form-action 'self' {capture}{members}; connect-src 'self' {capture}"
    )
