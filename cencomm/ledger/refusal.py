"""Refusals that name the rule they rest on (docs/ledger.md lists the rules)."""

from cencomm.errors import ProtocolError, Unavailable


class Refused(ProtocolError):  # noqa: N818 (reads as the answer that it is)
    """Somebody broke a rule; nothing was changed. `rule` is its number, the text a sentence for people."""

    def __init__(self, rule: str, sentence: str) -> None:
        super().__init__(f"{sentence} ({rule})")
        self.rule = rule
        self.sentence = sentence


class LedgerRefused(Refused):
    """An entry does not follow from the ledger before it."""


class AnchorRefused(Refused):
    """The authenticated data of a message is not for this place, or names a history that is not ours."""


class TreeRefused(Refused):
    """A leaf has no business in the tree."""


class CommitRefused(Refused):
    """The Commit is invalid for everybody who holds the ledger up to its anchor; stay in the epoch before it."""


class JoinRefused(Refused):
    """The Welcome leads into a group that is not the operation's; do not join."""


class LedgerBehind(Unavailable):
    """The anchor names an entry that we do not hold yet: fetch the ledger up to `needed` and judge again.

    A fault of ours or of the relay's delivery, never a reason to refuse what was anchored there.
    """

    def __init__(self, *, needed: int, held: int) -> None:
        super().__init__(f"judging this takes ledger entry {needed}, only {held} is here")
        self.needed = needed
        self.held = held
