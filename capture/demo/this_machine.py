"""Limits the demo's own pages to browsers on this machine: they show personal data and sign people in."""

from __future__ import annotations

from ipaddress import ip_address

from flask import abort, request


def only() -> None:
    """Answers 404 to requests from other machines; to be registered with ``before_request`` of a Flask blueprint.

    The Host header must name this machine, too: otherwise another site, whose name resolves to this machine (DNS
    rebinding), could read the pages through a visitor's browser.
    """
    host = request.host.rsplit(":", 1)[0].strip("[]")
    if not (_is_loopback(request.remote_addr or "") and (host == "localhost" or _is_loopback(host))):
        abort(404)


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
