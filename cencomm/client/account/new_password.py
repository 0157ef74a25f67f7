"""Changing what opens an account: the relay first, in one transaction with the vault, then this computer (D2, D3).

Between the two the old password opens this computer and the new one the account. Whoever is interrupted there, or has
changed the password on another computer, brings the new one here: `follow`.
"""

from dataclasses import dataclass, replace

from cencomm import codec
from cencomm.client.account.account import VAULT_VERSION_KEY, fetch_vault, stretch
from cencomm.client.account.session import (
    Access,
    Computer,
    Known,
    SourceKey,
    begin_session,
    resume_session,
    session_writes,
)
from cencomm.client.account.sign_in import CURRENT_PROFILE, DeviceSecret, Password, SignInKeys, SignInParameters
from cencomm.client.channel.errors import RolledBack
from cencomm.client.transport.relay_client import RelayClient
from cencomm.client.vault.header import VaultHeader
from cencomm.client.vault.state_store import Writes
from cencomm.primitives import password as passwords
from cencomm.secret import Entropy
from cencomm.wire.accounts import AskSignInParameters
from cencomm.wire.password import ChangePassword


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The same session under the new keys, and what the store of this computer is to hold beside what it has."""

    access: Access
    writes: Writes


async def change_password(
    access: Access,
    new: Password,
    *,
    device_secret: DeviceSecret | None,
    code: str | None,
    remembered_version: int,
    computer: Computer,
    entropy: Entropy,
) -> Changed:
    """The account opens to `new`, and to `device_secret` if one is given; no other session goes on.

    Args:
        device_secret: the account's own from now on; the one it has, a new one, or none.
        remembered_version: of the vault, the newest that this computer saw.

    Raises:
        RolledBack: the relay shows no vault, or an older one: what it lacks would be lost. Nothing was changed.
        MailboxLeftUnopened: the mailbox that roams has to be opened first. Nothing was changed.
        WrongSignIn, CodeNeeded, Locked: the old password or the code was not taken. Nothing was changed.
        StaleVersion: another computer wrote the vault meanwhile: do it again. Nothing was changed.
        NoAnswer: unknown whether it was changed: try the new password, with `follow`.
    """
    version, vault = await fetch_vault(access)
    if vault is None or version < remembered_version:
        raise RolledBack("the relay shows an older vault of this account than before: tell its operator")
    fresh = vault.with_new_mailbox_key(entropy)
    parameters = replace(access.parameters, salt=entropy(passwords.SALT_BYTES), profile=CURRENT_PROFILE)
    keys = await stretch(new, parameters, device_secret)
    sealed = fresh.seal(account=access.account, version=version + 1, wrapping_key=keys.wrapping_key, entropy=entropy)
    answer = await access.relay.change_password(
        ChangePassword(
            sign_in_secret=access.keys.sign_in_secret.expose(),
            code=code,
            salt=parameters.salt,
            profile=parameters.profile,
            new_sign_in_secret=keys.sign_in_secret.expose(),
            version=version,
            sealed=sealed,
        )
    )
    return _changed(access, parameters, keys, SourceKey(answer.source), answer.version, computer)


async def follow(
    relay: RelayClient,
    header: VaultHeader,
    new: Password,
    *,
    device_secret: DeviceSecret | None,
    remembered_version: int,
    computer: Computer,
) -> Changed:
    """What the account opens to already, since it was changed elsewhere, or here before something broke.

    Raises:
        WrongSignIn, CodeNeeded, Locked: the account does not open to it.
        WrongPassword: it does, but its vault does not: the device secret is missing or wrong (D3).
        RolledBack: the relay shows another account, no vault, or an older one.
    """
    before = header.parameters
    answer = await relay.sign_in_parameters(AskSignInParameters(handle=before.handle))
    parameters = replace(before, salt=answer.salt, profile=answer.profile)
    keys = await stretch(new, parameters, device_secret)
    access = await begin_session(relay, parameters, keys, computer=computer)
    version, vault = await fetch_vault(access)
    if access.account != header.account or vault is None or version < remembered_version:
        raise RolledBack("the relay shows another vault of this account than before: tell its operator")
    return Changed(access=access, writes={**session_writes(access), VAULT_VERSION_KEY: codec.uint(version, 8)})


def _changed(
    access: Access,
    parameters: SignInParameters,
    keys: SignInKeys,
    source: SourceKey,
    version: int,
    computer: Computer,
) -> Changed:
    token = access.relay.token
    assert token is not None  # it asked under a session
    changed = resume_session(
        access.relay,
        parameters,
        keys,
        account=access.account,
        token=token,
        computer=computer,
        known=Known(source),
    )
    return Changed(access=changed, writes={**session_writes(changed), VAULT_VERSION_KEY: codec.uint(version, 8)})
