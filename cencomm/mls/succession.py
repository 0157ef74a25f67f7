"""New groups out of old ones: reinitialisation and branching (RFC 9420 sections 11.2, 11.3).

The resumption key of the old group shows that whoever is in the new one was in the old one.
"""

from collections.abc import Callable, Sequence

from cencomm.errors import MalformedError, UsageError
from cencomm.mls import joining
from cencomm.mls.cipher_suite import CipherSuite
from cencomm.mls.committing import CommitRequest, commit
from cencomm.mls.credential import Credential
from cencomm.mls.errors import InvalidWelcome
from cencomm.mls.extension import Extension
from cencomm.mls.framing import decode_mls_message
from cencomm.mls.group import Group, Joined, StagedCommit, create_group
from cencomm.mls.key_package import KeyPackage, KeyPackageBundle
from cencomm.mls.proposal import Add, PreSharedKey
from cencomm.mls.psk import PreSharedKeyID, PreSharedKeys, ResumptionPsk, ResumptionPSKUsage
from cencomm.mls.welcome import Welcome
from cencomm.secret import Entropy

FIRST_EPOCH = 1  # the one that begins with the Commit that adds the others

SameClient = Callable[[Credential, Credential], bool]
"""Whether two credentials are of one client: the application's notion, by default equality."""


def _equal(one: Credential, other: Credential) -> bool:
    return one == other


def reinitialize(
    old: Group, *, key_package: KeyPackageBundle, adds: Sequence[KeyPackage], entropy: Entropy
) -> StagedCommit:
    """The group that follows `old` after its ReInit, with all of its members.

    The Commit goes nowhere, since nobody is there yet to receive it: the Welcome is what is sent.

    Raises:
        UsageError: no ReInit was committed in `old`, or our key package is for another suite.
    """
    reinit = old.state.reinit
    if reinit is None:
        raise UsageError("no ReInit was committed in this group")
    return _successor(
        old,
        ResumptionPSKUsage.REINIT,
        reinit.group_id,
        reinit.cipher_suite,
        reinit.extensions,
        key_package,
        adds,
        entropy,
    )


def branch(
    old: Group, *, group_id: bytes, key_package: KeyPackageBundle, adds: Sequence[KeyPackage], entropy: Entropy
) -> StagedCommit:
    """A group of some of `old`'s members, with the same parameters; `old` goes on.

    Raises:
        UsageError: our key package is for another suite.
    """
    return _successor(
        old,
        ResumptionPSKUsage.BRANCH,
        group_id,
        old.cipher_suite,
        old.context.extensions,
        key_package,
        adds,
        entropy,
    )


def _successor(
    old: Group,
    usage: ResumptionPSKUsage,
    group_id: bytes,
    cipher_suite: CipherSuite,
    extensions: tuple[Extension, ...],
    key_package: KeyPackageBundle,
    adds: Sequence[KeyPackage],
    entropy: Entropy,
) -> StagedCommit:
    if key_package.key_package.cipher_suite != cipher_suite:
        raise UsageError("the key package is for another cipher suite than the new group")
    alone = create_group(group_id=group_id, key_package=key_package, extensions=extensions, entropy=entropy)
    psk = PreSharedKeyID.fresh(ResumptionPsk(usage, old.group_id, old.epoch), entropy)
    request = CommitRequest(
        proposals=(PreSharedKey(psk), *map(Add, adds)),
        psks=_resumption(old),
        psk_usages=frozenset({usage}),
        ratchet_tree_in_welcome=True,
    )
    return StagedCommit(commit(alone.state, request, entropy))


def join_successor(
    welcome: Welcome | bytes,
    *,
    key_package: KeyPackageBundle,
    old: Group,
    ratchet_tree: bytes | None = None,
    same_client: SameClient = _equal,
) -> Joined:
    """The group that a member of `old` made out of it, by ReInit if `old` ended with one, else by branching.

    Raises:
        InvalidWelcome: it is not made out of `old`, or not as agreed there.
        ProtocolError: refused for another rule, which the error names.
    """
    decoded = decode_mls_message(welcome) if isinstance(welcome, bytes) else welcome
    if not isinstance(decoded, Welcome):
        raise MalformedError("not a Welcome")
    usage = ResumptionPSKUsage.BRANCH if old.state.reinit is None else ResumptionPSKUsage.REINIT
    joined = joining.join(
        decoded, key_package, ratchet_tree=ratchet_tree, keys=_resumption(old), psk_usages=frozenset({usage})
    )
    new = Group(joined.state)
    if ResumptionPsk(usage, old.group_id, old.epoch) not in {psk.psk for psk in joined.secrets.psks}:
        raise InvalidWelcome("the Welcome does not use the resumption key of the old group")
    successor_begins_at_epoch_1(new)
    if usage is ResumptionPSKUsage.REINIT:
        successor_matches_the_reinit(old, new)
        members_are_kept(old, new, same_client)
    else:
        branch_keeps_the_parameters(old, new)
    members_come_from(old, new, same_client)
    return Joined(new, joined.group_info)


def _resumption(old: Group) -> PreSharedKeys:
    return PreSharedKeys(resumption={(old.group_id, old.epoch): old.resumption_psk})


def successor_begins_at_epoch_1(new: Group) -> None:
    """RFC 9420 section 12.4.3.1: the epoch of the Welcome is 1."""
    if new.epoch != FIRST_EPOCH:
        raise InvalidWelcome(f"the new group is at epoch {new.epoch} already")


def successor_matches_the_reinit(old: Group, new: Group) -> None:
    """RFC 9420 section 11.2: group id, version, suite and extensions are those of the ReInit."""
    reinit = old.state.reinit
    found = (new.group_id, new.context.version, new.cipher_suite, new.context.extensions)
    if reinit is None or found != (reinit.group_id, reinit.version, reinit.cipher_suite, reinit.extensions):
        raise InvalidWelcome("the new group is not the one that the ReInit announced")


def branch_keeps_the_parameters(old: Group, new: Group) -> None:
    """RFC 9420 section 11.3: version and suite are those of the old group."""
    if (new.context.version, new.cipher_suite) != (old.context.version, old.cipher_suite):
        raise InvalidWelcome("the branch has another version or cipher suite than the old group")


def members_come_from(old: Group, new: Group, same_client: SameClient) -> None:
    """RFC 9420 section 11.3: every member of the new group was one of the old."""
    if not _covers(old, new, same_client):
        raise InvalidWelcome("the new group has a member that the old one had not")


def members_are_kept(old: Group, new: Group, same_client: SameClient) -> None:
    """RFC 9420 section 11.2: every member of the old group is one of the new."""
    if not _covers(new, old, same_client):
        raise InvalidWelcome("a member of the old group is not in the new one")


def _covers(larger: Group, smaller: Group, same_client: SameClient) -> bool:
    return all(
        any(same_client(one.credential, other.credential) for _, other in larger.leaves())
        for _, one in smaller.leaves()
    )
