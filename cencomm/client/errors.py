"""What goes wrong on the way to one's own mailbox: the person, the disk. The relay's answers are in `relay_errors`."""

from pathlib import Path

from cencomm.errors import AccessDenied, ProtocolError, Unavailable, UsageError


class UnusableText(UsageError):  # noqa: N818 (names what was typed)
    """A name or password holds characters that two computers could read differently, or has a wrong length."""


class WeakPassword(UsageError):  # noqa: N818
    """A password that a machine guesses too soon. Its text says what to do."""


class UnknownProfile(ProtocolError):  # noqa: N818
    """The relay, or a header on disk, asks for a password profile that we do not know (D1)."""

    def __init__(self, profile: int) -> None:
        super().__init__(f"password profile {profile} is unknown here: update this program")
        self.profile = profile


class WrongPassword(AccessDenied):
    """The password (or the device secret) does not open what was sealed; whether anything else is wrong is not said."""

    def __init__(self) -> None:
        super().__init__("the password does not open this mailbox")


class PasswordChangedElsewhere(AccessDenied):
    """The password opens this computer's mailbox, and no longer the account: it was changed on another computer."""

    def __init__(self) -> None:
        super().__init__("the password of this account was changed on another computer")


class DeviceSecretNeeded(AccessDenied):
    """The password opens the account and not its vault: that is sealed with a device secret too (D3)."""

    def __init__(self) -> None:
        super().__init__("the vault of this account does not open with the password alone")


class NoDeviceSecret(UsageError):  # noqa: N818 (names what is missing)
    """The account of somebody who is to be a coordinator opens to the password alone (D3)."""

    def __init__(self) -> None:
        super().__init__("this account opens to its password alone, at which the relay could guess")


class DeviceSecretLost(UsageError):  # noqa: N818 (names what would happen)
    """What is asked for would seal the account without the device secret that it has (D3)."""

    def __init__(self) -> None:
        super().__init__("this account has a device secret, and it was not given here")


class MailboxLeftUnopened(UsageError):  # noqa: N818 (names what happened)
    """The vault holds as many mailbox keys as it may: one more would drop that under which the rows lie (D2)."""

    def __init__(self) -> None:
        super().__init__("the mailbox that roams was not opened since the password was changed again and again")


class MailboxInUse(Unavailable):
    """Another process holds the mailbox: two that send from one state would burn each other's keys (S5)."""

    def __init__(self) -> None:
        super().__init__("another cencomm is running on this mailbox: close it, or wait until it has ended")


class VaultDamaged(ProtocolError):  # noqa: N818
    """The files on disk are not what we wrote: cut, changed, mixed from two times, or somebody else's."""


class OutboxNotEmpty(UsageError):  # noqa: N818
    """Messages wait here that no log shows: a mailbox is not handed over before they are sent (D4)."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} of your messages are not sent yet")
        self.count = count


class MailboxAltered(ProtocolError):  # noqa: N818
    """The relay gives a mailbox that was never sealed as a whole: rows exchanged, mixed, kept back (D4)."""


class AnotherProgram(UsageError):  # noqa: N818 (names whose it is)
    """The mailbox that roams was written by the browser, which keeps other things in it (ADR 0027)."""

    def __init__(self) -> None:
        super().__init__("this account's mailbox was written by a browser")


class StaleStore(UsageError):  # noqa: N818
    """Somebody wrote to the store since its version was read; nothing was changed. Read again, then decide again."""

    def __init__(self, *, expected: int, found: int | None) -> None:
        super().__init__(f"the store is not at version {expected} any more")
        self.expected, self.found = expected, found


class FileRefused(UsageError):  # noqa: N818
    """A file that the user wrote does not say what it should. `mistakes` are all that were found, each with its key."""

    def __init__(self, path: Path, complaint: str) -> None:
        self.mistakes = tuple(f"{path}: {line}" for line in complaint.splitlines())
        super().__init__("; ".join(self.mistakes))
