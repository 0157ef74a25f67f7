"""The device secret of a coordinator (D3): 128 bits on paper, without which no guess at the password opens anything.

    CENcomm device secret

    Relay: https://relay.example.org
    Device secret: 7K2M9-…
    (the same as a QR code)

A computer that its owner marks as theirs keeps it beside the mailbox, in a file that only they may read; any other
keeps a note that it has to be asked for. Nobody believes the relay about it: what was sealed with it does not open
without it, whatever anybody says.
"""

from pathlib import Path

from cencomm.client.account.sign_in import DEVICE_SECRET_BYTES, DeviceSecret
from cencomm.client.qr_code import qr_code
from cencomm.client.terminal import Terminal, read_text, write_secret_file
from cencomm.errors import MalformedError
from cencomm.ledger.secret_text import read_secret, write_secret
from cencomm.secret import Entropy

KEPT = "device-secret"  # in the mailbox folder
ASKED = "asked for each time"
MAX_LETTER_CHARACTERS = 16_384  # most of them are the QR code's blocks
_FIELD = "Device secret"
_WHAT = "a device secret"


def new_device_secret(entropy: Entropy) -> DeviceSecret:
    return DeviceSecret(entropy(DEVICE_SECRET_BYTES))


def write_letter(path: Path, secret: DeviceSecret, relay_address: str) -> None:
    """A new file that only its owner may read, to be printed and deleted.

    Raises:
        UsageError: there is a file of that name.
    """
    text = write_secret(secret.expose())
    lines = ("CENcomm device secret", "", f"Relay: {relay_address}", f"{_FIELD}: {text}", "", qr_code(text), "")
    write_secret_file(path, "\n".join(lines))


def read_letter(text: str) -> DeviceSecret:
    """The secret of a letter, or one that was typed alone.

    Raises:
        MalformedError: it holds none, or one with a typing mistake.
    """
    found = [line.partition(":")[2] for line in text.splitlines() if line.partition(":")[0].strip() == _FIELD]
    if len(found) > 1:
        raise MalformedError(f"the letter has two lines {_FIELD!r}")
    return DeviceSecret(read_secret((found or [text])[0], what=_WHAT))


def keep(folder: Path, secret: DeviceSecret | None, *, own_computer: bool) -> None:
    """The mailbox in `folder` opens with `secret`: kept here, or to be asked for each time; None: there is none."""
    (folder / KEPT).unlink(missing_ok=True)
    if secret is not None:
        write_secret_file(folder / KEPT, (write_secret(secret.expose()) if own_computer else ASKED) + "\n")


def given_device_secret(terminal: Terminal) -> DeviceSecret | None:
    """The one in the file that the person named."""
    if terminal.device_secret_file is None:
        return None
    return read_letter(read_text(terminal.device_secret_file, most=4 * MAX_LETTER_CHARACTERS))


def device_secret_here(terminal: Terminal) -> DeviceSecret | None:
    """What the mailbox in the terminal's folder opens with, beside the password; None: nothing.

    Raises:
        UsageError: it is asked for each time, and there is nobody to ask.
    """
    path = terminal.data / KEPT
    if not path.exists():
        return None
    text = read_text(path, most=MAX_LETTER_CHARACTERS).strip()
    if text != ASKED:
        return read_letter(text)
    return given_device_secret(terminal) or read_letter(terminal.ask_secret("Device secret, from its letter"))


def is_own_computer(folder: Path) -> bool:
    """Whether the owner marked this computer as theirs."""
    path = folder / KEPT
    return path.exists() and read_text(path, most=MAX_LETTER_CHARACTERS).strip() != ASKED
