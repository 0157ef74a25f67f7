"""An officer at a shared computer: everything that is kept of the session, in memory, from one command to the next."""

from dataclasses import dataclass, field

from cencomm.client.account.session import Access, AskCode, Computer, Known, resume_session
from cencomm.client.account.sign_in import SignInKeys, SignInParameters
from cencomm.client.attachments.spool import SpoolInMemory
from cencomm.client.roaming.holding import Holding, take
from cencomm.client.transport.relay_client import RelayClient, SessionToken
from cencomm.clock import Clock
from cencomm.ids import AccountId
from cencomm.secret import Entropy


@dataclass(slots=True, kw_only=True)
class Sitting:
    """`token` and `known` are those of the session now; `has_ended` once the mailbox was handed over."""

    relay_url: str
    parameters: SignInParameters
    keys: SignInKeys
    account: AccountId
    token: SessionToken
    known: Known
    holding: Holding
    spool: SpoolInMemory = field(default_factory=SpoolInMemory)
    has_ended: bool = False

    def resume(self, relay: RelayClient, ask_code: AskCode | None = None) -> Access:
        """The session over new connections, in whatever event loop runs now; nothing is sent before it is used."""
        access = resume_session(
            relay,
            self.parameters,
            self.keys,
            account=self.account,
            token=self.token,
            computer=Computer(ask_code=ask_code),
            known=self.known,
        )
        self.holding.store.speak_through(access.relay)
        return access


async def sit_down(access: Access, *, take_over: bool, clock: Clock, entropy: Entropy) -> Sitting:
    """The session that has begun, with the account's mailbox in hand. Raises as `take`."""
    holding = await take(access, take_over=take_over, clock=clock, entropy=entropy)
    token = access.relay.token
    assert token is not None  # whoever has access has signed in
    return Sitting(
        relay_url=access.relay.address,
        parameters=access.parameters,
        keys=access.keys,
        account=access.account,
        token=token,
        known=access.known,
        holding=holding,
    )
