"""What the relay puts its name to: heads and receipts (docs/protocol.md sections 3.5 and 4)."""

from dataclasses import dataclass

from cencomm.ids import SendId
from cencomm.ledger.relay_key import RelayKey
from cencomm.ledger.replay import Ledger
from cencomm.ledger.statements import LedgerHead, LogHead, Receipt, sign_statement
from cencomm.relay.channel_log import Logged, Tip


@dataclass(frozen=True, slots=True)
class Notary:
    """Signs only what is committed, or is discarded with its transaction. Ed25519 is deterministic: the receipt of a
    retry is the first one, byte for byte, without being stored.
    """

    key: RelayKey

    def ledger_head(self, ledger: Ledger, *, now: int, up_to: int | None = None) -> bytes:
        """Where the ledger ends, or ended for somebody who was revoked by entry `up_to`."""
        sequence = ledger.sequence if up_to is None else up_to
        head = LedgerHead(
            operation=ledger.operation, sequence=sequence, hash=ledger.hashes[sequence], time=max(now, ledger.time)
        )
        return sign_statement(self.key, head)

    def log_head(self, tip: Tip, *, now: int) -> bytes:
        head = LogHead(
            operation=tip.operation,
            channel=tip.channel,
            generation=tip.generation,
            sequence=tip.sequence,
            hash=tip.hash,
            time=now,
        )
        return sign_statement(self.key, head)

    def receipt(self, tip: Tip, logged: Logged, send_id: SendId) -> bytes:
        """That `logged` is in the log that `tip` is of."""
        receipt = Receipt(
            operation=tip.operation,
            channel=tip.channel,
            generation=logged.generation,
            epoch=logged.epoch,
            sequence=logged.sequence,
            hash=logged.hash,
            send_id=send_id,
            message_hash=logged.message_hash,
        )
        return sign_statement(self.key, receipt)
