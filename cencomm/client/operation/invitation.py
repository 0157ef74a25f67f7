"""A place in an operation that waits for its letter to come back (rule D7)."""

from dataclasses import dataclass

from cencomm import codec
from cencomm.errors import MalformedError
from cencomm.ledger.enrolment_code import CODE_BYTES, EnrolmentCode
from cencomm.ledger.kinds import Role, read_kind

MAX_PROFILE_BYTES = 16 << 10
MAX_POST_BYTES = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """The code serves once and is unknown to the relay."""

    code: EnrolmentCode
    role: Role
    profile: bytes
    post: str = ""  # of the plan; empty: none

    def encode(self) -> bytes:
        fields = codec.opaque(self.code.expose()) + codec.uint(self.role, 1) + codec.opaque(self.profile)
        return fields + codec.opaque(self.post.encode())


def read_invitation(reader: codec.Reader) -> Invitation:
    code, role = reader.opaque(most=CODE_BYTES), read_kind(reader, Role)
    profile, post = reader.opaque(most=MAX_PROFILE_BYTES), reader.opaque(most=MAX_POST_BYTES)
    if len(code) != CODE_BYTES:
        raise MalformedError(f"an enrolment code has {CODE_BYTES} bytes")
    try:
        return Invitation(code=EnrolmentCode(code), role=role, profile=profile, post=post.decode())
    except UnicodeDecodeError:
        raise MalformedError("the name of a post is not UTF-8") from None


def decode_invitation(data: bytes) -> Invitation:
    """Raises MalformedError for anything that `Invitation.encode` does not write."""
    return codec.decode(data, read_invitation)
