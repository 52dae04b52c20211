"""The demo's own pages show personal data and sign people in, so they answer browsers on this machine alone."""

from __future__ import annotations

from ipaddress import ip_address

from flask import abort, request


def only() -> None:
    """Tells every other computer that there is no such page; before each request of a blueprint.

    The name that the browser asked for counts as well: a site elsewhere may let its own name lead to this machine.
    """
    host = request.host.rsplit(":", 1)[0].strip("[]")
    if not (_is_loopback(request.remote_addr or "") and (host == "localhost" or _is_loopback(host))):
        abort(404)


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
