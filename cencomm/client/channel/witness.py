"""What a log entry is judged against."""

from collections.abc import Callable
from dataclasses import dataclass

from cencomm.ids import AccountId
from cencomm.ledger.certificate import CertificateMemo
from cencomm.ledger.replay import Ledger
from cencomm.ledger.views import LeafView

HashAt = Callable[[int], bytes | None]
"""Log sequence -> our chain hash there, as far back as the Commit that began the epoch."""


@dataclass(frozen=True, slots=True)
class Witness:
    """What a log entry is judged against: our ledger, our log, and certificates that verified before."""

    ledger: Ledger
    hash_at: HashAt
    certificates: CertificateMemo

    def account_of(self, leaf: LeafView) -> AccountId:
        """Whose leaf it is, by its certificate."""
        return self.certificates.verify(leaf.credential).account
