"""Decides whether an IP address is this machine's own."""

from __future__ import annotations

from ipaddress import ip_address


def is_this_machine(address: str | None) -> bool:
    """Returns True for a loopback IP address; False for any other, for None, and for text that is no IP address."""
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False
