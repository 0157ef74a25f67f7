"""A place in an operation that waits for its letter to come back (rule D7; docs/protocol.md section 6.1, kind 4)."""

from dataclasses import dataclass

from cencomm import codec
from cencomm.errors import MalformedError
from cencomm.ids import ACCOUNT_ID_BYTES, AccountId
from cencomm.ledger import labels
from cencomm.ledger.enrolment_code import CODE_BYTES, EnrolmentCode
from cencomm.ledger.kinds import Role, read_kind

MAX_PROFILE_BYTES = 16 << 10
MAX_POST_BYTES = 255
ID_BYTES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """The code serves once and is unknown to the relay."""

    code: EnrolmentCode
    role: Role
    profile: bytes
    post: str = ""  # of the plan; empty: none
    resets: AccountId | None = None  # for the new keys of this member, who keeps role and profile
    since: int = 0  # the ledger's sequence when it was made: no entry before it can have used the code

    @property
    def id(self) -> bytes:
        """The same at every coordinator who shares the code."""
        return labels.labelled_hash(labels.INVITATION, codec.fixed(self.code.expose(), CODE_BYTES))[:ID_BYTES]

    def encode(self) -> bytes:
        return (
            codec.fixed(self.code.expose(), CODE_BYTES)
            + codec.uint(self.role, 1)
            + codec.opaque(self.profile)
            + codec.opaque(self.post.encode())
            + codec.optional(self.resets)
            + codec.uint(self.since, 8)
        )


def read_invitation(reader: codec.Reader) -> Invitation:
    code, role = EnrolmentCode(reader.fixed(CODE_BYTES)), read_kind(reader, Role)
    profile, post = reader.opaque(most=MAX_PROFILE_BYTES), reader.opaque(most=MAX_POST_BYTES)
    resets = reader.optional(lambda inner: AccountId(inner.fixed(ACCOUNT_ID_BYTES)))
    try:
        name = post.decode()
    except UnicodeDecodeError:
        raise MalformedError("the name of a post is not UTF-8") from None
    return Invitation(code=code, role=role, profile=profile, post=name, resets=resets, since=reader.uint(8))


def decode_invitation(data: bytes) -> Invitation:
    """Raises MalformedError for anything that `Invitation.encode` does not write."""
    return codec.decode(data, read_invitation)
