"""Where a server listens: in clear to this computer alone, with TLS 1.3 to a network."""

import ipaddress
from pathlib import Path

from cencomm.errors import UsageError


def require_tls_beyond_loopback(host: str, certificate: Path | None, key: Path | None) -> None:
    """Nothing is spoken in clear to a network.

    Raises:
        UsageError: it would be, or half of what TLS takes is missing.
    """
    if (certificate is None) != (key is None):
        raise UsageError("TLS takes a certificate and its key")
    if certificate is None and not is_loopback(host):
        raise UsageError(f"plain HTTP is for this computer only; to listen on {host}, give a TLS certificate")


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
