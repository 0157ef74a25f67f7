"""An account at a relay: made once, signed in to from any computer, its identity kept sealed at the relay.

    sign_up   about -> parameters -> Argon2id -> account -> session -> identity, sealed in the account's vault
    sign_in   about -> parameters -> Argon2id -> session
    settle    session -> vault -> identity and a new device in this store

Each may be interrupted anywhere and called again: the identity is at the relay before it is used, and what a crash
leaves behind is at most the name of a device that never came to be.
"""

import asyncio
import contextlib
from dataclasses import replace

from cencomm import codec
from cencomm.client.account.device import Identity, OwnDevice, new_device, new_identity
from cencomm.client.account.remote_vault import MailboxKey, RemoteVault, open_remote_vault
from cencomm.client.account.session import UNNAMED, Access, Computer, begin_session, remember_session, session_writes
from cencomm.client.account.sign_in import (
    DeviceSecret,
    Password,
    SignInKeys,
    SignInParameters,
    derive,
    new_password,
    sign_in_handle,
    typed_password,
)
from cencomm.client.channel.errors import RolledBack
from cencomm.client.errors import PasswordChangedElsewhere, WrongPassword
from cencomm.client.mailbox import DEVICE_KEY, IDENTITY_KEY, Mailbox
from cencomm.client.transport.errors import NotFound, StaleVersion, Taken, WrongSignIn
from cencomm.client.transport.relay_client import RelayClient
from cencomm.client.vault.pins import newest, pin_writes
from cencomm.client.vault.state_store import StateStore, Writes
from cencomm.errors import Unavailable, UsageError
from cencomm.ids import OperationId
from cencomm.ledger.replay import Pin
from cencomm.primitives import secret_box
from cencomm.secret import Entropy
from cencomm.wire.accounts import AskSignInParameters, CreateAccount
from cencomm.wire.vault import PutVault

VAULT_VERSION_KEY = "account/vault-version"
MAX_TRIES = 5  # of a vault that another computer of the same person writes at the same time


async def sign_up(
    relay: RelayClient,
    *,
    name: str,
    password: str,
    registration_code: str | None = None,
    device_secret: DeviceSecret | None = None,
    computer: Computer = UNNAMED,
    entropy: Entropy,
) -> Access:
    """A new account with its identity, signed in to. If it was made before with this password, that one.

    Raises:
        WeakPassword, UnusableText: choose another; nothing was sent.
        Taken: somebody has this name here, or you, with another password.
        NotEntitled: the relay makes accounts only with its registration code.
    """
    about = await relay.about()
    chosen = new_password(password, name=name, relay_name=about.name)
    parameters = SignInParameters.choose(relay_name=about.name, name=name, entropy=entropy)
    keys = await stretch(chosen, parameters, device_secret)
    try:
        return await create_account(
            relay, parameters, keys, registration_code=registration_code, computer=computer, entropy=entropy
        )
    except Taken as taken:
        try:
            access = await sign_in(relay, name=name, password=password, device_secret=device_secret, computer=computer)
        except WrongSignIn:
            raise taken from None
        await _found_identity(access, entropy)
        return access


async def create_account(
    relay: RelayClient,
    parameters: SignInParameters,
    keys: SignInKeys,
    *,
    registration_code: str | None = None,
    computer: Computer = UNNAMED,
    entropy: Entropy,
) -> Access:
    """A new account with its identity, for keys that are there already. Raises as `sign_up`."""
    await relay.create_account(
        CreateAccount(
            handle=parameters.handle,
            salt=parameters.salt,
            profile=parameters.profile,
            sign_in_secret=keys.sign_in_secret.expose(),
            registration_code=registration_code,
        )
    )
    access = await begin_session(relay, parameters, keys, computer=computer)
    await _found_identity(access, entropy)
    return access


