"""Signing content, and sending it in the clear (RFC 9420 sections 6.1, 6.2)."""

import hmac
from dataclasses import dataclass

from cencomm.mls.cipher_suite import Suite
from cencomm.mls.errors import BadTag, InvalidMessage
from cencomm.mls.framing import (
    AuthenticatedContent,
    ContentType,
    FramedContent,
    FramedContentAuthData,
    PublicMessage,
    SenderType,
    WireFormat,
    content_tbs,
)
from cencomm.mls.group_context import GroupContext
from cencomm.mls.key_schedule import MembershipKey
from cencomm.primitives.signatures import SigningKey

_LABEL = b"FramedContentTBS"


@dataclass(frozen=True, slots=True)
class SignedContent:
    """Content with its author's signature; a Commit still lacks its confirmation tag."""

    wire_format: WireFormat
    content: FramedContent
    signature: bytes

    def authenticated(self, confirmation_tag: bytes | None = None) -> AuthenticatedContent:
        assert (confirmation_tag is None) is (self.content.content_type is not ContentType.COMMIT)
        return AuthenticatedContent(
            self.wire_format, self.content, FramedContentAuthData(self.signature, confirmation_tag)
        )


def sign_content(
    suite: Suite, key: SigningKey, wire_format: WireFormat, content: FramedContent, context: GroupContext | None
) -> SignedContent:
    """Sign as the content's sender; one outside the group has no context to sign."""
    tbs = content_tbs(wire_format, content, context)
    return SignedContent(wire_format, content, suite.sign_with_label(key, _LABEL, tbs))


def verify_content(suite: Suite, public_key: bytes, message: AuthenticatedContent, context: GroupContext) -> None:
    """The holder of `public_key` said this, to this group in this epoch.

    Raises:
        BadSignature: it did not.
    """
    tbs = content_tbs(message.wire_format, message.content, context)
    suite.verify_with_label(public_key, _LABEL, tbs, message.auth.signature)


def protect_public(
    suite: Suite, key: MembershipKey, message: AuthenticatedContent, context: GroupContext
) -> PublicMessage:
    """The message as it travels; a member's gets the tag that only members can make."""
    is_member = message.content.sender.sender_type is SenderType.MEMBER
    return PublicMessage(
        message.content, message.auth, _membership_tag(suite, key, message, context) if is_member else None
    )


def unprotect_public(
    suite: Suite, key: MembershipKey, message: PublicMessage, context: GroupContext
) -> AuthenticatedContent:
    """A member of this epoch sent these bytes (or the sender is none); the signature is still to be verified.

    Raises:
        BadTag: no member did.
        InvalidMessage: it is application data, which is never sent in the clear.
    """
    if message.content_type is ContentType.APPLICATION:
        raise InvalidMessage("application data in a PublicMessage")
    authenticated = AuthenticatedContent(WireFormat.MLS_PUBLIC_MESSAGE, message.content, message.auth)
    if message.sender.sender_type is SenderType.MEMBER:
        tag = message.membership_tag
        if tag is None or not hmac.compare_digest(tag, _membership_tag(suite, key, authenticated, context)):
            raise BadTag("the membership tag does not match: no member of this epoch sent the message")
    return authenticated


def _membership_tag(suite: Suite, key: MembershipKey, message: AuthenticatedContent, context: GroupContext) -> bytes:
    """The MAC of an AuthenticatedContentTBM."""
    return suite.mac(key, content_tbs(message.wire_format, message.content, context) + message.auth.encode())
