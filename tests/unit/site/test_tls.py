"""A certificate that was renewed is presented without a restart; half a pair changes nothing."""

import asyncio
import datetime as dt
import os
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cencomm.errors import UsageError
from cencomm.primitives.tls_certificate import certificate_end
from cencomm.site.tls import Tls

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def pair(days: int) -> tuple[bytes, bytes]:
    """A self-signed certificate that ends so many days after START, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relay.example.org")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(days)
        .not_valid_before(START)
        .not_valid_after(START + dt.timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(serialization.Encoding.PEM), private


@pytest.fixture
def tls(tmp_path: Path) -> Tls:
    certificate, key = pair(10)
    (tmp_path / "chain.pem").write_bytes(certificate)
    (tmp_path / "key.pem").write_bytes(key)
    return Tls(tmp_path / "chain.pem", tmp_path / "key.pem")


def put(path: Path, content: bytes) -> None:
    """As a renewal does; a second later, since a test is faster than a clock of files may be."""
    written = path.stat().st_mtime + 1
    path.write_bytes(content)
    os.utime(path, (written, written))


async def presented(tls: Tls) -> int:
    """When the certificate ends that a new connection gets."""
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=tls.context)
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    async with server:
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting)
        der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        await reader.read()
        writer.close()
        await writer.wait_closed()
    return certificate_end(ssl.DER_cert_to_PEM_cert(der).encode())


def end_after(days: int) -> int:
    return int((START + dt.timedelta(days=days)).timestamp())


async def test_new_connections_get_the_renewed_certificate(tls: Tls) -> None:
    assert await presented(tls) == tls.end == end_after(10)
    certificate, key = pair(100)
    put(tls.key, key)
    put(tls.certificate, certificate)

    assert tls.is_newer()
    tls.reload()

    assert not tls.is_newer()
    assert await presented(tls) == tls.end == end_after(100)


@pytest.mark.parametrize("half", ["certificate", "key", "garbage", "gone"])
async def test_half_a_pair_changes_nothing_until_the_other_half_is_there(tls: Tls, half: str) -> None:
    certificate, key = pair(100)
    match half:
        case "certificate":
            put(tls.certificate, certificate)
        case "key":
            put(tls.key, key)
        case "garbage":
            put(tls.certificate, b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
        case _:
            tls.key.unlink()

    with pytest.raises(UsageError, match="no TLS certificate and its key"):
        tls.reload()

    assert tls.is_newer()  # so it is tried again
    assert await presented(tls) == tls.end == end_after(10)


def test_a_server_does_not_start_with_a_certificate_that_is_none(tmp_path: Path) -> None:
    for name in ("chain.pem", "key.pem"):
        (tmp_path / name).write_bytes(b"?")

    with pytest.raises(UsageError, match="no TLS certificate"):
        Tls(tmp_path / "chain.pem", tmp_path / "key.pem")
