"""The wire form does not move: what the code makes and reads is what the fixtures say."""

import json
from typing import TypedDict

import pytest

from cencomm.ids import AccountId, BlobId, ChannelId, DeviceId, OperationId
from cencomm.ledger import fingerprint
from cencomm.ledger.anchor import decode_anchor
from cencomm.ledger.certificate import verify_certificate
from cencomm.ledger.content_key import BlobRef, ContentKeyRef, open_blob, unwrap
from cencomm.ledger.enrolment import EnrolmentCode, decode_request, verify_request
from cencomm.ledger.entry import UnknownEntry, decode_signed_entry
from cencomm.ledger.letter import read_letter
from cencomm.ledger.refusal import LedgerRefused
from cencomm.ledger.rejection import verify_rejection
from cencomm.ledger.replay import Ledger, replay
from cencomm.ledger.statements import verify_ledger_head, verify_log_head, verify_receipt
from cencomm.primitives.x25519 import PrivateKey
from tests.vectors.ledger.fixtures import FOLDER, fixtures

FIXTURES = fixtures()


class Case(TypedDict):
    name: str
    rule: str
    encoded: str


def load(name: str) -> dict[str, str]:
    """A fixture whose values are read as text; nested ones are loaded by their own tests."""
    content: dict[str, str] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return content


def ledger_of_the_fixture(name: str = "operation.json") -> Ledger:
    content = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return replay(decode_signed_entry(bytes.fromhex(entry["encoded"])) for entry in content["entries"])


@pytest.mark.parametrize("name", sorted(FIXTURES))
def test_the_code_writes_what_the_fixture_holds(name: str) -> None:
    assert FIXTURES[name] == json.loads((FOLDER / name).read_text(encoding="utf-8"))


def test_every_fixture_is_written_by_the_code() -> None:
    assert {file.name for file in FOLDER.glob("*.json")} == set(FIXTURES)


def test_the_operation_replays_to_its_members() -> None:
    content = json.loads((FOLDER / "operation.json").read_text(encoding="utf-8"))
    ledger = ledger_of_the_fixture()

    assert ledger.operation.hex() == content["operation"]
    assert [digest.hex() for digest in ledger.hashes] == [entry["hash"] for entry in content["entries"]]
    assert {(m.account.hex(), int(m.role), m.admitted_at, m.revoked_at) for m in ledger.members.values()} == {
        (member["account"], member["role"], member["admitted_at"], member["revoked_at"])
        for member in content["members"]
    }
    channel = ChannelId(bytes.fromhex(content["channel"]))
    for moment in content["entitled"]:
        accounts = ledger.entitled_accounts(channel, at=moment["at"])
        assert sorted(account.hex() for account in accounts) == moment["accounts"]


@pytest.mark.parametrize(
    ("refused_entries", "behind"), [("refused.json", "operation.json"), ("changes_refused.json", "changes.json")]
)
def test_what_does_not_follow_is_refused_by_its_rule(refused_entries: str, behind: str) -> None:
    cases: list[Case] = json.loads((FOLDER / refused_entries).read_text(encoding="utf-8"))
    ledger = ledger_of_the_fixture(behind)

    for case in cases:
        with pytest.raises(LedgerRefused) as refused:
            ledger.append(decode_signed_entry(bytes.fromhex(case["encoded"])))
        assert refused.value.rule == case["rule"], case["name"]


def test_replacements_ended_devices_and_restarts_replay_to_what_they_change() -> None:
    content = json.loads((FOLDER / "changes.json").read_text(encoding="utf-8"))
    ledger = ledger_of_the_fixture("changes.json")

    assert [digest.hex() for digest in ledger.hashes] == [entry["hash"] for entry in content["entries"]]
    assert [
        {
            "account": member.account.hex(),
            "identity_key": member.identity_key.hex(),
            "role": int(member.role),
            "first_admitted_at": member.first_admitted_at,
            "admitted_at": member.admitted_at,
            "revoked_at": member.revoked_at,
        }
        for member in ledger.identities.values()
    ] == content["identities"]
    ended = content["ended_device"]
    account, device = AccountId(bytes.fromhex(ended["account"])), DeviceId(bytes.fromhex(ended["device"]))
    assert [ledger.has_ended(account, device, at=at) for at in range(ledger.sequence + 1)] == ended["ended"]
    channel = ledger.channels[ChannelId(bytes.fromhex(content["channel"]))]
    assert [(one.number, one.group_id.hex(), one.began_at) for one in channel.generations] == [
        (one["number"], one["group_id"], one["began_at"]) for one in content["generations"]
    ]
    for cut in content["cuts"]:
        restart = channel.restart_after(cut["generation"])
        assert restart is not None
        assert (restart.cut_sequence, restart.cut_hash.hex()) == (cut["sequence"], cut["hash"])


