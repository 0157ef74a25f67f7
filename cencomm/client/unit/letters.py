"""The unit's letters, opened once for all requests that wait (rule D7).

A request does not say whose letter it answers, or the relay could tell which letter was for whom: each is tried with
the code of every letter. With 800 letters that is 2.6 ms, and five times as much where they are read for each request.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.invitation import Invitation
from cencomm.client.unit.codes import invitation_key
from cencomm.client.unit.invitations import kept_invitations
from cencomm.errors import ProtocolError
from cencomm.ids import OperationId
from cencomm.ledger.enrolment import CodeMark, EnrolmentRequest, WrongCode, mark_of
from cencomm.ledger.replay import Ledger
from cencomm.ledger.used_codes import is_outdated, used_by
from cencomm.primitives.signatures import BadSignature


class CodeUsed(ProtocolError):  # noqa: N818 (names what was found)
    """A request under a code with which somebody else was admitted: the letter was read by two."""

    def __init__(self) -> None:
        super().__init__("the code of its letter was used by another account")


class OutdatedLetter(ProtocolError):  # noqa: N818 (names what was found)
    """A request under a code that somebody knows who is no coordinator any more."""

    def __init__(self) -> None:
        super().__init__("a coordinator who knew the code of its letter has left since: write a new letter")


@dataclass(slots=True, eq=False)
class Letter:
    """An invitation with its code's key, and how far the ledger was searched for who used it."""

    invitation: Invitation
    mark: CodeMark
    unsearched: int  # the first entry that may have used the code

    def judge(self, ledger: Ledger, request: EnrolmentRequest) -> None:
        """Its code is unused, or was used by these keys (D7), and is known to those alone who may admit.

        `ledger` is of the letter's operation. Entries never change, so none is searched twice.

        Raises:
            CodeUsed: another coordinator, or we, admitted somebody else with it.
            OutdatedLetter: a coordinator was revoked or replaced since. Nobody need tell us: it stands in the ledger.
        """
        user = used_by(self.mark, ledger, since=self.unsearched)
        if user is None:
            self.unsearched = ledger.sequence + 1
            if is_outdated(ledger, since=self.invitation.since):
                raise OutdatedLetter
        elif user.identity_key != request.keys.identity_key:
            raise CodeUsed


async def read_letters(mailbox: Mailbox, operation: OperationId) -> tuple[Letter, ...]:
    """All that were not withdrawn, used ones too."""
    kept = await kept_invitations(mailbox, operation)
    return tuple(Letter(one, mark_of(one.code), one.since) for one in kept)


async def letter_of(
    mailbox: Mailbox, operation: OperationId, letters: Sequence[Letter], request: EnrolmentRequest
) -> Letter:
    """The one of `letters` with whose code the request was made, and for whom.

    Raises:
        CodeUsed: another account used its code.
        OutdatedLetter: a coordinator of that time is none any more.
        WrongCode: there is none, or it was withdrawn after they were read.
        BadPublicKey: there is, and nothing can be sealed to the exchange key of whoever asks.
    """
    for letter in letters:
        try:
            letter.mark.verify(request)
        except (WrongCode, BadSignature):
            continue
        if letter.invitation.resets not in {None, request.keys.account}:
            raise WrongCode
        if await mailbox.store.get(invitation_key(operation, letter.invitation.id)) is None:
            raise WrongCode
        letter.judge(mailbox.operation(operation).ledger, request)
        return letter
    raise WrongCode