async def sign_in(
    relay: RelayClient,
    *,
    name: str,
    password: str,
    device_secret: DeviceSecret | None = None,
    computer: Computer = UNNAMED,
) -> Access:
    """A session of an account that exists.

    Raises:
        WrongSignIn: the name, the password or the code is wrong.
        CodeNeeded: the account has a second factor, and nobody can be asked.
        Locked: too many wrong tries; this computer has to wait (D6).
        UnknownProfile: the relay asks for a password profile that is not ours (D1).
    """
    about = await relay.about()
    typed = typed_password(password)
    handle = sign_in_handle(about.name, name)
    answer = await relay.sign_in_parameters(AskSignInParameters(handle=handle))
    parameters = SignInParameters(relay_name=about.name, handle=handle, salt=answer.salt, profile=answer.profile)
    return await begin_session(relay, parameters, await stretch(typed, parameters, device_secret), computer=computer)


async def handle_of(relay: RelayClient, name: str) -> bytes:
    """What this relay knows instead of the name."""
    return sign_in_handle((await relay.about()).name, name)


async def stretch(
    password: Password, parameters: SignInParameters, device_secret: DeviceSecret | None = None
) -> SignInKeys:
    """The keys of the account, made in a thread: 0.15 s and 64 MiB."""
    return await asyncio.to_thread(derive, password, parameters, device_secret=device_secret)


async def settle(store: StateStore, access: Access, *, now: int, entropy: Entropy, keep_session: bool = True) -> None:
    """The account's identity and a device of its own are in `store`, and so is the session, if it is to be kept.

    A store that has them already keeps them.

    Raises:
        RolledBack: the relay shows no vault. An identity that is lost is not replaced in silence: a relay could make
            anybody a stranger in their own operations.
        WrongPassword: the password opens the account but not its vault: a device secret is missing (D3).
        MalformedError: the relay keeps something else than what was sealed.
    """
    if await store.get(IDENTITY_KEY) is not None:
        if keep_session:
            await remember_session(store, access)
        return
    for _ in range(MAX_TRIES):
        version, vault = await fetch_vault(access)
        if vault is None:
            raise RolledBack("the relay has no vault of this account: if signing up was interrupted, sign up again")
        identity = Identity(access.account, vault.identity_key, vault.exchange_key)
        device = new_device(identity, now=now, entropy=entropy)
        changed = replace(vault, devices=(*vault.devices, device.device))
        try:
            stored = await _put_vault(access, changed, version=version, entropy=entropy)
        except StaleVersion:
            continue
        more: dict[str, bytes | None] = {VAULT_VERSION_KEY: codec.uint(stored, 8)}
        if keep_session:
            more |= session_writes(access)
        for pin in changed.pins:
            more |= pin_writes(pin)
        await _create_mailbox(store, identity, device, more)
        return
    raise _overtaken()


async def mailbox_keys(access: Access, entropy: Entropy) -> tuple[MailboxKey, ...]:
    """The keys of the account's mailbox that roams: for names, for rows; made if there are none (D2, D4).

    Raises:
        RolledBack: the relay shows no vault.
    """
    for _ in range(MAX_TRIES):
        version, vault = await fetch_vault(access)
        if vault is None:
            raise RolledBack("the relay has no vault of this account: if signing up was interrupted, sign up again")
        if vault.mailbox_keys:
            return vault.mailbox_keys
        names, rows = (MailboxKey(entropy(secret_box.KEY_BYTES)) for _ in range(2))
        changed = replace(vault, mailbox_keys=(names, rows))
        try:
            await _put_vault(access, changed, version=version, entropy=entropy)
        except StaleVersion:
            continue
        return changed.mailbox_keys
    raise _overtaken()