def test_a_reader_stops_at_an_entry_of_the_future() -> None:
    cases: list[Case] = json.loads((FOLDER / "unknown.json").read_text(encoding="utf-8"))

    for case in cases:
        with pytest.raises(UnknownEntry, match=f"{case['name']} need a newer version"):
            decode_signed_entry(bytes.fromhex(case["encoded"]))


def test_the_certificate_verifies() -> None:
    fixture = load("certificate.json")

    certificate = verify_certificate(bytes.fromhex(fixture["encoded"]))

    assert (certificate.account.hex(), certificate.device.hex()) == (fixture["account"], fixture["device"])
    assert certificate.hash.hex() == fixture["hash"]


def test_the_anchors_have_181_bytes() -> None:
    for fixture in json.loads((FOLDER / "anchor.json").read_text(encoding="utf-8")):
        data = bytes.fromhex(fixture["encoded"])
        anchor = decode_anchor(data)

        assert (len(data), int(anchor.kind), anchor.log_hash.hex()) == (181, fixture["kind"], fixture["log_hash"])


def test_the_relays_statements_verify() -> None:
    fixture = load("statements.json")
    relay_key = bytes.fromhex(fixture["relay_key"])

    head = verify_ledger_head(bytes.fromhex(fixture["ledger_head"]), relay_key).statement
    log_head = verify_log_head(bytes.fromhex(fixture["log_head"]), relay_key).statement
    receipt = verify_receipt(bytes.fromhex(fixture["receipt"]), relay_key).statement

    assert head.hash == ledger_of_the_fixture().head_hash
    assert (log_head.sequence, log_head.hash) == (receipt.sequence, receipt.hash)


def test_the_enrolment_verifies_under_the_code_of_the_letter() -> None:
    fixture = load("enrolment.json")
    letter = read_letter(fixture["letter"])

    keys = verify_request(decode_request(bytes.fromhex(fixture["request"])), letter.code)

    assert keys.account.hex() == fixture["account"]
    assert letter.code == EnrolmentCode.from_text(fixture["code_text"])
    assert letter.operation.hex() == fixture["operation"]
    assert fingerprint.qr_text(letter.operation) == fixture["qr_text"]
    assert list(fingerprint.words(letter.operation)) == list(fixture["words"])


def test_the_content_key_unwraps_and_opens_the_blob() -> None:
    fixture = load("content_key.json")
    operation = OperationId(bytes.fromhex(fixture["operation"]))
    ref = ContentKeyRef(int(fixture["number"]), bytes.fromhex(fixture["hash"]))
    private_key = PrivateKey(bytes.fromhex(fixture["recipient_exchange_private_key"]))
    recipient = bytes.fromhex(fixture["recipient_identity_key"])

    key = unwrap(bytes.fromhex(fixture["wrapped"]), operation, ref, recipient, private_key)
    blob_ref = BlobRef(BlobId(bytes.fromhex(fixture["blob"])), bytes.fromhex(fixture["blob_hash"]))
    blob = open_blob(key, operation, blob_ref, bytes.fromhex(fixture["blob_sealed"]))

    assert key.key.expose().hex() == fixture["key"]
    assert blob.content.hex() == fixture["blob_content"]


def test_the_rejection_verifies() -> None:
    fixture = load("rejection.json")

    assert int(verify_rejection(bytes.fromhex(fixture["signed"])).reason) == int(fixture["reason"])
