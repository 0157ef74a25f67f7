"""Which operation, channel or member somebody means by what they typed."""

from collections.abc import Iterable
from typing import TypeVar

from cencomm.client.channel.readership import Reader, members
from cencomm.client.commands.translated import option
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.operation import Operation
from cencomm.client.presenting import Presenter
from cencomm.errors import UsageError
from cencomm.forms.code_list import load_code_lists
from cencomm.forms.envelope import Addressee
from cencomm.ids import ChannelId, OperationId
from cencomm.ledger import fingerprint
from cencomm.ledger.kinds import ChannelKind, Role

T = TypeVar("T")
MIN_PREFIX = 4  # letters of an identifier

operation_option = option(
    "--operation", metavar="WORDS", help="First words of its fingerprint; needed with several operations."
)


def choose_operation(mailbox: Mailbox, typed: str | None) -> OperationId:
    """The operation that somebody typed the beginning of, or the only one; also one that has not admitted us yet.

    Raises:
        UsageError: none fits, or several do.
    """
    known = list({**mailbox.operations, **mailbox.pins})
    if typed is None and len(known) > 1:
        listed = "; ".join(" ".join(fingerprint.words(one)[:3]) for one in known)
        raise UsageError(f"you belong to several operations, choose one with --operation: {listed}")
    if typed is None:
        return _only(known, "an operation in this mailbox: join one with its access letter")
    wanted = typed.lower()
    return _only(
        (one for one in known if " ".join(fingerprint.words(one)).startswith(wanted) or _begins(one, wanted)),
        f"an operation whose fingerprint begins with {typed!r}",
    )


def release_channel(mailbox: Mailbox, operation: Operation, typed: str | None, presenter: Presenter) -> ChannelId:
    """Where CEN reads: the release channel of that title, or the only one that is open to us.

    Raises:
        UsageError: none fits, or several do.
    """
    channels = operation.ledger.channels
    mine = [one for one in mailbox.entitled_channels(operation.id) if channels[one].kind is ChannelKind.RELEASE]
    if typed is None and len(mine) == 1:
        return mine[0]
    if typed is None:
        raise UsageError("give --channel" if mine else "no release channel is open to you: ask the coordination unit")
    return choose_channel(operation, mine, typed, presenter)


def choose_channel(
    operation: Operation, mine: Iterable[ChannelId], typed: str | None, presenter: Presenter
) -> ChannelId:
    """The channel of that title among ours, or the main one.

    Raises:
        UsageError: none fits, or several do.
    """
    channels = operation.ledger.channels
    if typed is None:
        main = (one for one in mine if channels[one].kind is ChannelKind.MAIN)
        return _only(main, "a main channel that is open to you: give --channel")
    wanted = typed.casefold()
    fitting = (one for one in mine if presenter.channel_title(operation, one).casefold().startswith(wanted))
    return _only(fitting, f"a channel of yours whose title begins with {typed!r}")


def choose_member(operation: Operation, typed: str) -> Reader:
    """The member with that name, or whose account begins with these digits.

    Raises:
        UsageError: none fits, or several do.
    """
    wanted = typed.casefold()
    people = members(operation)
    exact = [one for one in people if one.profile.name.casefold() == wanted]
    fitting = exact or [
        one for one in people if one.profile.name.casefold().startswith(wanted) or _begins(one.member.account, wanted)
    ]
    return _only(fitting, f"a member called {typed!r}")


def choose_country(typed: str | None) -> str | None:
    """The two letters of a country or territory, as ISO 3166-1 has them: a wrong one would stand in a profile for ever.

    Raises:
        UsageError: there is none like that.
    """
    if typed is None or typed in load_code_lists()["country"]:
        return typed
    raise UsageError(f"{typed!r} is no country: two capital letters, as FR or KE")


def choose_addressee(operation: Operation, typed: str) -> Addressee:
    """A country (FR), a role (coordinator) or a member's name.

    Raises:
        UsageError: nobody fits.
    """
    if typed.upper() in Role.__members__:
        return Addressee(role=typed.lower())
    if len(typed) == 2 and typed.isupper():  # noqa: PLR2004 (ISO 3166-1 alpha-2)
        if not any(one.profile.country == typed for one in members(operation)):
            raise UsageError(f"nobody of {typed} is in the operation")
        return Addressee(country=typed)
    return Addressee(account=choose_member(operation, typed).member.account)


def _begins(identifier: bytes, wanted: str) -> bool:
    return len(wanted) >= MIN_PREFIX and identifier.hex().startswith(wanted)


def _only(fitting: Iterable[T], what: str) -> T:
    found = list(fitting)
    if len(found) != 1:
        raise UsageError(f"there is {'no' if not found else 'more than one'} match for {what}")
    return found[0]
