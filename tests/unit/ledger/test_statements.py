from dataclasses import replace

import pytest

from cencomm.errors import MalformedError
from cencomm.ids import ChannelId, OperationId, SendId
from cencomm.ledger.bodies import PhaseBody
from cencomm.ledger.kinds import Phase
from cencomm.ledger.relay_key import RelayKey
from cencomm.ledger.statements import (
    Attested,
    LedgerHead,
    LogHead,
    Receipt,
    Statement,
    contradiction,
    sign_statement,
    verify_ledger_head,
    verify_log_head,
    verify_receipt,
)
from cencomm.primitives.signatures import BadSignature
from tests.unit.ledger.people import CountingEntropy, Unit

OPERATION = OperationId(bytes(range(32)))
LEDGER_HEAD = LedgerHead(operation=OPERATION, sequence=3, hash=b"\x03" * 32, time=1)
LOG_HEAD = LogHead(
    operation=OPERATION, channel=ChannelId(bytes(16)), generation=1, sequence=7, hash=b"\x07" * 32, time=1
)
RECEIPT = Receipt(
    operation=OPERATION,
    channel=ChannelId(bytes(16)),
    generation=1,
    epoch=2,
    sequence=7,
    hash=b"\x07" * 32,
    send_id=SendId(b"\x01" * 16),
    message_hash=b"\x02" * 32,
)


@pytest.fixture
def relay(entropy: CountingEntropy) -> RelayKey:
    return RelayKey.generate(entropy)


def attest(relay: RelayKey, statement: Statement) -> Attested[Statement]:
    encoded = sign_statement(relay, statement)
    match statement:
        case LedgerHead():
            return verify_ledger_head(encoded, relay.public_key)
        case LogHead():
            return verify_log_head(encoded, relay.public_key)
        case Receipt():
            return verify_receipt(encoded, relay.public_key)


@pytest.mark.parametrize("statement", [LEDGER_HEAD, LOG_HEAD, RECEIPT])
def test_a_statement_survives_its_bytes(relay: RelayKey, statement: Statement) -> None:
    attested = attest(relay, statement)

    assert attested.statement == statement
    assert attested.encoded == sign_statement(relay, statement)


def test_a_statement_of_one_kind_is_none_of_another(relay: RelayKey) -> None:
    for statement in (LEDGER_HEAD, LOG_HEAD, RECEIPT):
        encoded = sign_statement(relay, statement)
        for verify, kind in (
            (verify_ledger_head, LedgerHead),
            (verify_log_head, LogHead),
            (verify_receipt, Receipt),
        ):
            if not isinstance(statement, kind):
                with pytest.raises(BadSignature):
                    verify(encoded, relay.public_key)


def test_another_key_says_nothing_for_this_relay(relay: RelayKey, entropy: CountingEntropy) -> None:
    with pytest.raises(BadSignature):
        verify_ledger_head(sign_statement(RelayKey.generate(entropy), LEDGER_HEAD), relay.public_key)


def test_changed_and_trailing_bytes_are_refused(relay: RelayKey) -> None:
    encoded = sign_statement(relay, RECEIPT)

    for data in (encoded + b"\x00", encoded[:-1], b"", bytes(600)):
        with pytest.raises(MalformedError):
            verify_receipt(data, relay.public_key)
    for place in range(2, len(encoded) - 66):
        with pytest.raises(BadSignature):
            verify_receipt(encoded[:place] + bytes([encoded[place] ^ 1]) + encoded[place + 1 :], relay.public_key)


