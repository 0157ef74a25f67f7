"""An officer at a shared computer: everything that is kept of the session, in memory, from one command to the next."""

from dataclasses import dataclass, field

from cencomm.client.account.session import Access
from cencomm.client.account.sign_in import SignInKeys, SignInParameters
from cencomm.client.attachments.spool import SpoolInMemory
from cencomm.client.roaming.holding import Holding, take
from cencomm.client.transport.calls import SessionToken
from cencomm.client.transport.relay_client import RelayClient
from cencomm.clock import Clock
from cencomm.ids import AccountId
from cencomm.secret import Entropy


@dataclass(slots=True, kw_only=True)
class Sitting:
    """`has_ended`: the mailbox was handed over; `is_lost`: another computer took it, or somebody ended the session."""

    relay_url: str
    parameters: SignInParameters
    keys: SignInKeys
    account: AccountId
    token: SessionToken
    holding: Holding
    spool: SpoolInMemory = field(default_factory=SpoolInMemory)
    has_ended: bool = False
    is_lost: bool = False

    def follow(self, changed: Access) -> None:
        """The password was changed in this session: it goes on under the new keys."""
        self.parameters, self.keys = changed.parameters, changed.keys

    def resume(self, relay: RelayClient) -> Access:
        """The session over new connections, in whatever event loop runs now; nothing is sent before it is used.

        It is not renewed when it ends: whoever takes the mailbox over ends it, and this computer shows nothing more.
        """
        signed_in = relay.signed_in(self.token)
        self.holding.store.speak_through(signed_in)
        return Access(account=self.account, parameters=self.parameters, keys=self.keys, relay=signed_in)


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
        holding=holding,
    )