async def forget_mailbox_keys(access: Access, entropy: Entropy, *, newest: MailboxKey) -> None:
    """Everything is sealed under `newest`: rows under keys of former passwords are accepted no more (D2)."""
    for _ in range(MAX_TRIES):
        version, vault = await fetch_vault(access)
        if vault is None or newest not in vault.mailbox_keys[1:]:
            raise RolledBack("the relay shows an older vault of this account than before: tell its operator")
        kept = (vault.mailbox_keys[0], *vault.mailbox_keys[vault.mailbox_keys.index(newest) :])
        if kept == vault.mailbox_keys:
            return
        try:
            await _put_vault(access, replace(vault, mailbox_keys=kept), version=version, entropy=entropy)
        except StaleVersion:
            continue
        return
    raise _overtaken()


async def keep_pins(mailbox: Mailbox, access: Access) -> None:
    """The sealed vault at the relay names every operation of this mailbox, as far as it was believed (L2).

    Raises:
        RolledBack: the relay shows an older vault, or showed another computer of ours another ledger.
        PasswordChangedElsewhere: the vault does not open to this mailbox's password any more.
    """
    entropy = mailbox.environment.entropy
    for _ in range(MAX_TRIES):
        try:
            version, vault = await fetch_vault(access)
        except WrongPassword:  # the same keys opened this mailbox
            raise PasswordChangedElsewhere from None
        remembered = await mailbox.store.get(VAULT_VERSION_KEY)
        if vault is None or (remembered is not None and version < int.from_bytes(remembered, "big")):
            raise RolledBack("the relay shows an older vault of this account than before: tell its operator")
        theirs = {pin.operation: pin for pin in vault.pins}
        pins = newest(theirs, mailbox.pins, _held_pins(mailbox))
        if pins != theirs:
            changed = replace(vault, pins=tuple(pins.values()))
            try:
                version = await _put_vault(access, changed, version=version, entropy=entropy)
            except StaleVersion:
                continue
        async with mailbox.lock:
            for pin in pins.values():
                if mailbox.pins.get(pin.operation) != pin:
                    await mailbox.write({}, pin=pin)
            await mailbox.write({VAULT_VERSION_KEY: codec.uint(version, 8)})
        return
    raise _overtaken()


def _held_pins(mailbox: Mailbox) -> dict[OperationId, Pin]:
    ledgers = [operation.ledger for operation in mailbox.operations.values()]
    return {ledger.operation: Pin(ledger.operation, ledger.sequence, ledger.head_hash) for ledger in ledgers}


async def _found_identity(access: Access, entropy: Entropy) -> None:
    """The account has a vault; an older one stays."""
    identity = new_identity(access.account, entropy)
    vault = RemoteVault(identity_key=identity.signing_key, exchange_key=identity.exchange_key)
    with contextlib.suppress(StaleVersion):
        await _put_vault(access, vault, version=0, entropy=entropy)


async def fetch_vault(access: Access) -> tuple[int, RemoteVault | None]:
    """Version 0 and None: nothing was put there yet."""
    try:
        answer = await access.relay.vault()
    except NotFound:
        return 0, None
    vault = open_remote_vault(
        answer.sealed, account=access.account, version=answer.version, wrapping_key=access.keys.wrapping_key
    )
    return answer.version, vault


async def _put_vault(access: Access, vault: RemoteVault, *, version: int, entropy: Entropy) -> int:
    sealed = vault.seal(
        account=access.account, version=version + 1, wrapping_key=access.keys.wrapping_key, entropy=entropy
    )
    return (await access.relay.put_vault(PutVault(version=version, sealed=sealed))).version


def _overtaken() -> Unavailable:
    return Unavailable(f"another computer of this account wrote its vault {MAX_TRIES} times in between: try again")


async def _create_mailbox(store: StateStore, identity: Identity, device: OwnDevice, more: Writes | None = None) -> None:
    """Put an account's keys into an empty store, and `more` in the same transaction.

    Raises:
        UsageError: the store has an owner already.
    """
    if await store.get(IDENTITY_KEY) is not None:
        raise UsageError("this mailbox has an owner already")
    version = await store.version()
    keys = {IDENTITY_KEY: identity.encode(), DEVICE_KEY: device.encode()}
    await store.apply({**(more or {}), **keys}, expected_version=version)