class TestContradiction:
    def test_two_heads_of_one_sequence_with_two_hashes(self, relay: RelayKey) -> None:
        first, second = attest(relay, LEDGER_HEAD), attest(relay, replace(LEDGER_HEAD, hash=bytes(32), time=9))

        found = contradiction(first, second)

        assert found is not None
        assert "entry 3" in found.sentence
        assert (found.first, found.second) == (first, second)

    def test_heads_that_can_both_be_true(self, relay: RelayKey) -> None:
        head = attest(relay, LEDGER_HEAD)
        for other in (
            replace(LEDGER_HEAD, time=99),
            replace(LEDGER_HEAD, sequence=4, hash=bytes(32)),
            replace(LEDGER_HEAD, operation=OperationId(bytes(32)), hash=bytes(32)),
            LOG_HEAD,
        ):
            assert contradiction(head, attest(relay, other)) is None

    def test_two_relays_contradict_nobody(self, relay: RelayKey, entropy: CountingEntropy) -> None:
        other = RelayKey.generate(entropy)

        assert contradiction(attest(relay, LEDGER_HEAD), attest(other, replace(LEDGER_HEAD, hash=bytes(32)))) is None

    def test_log_heads_and_receipts_of_one_place(self, relay: RelayKey) -> None:
        other_hash = bytes(32)
        for a, b in (
            (LOG_HEAD, replace(LOG_HEAD, hash=other_hash)),
            (LOG_HEAD, replace(RECEIPT, hash=other_hash)),
            (replace(RECEIPT, hash=other_hash), LOG_HEAD),
            (RECEIPT, replace(RECEIPT, hash=other_hash)),
            (RECEIPT, replace(RECEIPT, message_hash=other_hash)),
        ):
            assert contradiction(attest(relay, a), attest(relay, b)) is not None

    def test_logs_that_can_both_be_true(self, relay: RelayKey) -> None:
        for a, b in (
            (LOG_HEAD, RECEIPT),
            (LOG_HEAD, replace(LOG_HEAD, sequence=8, hash=bytes(32))),
            (LOG_HEAD, replace(LOG_HEAD, generation=2, hash=bytes(32))),
            (RECEIPT, replace(RECEIPT, channel=ChannelId(b"\x09" * 16), hash=bytes(32))),
        ):
            assert contradiction(attest(relay, a), attest(relay, b)) is None


class TestForkedLedger:
    """The relay shows one half of the operation another ledger than the other half."""

    def head(self, unit: Unit, sequence: int, digest: bytes | None) -> Attested[Statement]:
        assert digest is not None
        head = LedgerHead(operation=unit.ledger.operation, sequence=sequence, hash=digest, time=1)
        return attest(unit.relay, head)

    def test_two_heads_convict_when_one_lies_on_our_chain_and_the_other_beside_it(self, unit: Unit) -> None:
        fork = unit.ledger.append(unit.sign(PhaseBody(phase=Phase.TEST)))
        unit.admit()
        unit.admit()
        ours, theirs = self.head(unit, 2, unit.ledger.hash_at(2)), self.head(unit, 1, fork.hash_at(1))

        assert contradiction(ours, theirs) is None
        assert contradiction(ours, theirs, ledger=unit.ledger) is not None
        assert contradiction(theirs, ours, ledger=unit.ledger) is not None

    def test_an_older_and_a_newer_head_of_our_chain_do_not(self, unit: Unit) -> None:
        unit.admit()
        older, newer = self.head(unit, 0, unit.ledger.hash_at(0)), self.head(unit, 1, unit.ledger.hash_at(1))

        assert contradiction(older, newer, ledger=unit.ledger) is None

    def test_a_head_beyond_our_chain_convicts_nobody_yet(self, unit: Unit) -> None:
        ours, beyond = self.head(unit, 0, unit.ledger.hash_at(0)), self.head(unit, 5, bytes(32))

        assert contradiction(ours, beyond, ledger=unit.ledger) is None

    def test_two_heads_beside_our_chain_prove_no_contradiction_of_each_other(self, unit: Unit) -> None:
        unit.admit()

        assert contradiction(self.head(unit, 0, bytes(32)), self.head(unit, 1, bytes(32)), ledger=unit.ledger) is None

    def test_an_entry_that_lost_the_race_is_no_evidence(self, unit: Unit) -> None:
        """Two coordinators race honestly. An entry is no statement of the relay, and does not pass for one."""
        lost = unit.sign(PhaseBody(phase=Phase.TEST), by=unit.others[0])
        unit.admit()

        with pytest.raises((MalformedError, BadSignature)):
            verify_ledger_head(lost.encode(), unit.ledger.charter.relay_key)
