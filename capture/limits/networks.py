"""Finds the network to which a client's IP address belongs, for limits by network."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

UNKNOWN = "unknown"
"""The name of the network of all senders whose address cannot be read: they share one limit."""


@lru_cache(maxsize=1_000)
def network(address: str | None) -> str:
    """Returns the network of a client's IP address: the /24 of an IPv4 address, the /64 of an IPv6 address, which is
    roughly one household or one rented machine. Returns UNKNOWN if the address cannot be read."""
    text = (address or "").strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return UNKNOWN
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is None:
            return str(ip_network((found, 64), strict=False))
        found = found.ipv4_mapped
    return str(ip_network((found, 24), strict=False))
