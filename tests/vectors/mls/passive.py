"""passive-client-*: a member that only listens, from its Welcome through some epochs."""

from cencomm.mls.event import EpochAdvanced, ProposalReceived
from cencomm.mls.framing import decode_mls_message
from cencomm.mls.group import Group, join_group
from cencomm.mls.key_package import KeyPackage, KeyPackageBundle
from cencomm.mls.psk import PreSharedKeys
from cencomm.primitives.hpke import PrivateKey
from cencomm.primitives.signatures import SigningKey
from cencomm.secret import Secret
from tests.vectors.mls.entry import Entry, bytes_of, entries_of, list_of, optional_bytes_of, suite_of


def passive_client_entry(entry: Entry) -> None:
    suite_of(entry)
    external = {bytes_of(one, "psk_id"): Secret(bytes_of(one, "psk")) for one in entries_of(entry, "external_psks")}
    key_package = decode_mls_message(bytes_of(entry, "key_package"))
    assert isinstance(key_package, KeyPackage)
    joined = join_group(
        bytes_of(entry, "welcome"),
        key_package=KeyPackageBundle(
            key_package=key_package,
            init_private_key=PrivateKey(bytes_of(entry, "init_priv")),
            leaf_private_key=PrivateKey(bytes_of(entry, "encryption_priv")),
            signing_key=SigningKey(bytes_of(entry, "signature_priv")),
        ),
        ratchet_tree=optional_bytes_of(entry, "ratchet_tree"),
        psks=PreSharedKeys(external=external),
    )
    group = joined.group
    assert group.epoch_authenticator.expose() == bytes_of(entry, "initial_epoch_authenticator")
    resumption: dict[tuple[bytes, int], Secret] = {}
    for epoch in entries_of(entry, "epochs"):
        resumption[group.group_id, group.epoch] = group.resumption_psk
        group = _follow(group, epoch, PreSharedKeys(external, resumption))
        assert group.epoch_authenticator.expose() == bytes_of(epoch, "epoch_authenticator")


def _follow(group: Group, epoch: Entry, psks: PreSharedKeys) -> Group:
    for proposal in list_of(epoch, "proposals"):
        assert isinstance(proposal, str)
        group, event = group.process(bytes.fromhex(proposal))
        assert isinstance(event, ProposalReceived)
    group, event = group.process(bytes_of(epoch, "commit"), psks=psks)
    assert isinstance(event, EpochAdvanced)
    return group
