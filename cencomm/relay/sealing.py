"""What has to come sealed beside an entry (L7). The relay sees that it is there; what it says, only members see.

An entry names its blobs by hash for ever: if one could go in without its blob, one coordinator could leave all others
with a form or a title that nobody has, and the next revocation with nothing to seal again.
"""

from collections.abc import Iterable

from cencomm.ids import AccountId
from cencomm.ledger.bodies import Admit, Body, ChannelBody, Charter, FormBody, Replace, Revoke
from cencomm.ledger.content_key import BlobRef
from cencomm.ledger.refusal import Refused
from cencomm.ledger.replay import Ledger
from cencomm.wire.operations import SealedBlob, WrapFor


def judge_sealed(ledger: Ledger, body: Body, wraps: Iterable[WrapFor], blobs: Iterable[SealedBlob]) -> None:
    """With the entry of `body`, after which `ledger` stands, comes all that members need to read it.

    That blobs are sealed again after a revocation is not asked: one that cannot be opened would then keep somebody in.

    Raises:
        Refused: a blob that the entry names is missing, or the newest content key for somebody whom it concerns.
    """
    number = ledger.content_key.number
    sealed = {blob.blob for blob in blobs if blob.number == number}
    if any(ref.blob not in sealed for ref in _named(body)):
        raise Refused("L7", "a blob that the entry names has to come with it, sealed under the newest content key")
    reached = {wrap.account for wrap in wraps if wrap.number == number}
    if not reached.issuperset(_concerned(ledger, body)):
        raise Refused("L7", "the newest content key has to come with the entry for everybody whom it concerns")


def _named(body: Body) -> tuple[BlobRef, ...]:
    match body:
        case Charter():
            return (body.plan, *body.profiles)
        case Admit():
            return (body.profile,)
        case ChannelBody():
            return (body.title,)
        case FormBody():
            return (body.definition,)
        case _:
            return ()


def _concerned(ledger: Ledger, body: Body) -> Iterable[AccountId]:
    """Who needs the content key from this entry: whoever comes in, and with a new key all who stay."""
    match body:
        case Admit():
            return (body.keys.account,)
        case Charter() | Revoke() | Replace():
            return (member.account for member in ledger.members.values() if member.belongs(at=ledger.sequence))
        case _:
            return ()
