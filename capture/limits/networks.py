"""From a client's address to the network it belongs to, as far as limits care."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

UNKNOWN = "unknown"
"""The network of senders whose address cannot be read: they share one budget."""


@lru_cache(maxsize=1_000)
def network(address: str | None) -> str:
    """Returns the /24 of an IPv4 address or the /64 of an IPv6 address: roughly one household or one rented machine."""
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
