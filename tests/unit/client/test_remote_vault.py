import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm import codec
from cencomm.client.account.remote_vault import (
    MAX_DEVICES,
    MAX_MAILBOX_KEYS,
    MailboxKey,
    RemoteVault,
    open_remote_vault,
)
from cencomm.client.account.sign_in import WrappingKey
from cencomm.client.errors import MailboxLeftUnopened, WrongPassword
from cencomm.errors import MalformedError, UsageError
from cencomm.ids import AccountId, DeviceId, OperationId
from cencomm.ledger.replay import Pin
from cencomm.primitives.signatures import SigningKey
from cencomm.primitives.x25519 import PrivateKey
from cencomm.secret import system_entropy
from tests.fakes.mailbox import ACCOUNT, WRAPPING_KEY

VAULT = RemoteVault(
    identity_key=SigningKey(b"\x01" * 32),
    exchange_key=PrivateKey(b"\x02" * 32),
    devices=(DeviceId(b"\x03" * 16), DeviceId(b"\x04" * 16)),
    pins=(Pin(OperationId(b"\x05" * 32), 7, b"\x06" * 32), Pin(OperationId(b"\x07" * 32), 0, b"\x08" * 32)),
    mailbox_keys=(MailboxKey(b"\x09" * 32), MailboxKey(b"\x01" * 32)),
)
FORMAT_1 = bytes.fromhex(  # as the first program wrote it: one device, one pin
    "0001" + "01" * 32 + "02" * 32 + "10" + "03" * 16 + "4048" + "05" * 32 + "0000000000000007" + "06" * 32
)


def sealed(*, version: int = 3) -> bytes:
    return VAULT.seal(account=ACCOUNT, version=version, wrapping_key=WRAPPING_KEY, entropy=system_entropy)


def opened(
    data: bytes, *, account: AccountId = ACCOUNT, version: int = 3, key: WrappingKey = WRAPPING_KEY
) -> RemoteVault:
    return open_remote_vault(data, account=account, version=version, wrapping_key=key)


def test_signing_in_elsewhere_recovers_who_one_is() -> None:
    assert opened(sealed()) == VAULT


def test_two_sealings_share_no_key() -> None:
    assert sealed()[:50] != sealed()[:50]


@pytest.mark.parametrize("version", [0, 2, 4])
def test_a_relay_cannot_give_an_old_vault_a_new_number(version: int) -> None:
    with pytest.raises(WrongPassword):
        opened(sealed(), version=version)


def test_a_relay_cannot_give_the_vault_of_another_account() -> None:
    with pytest.raises(WrongPassword):
        opened(sealed(), account=AccountId(bytes(16)))


def test_another_password_opens_nothing() -> None:
    with pytest.raises(WrongPassword):
        opened(sealed(), key=WrappingKey(bytes(32)))


def test_the_content_of_one_version_does_not_open_beside_the_key_of_another() -> None:
    def parts(data: bytes) -> tuple[bytes, bytes]:
        return codec.decode(data, lambda reader: (reader.opaque(), reader.opaque()))

    (key, _), (_, content) = parts(sealed()), parts(sealed())

    with pytest.raises(MalformedError, match="damaged"):
        opened(codec.opaque(key) + codec.opaque(content))


@given(st.data())
def test_each_changed_bit_is_noticed(data: st.DataObject) -> None:
    box = bytearray(sealed())
    box[data.draw(st.integers(0, len(box) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises((WrongPassword, MalformedError)):
        opened(bytes(box))


def test_nothing_may_follow() -> None:
    with pytest.raises(MalformedError):
        opened(sealed() + b"\x00")
    with pytest.raises(MalformedError):
        RemoteVault.decode(VAULT.encode() + b"\x00")


def test_a_format_we_do_not_know_is_not_guessed() -> None:
    with pytest.raises(MalformedError, match="update"):
        RemoteVault.decode(b"\x00\x03" + VAULT.encode()[2:])


def test_a_vault_from_before_the_mailbox_roamed_is_read() -> None:
    assert RemoteVault.decode(FORMAT_1) == RemoteVault(
        identity_key=VAULT.identity_key,
        exchange_key=VAULT.exchange_key,
        devices=VAULT.devices[:1],
        pins=VAULT.pins[:1],
    )


def test_a_new_password_brings_a_new_mailbox_key_and_keeps_the_first() -> None:
    """D2; the names of the mailbox's rows hang on the first."""
    vault = VAULT.with_new_mailbox_key(system_entropy)

    assert RemoteVault.decode(vault.encode()) == vault
    assert vault.mailbox_keys[:-1] == VAULT.mailbox_keys
    assert vault.mailbox_keys[-1] not in VAULT.mailbox_keys
    roams_not = dataclasses.replace(VAULT, mailbox_keys=())
    assert roams_not.with_new_mailbox_key(system_entropy) == roams_not


def test_a_vault_that_is_full_of_mailbox_keys_lets_none_go() -> None:
    """D2: the rows may lie under any of them since the mailbox was last opened."""
    vault = VAULT
    while len(vault.mailbox_keys) < MAX_MAILBOX_KEYS:
        vault = vault.with_new_mailbox_key(system_entropy)

    with pytest.raises(MailboxLeftUnopened, match="open"):
        vault.with_new_mailbox_key(system_entropy)


def test_one_vault_has_one_spelling() -> None:
    turned = dataclasses.replace(VAULT, devices=VAULT.devices[::-1], pins=VAULT.pins[::-1])
    assert turned.encode() == VAULT.encode()
    listed = b"".join(VAULT.devices)

    with pytest.raises(MalformedError, match="ascending"):
        RemoteVault.decode(VAULT.encode().replace(listed, b"".join(VAULT.devices[::-1])))
    with pytest.raises(MalformedError, match="ascending"):
        RemoteVault.decode(VAULT.encode().replace(listed, VAULT.devices[0] * 2))


@pytest.mark.parametrize(
    "wrong",
    [
        {"devices": (VAULT.devices[0],) * 2},
        {"pins": (VAULT.pins[0],) * 2},
        {"pins": (VAULT.pins[0], Pin(VAULT.pins[0].operation, 8, bytes(32)))},
        {"devices": tuple(DeviceId(n.to_bytes(16, "big")) for n in range(MAX_DEVICES + 1))},
        {"devices": (DeviceId(b"short"),)},
        {"mailbox_keys": (MailboxKey(bytes(32)),) * (MAX_MAILBOX_KEYS + 1)},
    ],
    ids=[
        "a device twice",
        "a pin twice",
        "two pins of one operation",
        "too many devices",
        "a short device",
        "too many keys",
    ],
)
def test_a_vault_that_could_not_be_read_back_is_not_written(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        dataclasses.replace(VAULT, **wrong).encode()  # type: ignore[arg-type]  # several fields, one of them wrong


def test_no_key_shows_in_what_is_printed() -> None:
    assert "01010101" not in repr(VAULT)
    assert "\\x01\\x01" not in repr(VAULT)
