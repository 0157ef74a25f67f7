"""An officer without password or device, and with a reset letter: new password, new identity, the same account (D7).

Nothing is kept on this computer. The new keys wait at the relay, sealed under the new password; when the unit has
replaced the old ones, signing in fetches them as on any other computer.
"""

from cencomm.client.account.account import stretch
from cencomm.client.account.device import new_identity
from cencomm.client.account.remote_vault import RemoteVault
from cencomm.client.account.sign_in import DeviceSecret, SignInParameters, new_password
from cencomm.client.transport.relay_client import RelayClient
from cencomm.client.vault.pins import first_pin
from cencomm.ledger.enrolment import request_enrolment
from cencomm.ledger.fingerprint import key_words
from cencomm.ledger.reset_letter import ResetLetter, reset_ticket
from cencomm.secret import Entropy
from cencomm.wire.resets import AskReset

FIRST_VAULT = 1  # version: the relay begins to count anew with it


async def ask_for_reset(
    relay: RelayClient,
    letter: ResetLetter,
    *,
    name: str,
    password: str,
    device_secret: DeviceSecret | None = None,
    entropy: Entropy,
) -> tuple[str, ...]:
    """Leave new keys and a new password with the relay, under the letter's code. `name` stays the account's.

    Returns:
        The words of the new keys: whoever replaces the old ones may hear them by voice.

    Raises:
        WeakPassword, UnusableText: choose another; nothing was sent.
        NotFound: the letter is too old, or has served.
        AgainstRule: the sign-in name is another account's.
    """
    about = await relay.about()
    chosen = new_password(password, name=name, relay_name=about.name)
    parameters = SignInParameters.choose(relay_name=about.name, name=name, entropy=entropy)
    keys = await stretch(chosen, parameters, device_secret)
    identity = new_identity(letter.account, entropy)
    operation, code = letter.access.operation, letter.access.code
    exchange_key = identity.exchange_key.public_key()
    vault = RemoteVault(
        identity_key=identity.signing_key, exchange_key=identity.exchange_key, pins=(first_pin(operation),)
    )
    request = request_enrolment(operation, letter.account, identity.signing_key, exchange_key, code)
    sealed = vault.seal(account=letter.account, version=FIRST_VAULT, wrapping_key=keys.wrapping_key, entropy=entropy)
    await relay.reset(
        AskReset(
            ticket=reset_ticket(code),
            request=request.encode(),
            handle=parameters.handle,
            salt=parameters.salt,
            profile=parameters.profile,
            sign_in_secret=keys.sign_in_secret.expose(),
            vault=sealed,
        )
    )
    return key_words(identity.identity_key, exchange_key)
