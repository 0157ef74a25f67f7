"""Builds the fixtures beside it, which pin the wire form for both languages.

    python -m tests.vectors.ledger.fixtures        writes them anew; only an ADR that changes the wire may

Everything comes from a counting entropy: seeds are in the files, so another implementation can sign the same bytes.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from cencomm.ids import NO_HASH, SendId
from cencomm.ledger import fingerprint
from cencomm.ledger.anchor import Anchor
from cencomm.ledger.bodies import FormBody, PhaseBody
from cencomm.ledger.content_key import new_blob, new_content_key, seal_blob
from cencomm.ledger.enrolment import request_enrolment
from cencomm.ledger.entry import SignedEntry, sign_entry
from cencomm.ledger.kinds import Phase, Role
from cencomm.ledger.letter import AccessLetter
from cencomm.ledger.log import LogKind, log_hash
from cencomm.ledger.rejection import Rejection, RejectionKind, RejectionReason, sign_rejection
from cencomm.ledger.statements import LedgerHead, LogHead, Receipt, sign_statement
from tests.unit.ledger.people import Unit, found
from tests.vectors.ledger.changes import Json, changes

FOLDER = Path(__file__).parent


def fixtures() -> Mapping[str, Json]:
    """File name -> content."""
    unit = found(seed="vectors")
    officer = unit.admit()
    channel = unit.declare()
    unit.append(unit.sign(FormBody(definition=unit.blob(), version=1)))
    unit.append(unit.sign(PhaseBody(phase=Phase.OPERATIONAL)))
    unit.append(unit.sign(unit.admission(unit.person(), Role.COORDINATOR), second=unit.others[0]))
    unit.revoke(officer)
    ledger = unit.ledger
    code = unit.codes[officer.account]
    device = officer.device()
    message = b"an MLSMessage"
    first = log_hash(channel, 1, NO_HASH, 1, LogKind.COMMIT, message)
    second = log_hash(channel, 1, first, 2, LogKind.APPLICATION, message)
    anchor = Anchor(
        kind=LogKind.COMMIT,
        operation=ledger.operation,
        channel=channel,
        generation=1,
        ledger_sequence=ledger.sequence,
        ledger_hash=ledger.head_hash,
        log_sequence=1,
        log_hash=first,
    )
    application = replace(anchor, kind=LogKind.APPLICATION, log_sequence=2, log_hash=second, commitment=b"\xc0" * 32)
    key, blob = new_content_key(1, unit.entropy), new_blob("Opération Ñandú".encode(), unit.entropy)
    request = request_enrolment(ledger.operation, officer.account, officer.identity, officer.exchange.public_key, code)
    rejection = Rejection(
        kind=RejectionKind.COMMIT,
        operation=ledger.operation,
        channel=channel,
        generation=1,
        sequence=2,
        commit_hash=b"\xc1" * 32,
        certificate=device.certificate,
        reason=RejectionReason.RIGHTS,
    )
    head = LedgerHead(operation=ledger.operation, sequence=ledger.sequence, hash=ledger.head_hash, time=ledger.time)
    log_head = LogHead(
        operation=ledger.operation, channel=channel, generation=1, sequence=2, hash=second, time=ledger.time
    )
    receipt = Receipt(
        operation=ledger.operation,
        channel=channel,
        generation=1,
        epoch=1,
        sequence=2,
        hash=second,
        send_id=SendId(b"\x5e" * 16),
        message_hash=b"\xc2" * 32,
    )
    return {
        "operation.json": {
            "operation": ledger.operation.hex(),
            "coordinator_seeds": [person.identity.seed.hex() for person in (unit.creator, *unit.others)],
            "entries": [_entry(signed) for signed in unit.entries],
            "members": [
                {
                    "account": member.account.hex(),
                    "identity_key": member.identity_key.hex(),
                    "exchange_key": member.exchange_key.hex(),
                    "role": int(member.role),
                    "admitted_at": member.admitted_at,
                    "revoked_at": member.revoked_at,
                }
                for member in ledger.members.values()
            ],
            "entitled": [
                {"at": at, "accounts": sorted(account.hex() for account in ledger.entitled_accounts(channel, at=at))}
                for at in range(ledger.sequence + 1)
            ],
            "channel": channel.hex(),
            "content_key_number": ledger.content_key.number,
        },
        "refused.json": _refused(unit),
        "certificate.json": {
            "identity_seed": officer.identity.seed.hex(),
            "account": officer.account.hex(),
            "device": device.certificate.device.hex(),
            "signature_key": device.certificate.signature_key.hex(),
            "not_after": device.certificate.not_after,
            "encoded": device.certificate.encoded.hex(),
            "hash": device.certificate.hash.hex(),
        },
        "anchor.json": [_anchor(anchor), _anchor(application)],
        "log.json": {"channel": channel.hex(), "generation": 1, "message": message.hex(),
                     "hashes": [first.hex(), second.hex()], "kinds": [1, 2]},
        "statements.json": {
            "relay_seed": unit.relay.seed.hex(),
            "relay_key": unit.relay.public_key.hex(),
            "ledger_head": sign_statement(unit.relay, head).hex(),
            "log_head": sign_statement(unit.relay, log_head).hex(),
            "receipt": sign_statement(unit.relay, receipt).hex(),
        },
        "enrolment.json": {
            "operation": ledger.operation.hex(),
            "account": officer.account.hex(),
            "identity_seed": officer.identity.seed.hex(),
            "exchange_key": officer.exchange.public_key.hex(),
            "code": code.expose().hex(),
            "code_text": code.text(),
            "request": request.encode().hex(),
            "words": list(fingerprint.words(ledger.operation)),
            "qr_text": fingerprint.qr_text(ledger.operation),
            "letter": AccessLetter("https://relay.example.org", ledger.operation, code).text(),
        },
        "content_key.json": {
            "operation": ledger.operation.hex(),
            "number": key.number,
            "key": key.key.expose().hex(),
            "salt": key.salt.hex(),
            "hash": key.ref.hash.hex(),
            "recipient_identity_key": officer.identity.public_key.hex(),
            "recipient_exchange_private_key": officer.exchange.private_key.expose().hex(),
            "wrapped": key.wrap(
                ledger.operation, officer.identity.public_key, officer.exchange.public_key, unit.entropy
            ).hex(),
            "blob": blob.blob.hex(),
            "blob_salt": blob.salt.hex(),
            "blob_content": blob.content.hex(),
            "blob_hash": blob.ref.hash.hex(),
            "blob_sealed": seal_blob(key, ledger.operation, blob, unit.entropy).hex(),
        },
        "rejection.json": {
            "device_seed": device.key.seed.hex(),
            "signed": sign_rejection(device.key, rejection).hex(),
            "reason": int(rejection.reason),
        },
        **changes(),
    }  # fmt: skip


def _entry(signed: SignedEntry) -> Json:
    return {
        "sequence": signed.entry.sequence,
        "type": int(signed.entry.type),
        "time": signed.entry.time,
        "signer": signed.entry.signer.hex(),
        "cosigners": [cosignature.signer.hex() for cosignature in signed.entry.cosignatures],
        "encoded": signed.encode().hex(),
        "hash": signed.hash.hex(),
    }


def _anchor(anchor: Anchor) -> Json:
    return {
        "kind": int(anchor.kind),
        "operation": anchor.operation.hex(),
        "channel": anchor.channel.hex(),
        "generation": anchor.generation,
        "ledger_sequence": anchor.ledger_sequence,
        "ledger_hash": anchor.ledger_hash.hex(),
        "log_sequence": anchor.log_sequence,
        "log_hash": anchor.log_hash.hex(),
        "commitment": anchor.commitment.hex(),
        "encoded": anchor.encode().hex(),
    }


def _refused(unit: Unit) -> Json:
    """Entries that do not follow behind all of operation.json, each with the rule that it breaks."""
    stranger, body = unit.person(), PhaseBody(phase=Phase.FOLLOW_UP)
    good = unit.sign(body)
    entry, key = good.entry, unit.creator.identity
    last_channel = next(iter(unit.ledger.channels.values()))
    first_admission = unit.entries[1].entry.body
    cases = [
        ("a signer who is nobody", "L1", unit.sign(body, by=stranger)),
        ("another sequence", "L1", sign_entry(replace(entry, sequence=entry.sequence + 1), key)),
        ("another history", "L1", sign_entry(replace(entry, previous=NO_HASH), key)),
        ("a signature of other bytes", "L1", SignedEntry(good.content, unit.entries[-1].signature)),
        ("older than the entry before", "L5", unit.sign(body, time=unit.ledger.time - 1)),
        ("a second charter", "L2", unit.sign(unit.ledger.charter)),
        ("a coordinator without a second signature", "L5", unit.sign(unit.admission(stranger, Role.COORDINATOR))),
        ("a second signature where none is due", "L5", unit.sign(body, second=unit.others[0])),
        ("revoked keys that come back", "L6", unit.sign(first_admission)),
        ("a group id used before", "L8", unit.sign(replace(unit.channel_body(), group_id=last_channel.group_id))),
        ("a channel for nobody", "L8", unit.sign(unit.channel_body(roles=()))),
        ("the revocation of nobody", "L6", unit.sign(unit.revocation(stranger))),
        ("an enrolment of another operation", "D7", unit.sign(found(seed="other").admission(unit.person()))),
    ]  # fmt: skip
    return [{"name": name, "rule": rule, "encoded": signed.encode().hex()} for name, rule, signed in cases]


if __name__ == "__main__":
    for file_name, content in fixtures().items():
        (FOLDER / file_name).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
