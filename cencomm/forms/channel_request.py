"""A member asks the unit for a channel with a few others, or somebody ends the asking. The body of a control of kind 8.

    asked   names everybody who is to read it, the asker too, and a title
    ended   names the request, by who asked and message id: withdrawn by the asker, or refused by a coordinator

That it was opened nobody says: the ledger does.

Source: docs/protocol.md section 6.4.2.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

from cencomm import codec
from cencomm.codec import Reader
from cencomm.errors import MalformedError
from cencomm.ids import ACCOUNT_ID_BYTES, MESSAGE_ID_BYTES, AccountId, MessageId

VERSION = 1
MIN_READERS, MAX_READERS = 2, 32  # a channel of more is the unit's own affair
MAX_TITLE_LETTERS = 100
MAX_TITLE_BYTES = 4 * MAX_TITLE_LETTERS  # of UTF-8


class Said(IntEnum):
    """The numbers are on the wire: add, never change."""

    ASKED = 1
    ENDED = 2


@dataclass(frozen=True, slots=True)
class ChannelAsked:
    """`accounts` are all readers, in ascending order and each once; `title` is one line."""

    accounts: tuple[AccountId, ...]
    title: str

    def encode(self) -> bytes:
        listed = codec.opaque(b"".join(codec.fixed(account, ACCOUNT_ID_BYTES) for account in self.accounts))
        return _head(Said.ASKED) + listed + codec.opaque(self.title.encode())


@dataclass(frozen=True, slots=True)
class ChannelRequestEnded:
    """`account` asked, in the control message `message`."""

    account: AccountId
    message: MessageId

    def encode(self) -> bytes:
        named = codec.fixed(self.account, ACCOUNT_ID_BYTES) + codec.fixed(self.message, MESSAGE_ID_BYTES)
        return _head(Said.ENDED) + named


ChannelRequest: TypeAlias = ChannelAsked | ChannelRequestEnded


def decode_channel_request(data: bytes) -> ChannelRequest:
    """Raises MalformedError for anything that `encode` does not write."""
    return codec.decode(data, _request)


def is_title(text: str) -> bool:
    """Whether it is one line of 1 to MAX_TITLE_LETTERS letters: it stands among others' lines when it is read."""
    return 0 < len(text.strip()) <= len(text) <= MAX_TITLE_LETTERS and text.isprintable()


def _head(said: Said) -> bytes:
    return codec.uint(VERSION, 2) + codec.uint(said, 1)


def _request(reader: Reader) -> ChannelRequest:
    version = reader.uint(2)
    if version != VERSION:
        raise MalformedError(f"a channel request of version {version}; this program reads version {VERSION}")
    match reader.uint(1):
        case Said.ASKED:
            return _asked(reader)
        case Said.ENDED:
            account = AccountId(reader.fixed(ACCOUNT_ID_BYTES))
            return ChannelRequestEnded(account, MessageId(reader.fixed(MESSAGE_ID_BYTES)))
        case _:
            raise MalformedError("a channel request that says what does not exist")


def _asked(reader: Reader) -> ChannelAsked:
    listed = reader.opaque(most=MAX_READERS * ACCOUNT_ID_BYTES)
    found = [listed[at : at + ACCOUNT_ID_BYTES] for at in range(0, len(listed), ACCOUNT_ID_BYTES)]
    if len(listed) % ACCOUNT_ID_BYTES or len(found) < MIN_READERS or found != sorted(set(found)):
        raise MalformedError("the readers of a channel request are two accounts or more, ascending, each once")
    try:
        title = reader.opaque(most=MAX_TITLE_BYTES).decode()
    except UnicodeDecodeError:
        raise MalformedError("the title of a channel request is not UTF-8") from None
    if not is_title(title):
        raise MalformedError(f"the title of a channel request is one line of 1 to {MAX_TITLE_LETTERS} letters")
    return ChannelAsked(tuple(AccountId(one) for one in found), title)
