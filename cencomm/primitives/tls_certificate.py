"""What a TLS certificate says about itself. Nothing is verified: that is the peer's business."""

from cryptography import x509

from cencomm.errors import MalformedError


def certificate_end(pem: bytes) -> int:
    """When the first certificate of a PEM chain ends, in seconds.

    Raises:
        MalformedError: there is none in it.
    """
    try:
        return int(x509.load_pem_x509_certificate(pem).not_valid_after_utc.timestamp())
    except ValueError:
        raise MalformedError("no PEM certificate is there") from None
