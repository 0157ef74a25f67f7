"""Builds the fixtures beside it, which pin what a member encrypts for both languages.

    python -m tests.vectors.payload.fixtures        writes them anew; only an ADR that changes the wire may

Seeds and salts are in the files, so another implementation can make the same bytes.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from cencomm.client.channel.outbox import Posting
from cencomm.forms.acknowledgement import Acknowledgement
from cencomm.forms.control import HEARTBEAT_BODY, Control, ControlKind, sign_control
from cencomm.forms.envelope import SignedEnvelope
from cencomm.forms.payload import SALT_BYTES, Signed, commitment, encode_payload
from cencomm.ids import ChannelId, MessageId, OperationId, SendId
from cencomm.primitives.signatures import SigningKey

Json: TypeAlias = Mapping[str, object]

FOLDER = Path(__file__).parent
ENVELOPES = FOLDER.parent / "envelope"
SEED = bytes(range(32))  # that of the envelopes' fixtures
SALT = b"s" * SALT_BYTES


def fixtures() -> Mapping[str, list[Json] | Json]:
    """File name -> content."""
    acknowledgement = Acknowledgement(author=b"\xaa" * 32, message=MessageId(b"m" * 16)).encode()
    controls = [(ControlKind.HEARTBEAT, HEARTBEAT_BODY), (ControlKind.ACKNOWLEDGEMENT, acknowledgement)]
    signed: list[Signed] = [_envelope(version) for version in (1, 2)]
    signed += [sign_control(_control(kind, body), SigningKey(SEED)) for kind, body in controls]
    signed.append(sign_control(_control(ControlKind.ENROLMENT_CODES, b"code" * 1000), SigningKey(SEED)))
    return {
        "controls.json": [_control_fixture(kind, body) for kind, body in controls],
        "payloads.json": [_payload_fixture(one) for one in signed],
        "send_ids.json": _send_ids(signed[0]),
    }


def _envelope(version: int) -> SignedEnvelope:
    fixture = json.loads((ENVELOPES / f"version_{version}.json").read_text("utf-8"))
    return SignedEnvelope(bytes.fromhex(fixture["content"]), bytes.fromhex(fixture["signature"]))


def _control(kind: ControlKind, body: bytes) -> Control:
    return Control(
        kind=kind,
        message=MessageId(b"c" * 16),
        operation=OperationId(b"o" * 32),
        channel=ChannelId(b"h" * 16),
        author=b"a" * 32,
        ledger_sequence=7,
        ledger_hash=b"l" * 32,
        written_at=1_731_500_000,
        body=body,
    )


def _control_fixture(kind: ControlKind, body: bytes) -> Json:
    control = _control(kind, body)
    signed = sign_control(control, SigningKey(SEED))
    return {
        "seed": SEED.hex(),
        "kind": int(control.kind),
        "message": control.message.hex(),
        "operation": control.operation.hex(),
        "channel": control.channel.hex(),
        "author": control.author.hex(),
        "ledger_sequence": control.ledger_sequence,
        "ledger_hash": control.ledger_hash.hex(),
        "written_at": control.written_at,
        "body": body.hex(),
        "content": signed.content.hex(),
        "signature": signed.signature.hex(),
    }


def _payload_fixture(signed: Signed) -> Json:
    payload = encode_payload(SALT, signed)
    unpadded = payload.rstrip(b"\x00")
    return {
        "salt": SALT.hex(),
        "content": signed.content.hex(),
        "signature": signed.signature.hex(),
        "commitment": commitment(SALT, signed).hex(),
        "payload": unpadded.hex(),  # and zeros up to `size`
        "size": len(payload),
    }


def _send_ids(signed: Signed) -> Json:
    posting = Posting(
        operation=OperationId(b"o" * 32),
        channel=ChannelId(b"h" * 16),
        send_id=SendId(b"i" * 16),
        signed=signed,
        message=MessageId(b"m" * 16),
    )
    return {
        "send_id": posting.send_id.hex(),
        "in_generation": {str(number): posting.send_id_in(number).hex() for number in (1, 2, 3)},
        "past_entry_7": {str(number): posting.send_id_in(number, unread=7).hex() for number in (1, 2)},
    }


def main() -> None:
    for name, content in fixtures().items():
        (FOLDER / name).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
