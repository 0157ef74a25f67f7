"""The fixtures of the entries that came with the second issue: somebody replaced, a device ended, a channel restarted.

They stand apart from `fixtures.py`, whose own stay byte for byte what the first issue wrote.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cencomm import codec
from cencomm.ids import NO_HASH, ChannelId
from cencomm.ledger import labels
from cencomm.ledger.bodies import EndDevice, PhaseBody, Restart
from cencomm.ledger.entry import SignedEntry
from cencomm.ledger.kinds import EntryType, Phase, RestartReason, Role
from cencomm.primitives import signatures
from tests.unit.ledger.people import Person, Unit, found

Json = str | int | bool | None | Sequence["Json"] | Mapping[str, "Json"]


def changes() -> Mapping[str, Json]:
    """File name -> content."""
    unit = found(coordinators=3, seed="changes", two_signatures=(EntryType.RESTART,))
    officer, channel = unit.admit(), unit.declare()
    renewed = unit.replace(officer)
    unit.end(renewed, 2)
    restart = replace(unit.restart_body(channel), committer=officer.identity.public_key)
    unit.append(unit.sign(restart, second=unit.others[0]))
    lost = unit.others[1]
    unit.append(unit.sign(unit.replacement(lost, unit.renewed(lost)), second=unit.others[0]))
    second = replace(unit.restart_body(channel), reason=RestartReason.LOG_LOST, rejecters=())
    unit.append(unit.sign(replace(second, cut_sequence=0, cut_hash=NO_HASH), second=unit.others[0]))
    return {
        "changes.json": _told(unit, channel, renewed),
        "changes_refused.json": _refused(unit, officer, renewed, channel),
        "unknown.json": _unknown(unit),
    }


def _told(unit: Unit, channel: ChannelId, renewed: Person) -> Json:
    ledger = unit.ledger
    device = renewed.device(2).certificate.device
    return {
        "operation": ledger.operation.hex(),
        "entries": [
            {
                "sequence": signed.entry.sequence,
                "type": int(signed.entry.type),
                "cosigners": [cosignature.signer.hex() for cosignature in signed.entry.cosignatures],
                "encoded": signed.encode().hex(),
                "hash": signed.hash.hex(),
            }
            for signed in unit.entries
        ],
        "identities": [
            {
                "account": member.account.hex(),
                "identity_key": member.identity_key.hex(),
                "role": int(member.role),
                "first_admitted_at": member.first_admitted_at,
                "admitted_at": member.admitted_at,
                "revoked_at": member.revoked_at,
            }
            for member in ledger.identities.values()
        ],
        "ended_device": {
            "account": renewed.account.hex(),
            "device": device.hex(),
            "ended": [ledger.has_ended(renewed.account, device, at=at) for at in range(ledger.sequence + 1)],
        },
        "channel": channel.hex(),
        "generations": [
            {"number": one.number, "group_id": one.group_id.hex(), "began_at": one.began_at}
            for one in ledger.channels[channel].generations
        ],
        "cuts": [
            {"generation": one.old_generation, "sequence": one.cut_sequence, "hash": one.cut_hash.hex()}
            for generation in ledger.channels[channel].generations
            if (one := generation.restart) is not None
        ],
        "content_key_number": ledger.content_key.number,
    }


def _refused(unit: Unit, officer: Person, renewed: Person, channel: ChannelId) -> Json:
    """Entries that do not follow behind all of changes.json, each with the rule that it breaks."""
    second, stranger = unit.others[0], unit.person()
    replacement = unit.replacement(renewed, unit.renewed(officer))
    body = unit.restart_body(channel)
    old = unit.ledger.channels[channel].generations[0]
    ended = EndDevice(account=renewed.account, device=renewed.device(2).certificate.device)

    def restart(changed: Restart) -> SignedEntry:
        return unit.sign(changed, second=second)

    creator = unit.renewed(unit.creator)
    swapped = replace(replacement.keys, exchange_key=stranger.exchange.public_key)
    late_key = replace(replacement.content_key, number=2)
    cases = [
        ("the replacement of an identity that was replaced", "L6",
         unit.sign(unit.replacement(officer, unit.renewed(officer)))),
        ("a replaced identity key that comes back", "L6", unit.sign(unit.replacement(renewed, officer))),
        ("the replacement of nobody", "L6", unit.sign(unit.replacement(stranger, unit.renewed(stranger)))),
        ("a replacement without the next content key", "L7", unit.sign(replace(replacement, content_key=late_key))),
        ("a replacement for which nobody asked", "D7", unit.sign(replace(replacement, keys=swapped))),
        ("a replaced coordinator without a second signature", "L5",
         unit.sign(unit.replacement(unit.creator, creator))),
        ("an entry signed by a replaced coordinator", "L1", unit.sign(PhaseBody(phase=Phase.TEST), by=unit.others[1])),
        ("a device that ended before", "L6", unit.sign(ended)),
        ("the device of nobody", "L6", unit.sign(replace(ended, account=stranger.account))),
        ("the restart of an older generation", "C11",
         restart(replace(body, old_generation=1, old_group_id=old.group_id, generation=2))),
        ("the restart of another group", "C11", restart(replace(body, old_group_id=old.group_id))),
        ("a generation left out", "C11", restart(replace(body, generation=5))),
        ("a group id used before", "L8", restart(replace(body, group_id=old.group_id))),
        ("a restart of no channel", "C11", restart(replace(body, channel=ChannelId(bytes(16))))),
        ("a cut without a hash", "C11", restart(replace(body, cut_hash=NO_HASH))),
        ("a committer who never was a member", "C11", restart(replace(body, committer=stranger.identity.public_key))),
        ("one who rejects", "C11", restart(replace(body, rejecters=body.rejecters[:1]))),
        ("one who rejects twice", "C11", restart(replace(body, rejecters=body.rejecters[:1] * 2))),
        ("rejecters of no Commit", "C11", restart(replace(body, reason=RestartReason.NO_LIVE_LEAF))),
        ("the admission of an account that goes on under new keys", "L6",
         unit.sign(unit.admission(unit.renewed(officer), Role.OFFICER))),
    ]  # fmt: skip
    return [{"name": name, "rule": rule, "encoded": signed.encode().hex()} for name, rule, signed in cases]


def _unknown(unit: Unit) -> Json:
    """Well signed entries in their place that only a newer program can judge: whoever meets one stops there."""
    content = unit.sign(PhaseBody(phase=Phase.FOLLOW_UP)).content
    type_and_body = bytes([EntryType.PHASE]) + codec.opaque(bytes([Phase.FOLLOW_UP])) + codec.vector([])
    assert content.endswith(type_and_body)
    head = content[: -len(type_and_body)]
    label = codec.opaque(labels.LEDGER_ENTRY)
    contents = {
        **{f"type {number}": head + bytes([number]) + type_and_body[1:] for number in (0, 10, 127, 255)},
        "version 2": label + codec.uint(2, 2) + content[len(label) + 2 :],
    }
    key = unit.creator.identity
    return [
        {
            "name": name,
            "encoded": (
                codec.opaque(data) + codec.opaque(signatures.sign_with_label(key, labels.LEDGER_ENTRY, data))
            ).hex(),
        }
        for name, data in contents.items()
    ]
