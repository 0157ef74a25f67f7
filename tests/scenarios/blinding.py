"""A Commit with path secrets that some members cannot open: neither the relay nor the others can see it."""

from dataclasses import replace

from cencomm.client.channel.enactment import follow_and_enact
from cencomm.client.channel.session import Staged
from cencomm.ids import SendId
from cencomm.ledger.log import LogKind
from cencomm.mls.cipher_suite import HPKECiphertext
from cencomm.mls.commit import Commit
from cencomm.mls.committing import protect
from cencomm.mls.epoch_change import Entropies, begin_epoch, next_state, provisional_context
from cencomm.mls.framing import FramedContent, Sender, WireFormat
from cencomm.mls.group import Group
from cencomm.mls.leaf_node import LeafContent
from cencomm.mls.proposal_list import ProposalList
from cencomm.mls.psk import NO_KEYS, psk_secret
from cencomm.mls.public_message import sign_content
from cencomm.mls.treekem import create_path, still_valid
from cencomm.secret import system_entropy
from tests.scenarios.insider import Insider


async def blind(insider: Insider, *steps: int) -> None:
    """Commit and publish, with path secrets that nobody below these steps of the path can open.

    Everything that the relay and the other members can check is in order; the insider's own client goes on.
    """
    mailbox, session = insider.person.mailbox, insider.session
    state, suite = session.group.state, session.group.state.suite
    content = LeafContent.of(state.own_leaf_node)
    fresh = create_path(
        suite,
        state.tree,
        state.own_leaf,
        content,
        state.signing_key,
        state.context.group_id,
        system_entropy,
    )
    provisional = provisional_context(state.context, fresh.tree, state.context.extensions)
    honest = fresh.encrypt(suite, provisional, frozenset(), system_entropy)
    nodes = tuple(
        replace(node, encrypted_path_secret=tuple(map(garbled, node.encrypted_path_secret))) if step in steps else node
        for step, node in enumerate(honest.nodes)
    )
    framed = FramedContent.build(
        group_id=state.context.group_id,
        epoch=state.context.epoch,
        sender=Sender.member(state.own_leaf),
        authenticated_data=insider.anchor(LogKind.COMMIT).encode(),
        content=Commit((), replace(honest, nodes=nodes)),
    )
    signed = sign_content(suite, state.signing_key, WireFormat.MLS_PUBLIC_MESSAGE, framed, state.context)
    entropies = Entropies(state.secrets.init_secret, fresh.ladder.commit_secret, psk_secret(suite, (), NO_KEYS))
    begun = begin_epoch(suite, provisional, state.interim_transcript_hash, signed, entropies)
    message, _ = protect(state, signed.authenticated(begun.confirmation_tag), system_entropy)
    keys = {**still_valid(state.private_keys, state.tree, fresh.tree), **fresh.private_keys}
    after = next_state(state, fresh.tree, begun, ProposalList(()), keys)
    staged = Staged(
        send_id=SendId(system_entropy(16)),
        group=Group(after),
        message=message,
        welcome=None,
        ratchet_tree=None,
        ledger_sequence=mailbox.operation(insider.place.operation).ledger.sequence,
    )
    async with mailbox.lock:
        await mailbox.write({}, session=replace(session, staged=staged))
        await follow_and_enact(mailbox, insider.place.operation, insider.place.channel)


def garbled(sealed: HPKECiphertext) -> HPKECiphertext:
    return replace(sealed, ciphertext=bytes(len(sealed.ciphertext)))
