"""What the rules see of MLS: plain values, so that the ledger knows no group and the relay can judge without one.

Whoever makes a view answers for it being what MLS authenticated.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LeafView:
    """A leaf of the ratchet tree. `credential` is the identity of its BasicCredential: a DeviceCertificate's bytes."""

    index: int
    credential: bytes
    signature_key: bytes
    encryption_key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitView:
    """A Commit whose signature and tags MLS verified; `committer` is an index of the tree before it."""

    epoch: int  # that it ends
    committer: int
    added: tuple[LeafView, ...]  # by-value Adds, with the leaf index that each got
    removed: tuple[LeafView, ...]  # by-value Removes, as the leaves were
    has_path: bool
    other_proposals: bool  # anything else than by-value Add and Remove
    anchor: bytes  # authenticated_data


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedCommit:
    """A Commit as a newcomer finds it in the log, from its framing alone."""

    sequence: int
    epoch: int  # that it ends
    sender: int
    key_packages: tuple[bytes, ...]  # exact bytes of each by-value Add's KeyPackage
    confirmation_tag: bytes
    authenticated_data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class WelcomeView:
    """A Welcome that decrypted, with the tree that came beside it; MLS verified signature, tag and tree hash."""

    group_id: bytes
    epoch: int
    signer: int
    confirmation_tag: bytes
    extension: bytes  # data of the one GroupInfo extension, 0xF0CE
    tree: tuple[LeafView, ...]
    own: LeafView  # of our KeyPackage, as it stands in the tree
    key_package: bytes  # the exact bytes that we published and that the Welcome is for
