"""Which addresses may be asked: public ones, unless a switch says otherwise."""

from __future__ import annotations

import ipaddress

__all__ = ["why_refused"]


def why_refused(address: str, *, allow_private: bool = False) -> str | None:
    """Say why an IP address must not be contacted; None where it may.

    Checked after name resolution and again on every redirect, so that no page can send the
    program to a router, a neighbour or a cloud's metadata service.

    >>> why_refused("93.184.216.34"), why_refused("169.254.169.254")
    (None, 'link-local address')
    >>> why_refused("127.0.0.1"), why_refused("127.0.0.1", allow_private=True)
    ('loopback address', None)
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "no address"
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            return why_refused(str(inner), allow_private=allow_private)
    if ip.is_multicast or ip.is_unspecified:
        return "multicast or unspecified address"
    if allow_private:
        return None
    if ip.is_loopback:
        return "loopback address"
    if ip.is_link_local:
        return "link-local address"
    return None if ip.is_global else "private or reserved address"
