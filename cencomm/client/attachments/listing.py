"""What a message's files are called, and how large they are, for people and for programs."""

from collections.abc import Sequence

from cencomm.client.attachments.file_names import safe_name
from cencomm.client.words import Words
from cencomm.forms.attachment import Attachment
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.plain_text import FSI, PDI
from cencomm.ids import short

BYTES_PER_KB = 1000


def lines(attachments: Sequence[Attachment], words: Words) -> list[str]:
    """One line each, counted from 1, under the name by which it would be saved: no name can pose as another line.

    At the end stand the first digits of its id, by which forms name it.
    """
    return [
        f"  {number}. {FSI}{safe_name(one.name)}{PDI} ({one.media_type}, {size(one.size, words)}, {short(one.id)})"
        for number, one in enumerate(attachments, 1)
    ]


def size(count: int, words: Words) -> str:
    """Bytes in thousands, at least one."""
    return words.say("{size} kB", size=max(1, round(count / BYTES_PER_KB)))


def documents(attachments: Sequence[Attachment]) -> list[JsonValue]:
    """For programs: the name is what the sender wrote, whatever that is."""
    return [
        {"name": one.name, "media_type": one.media_type, "size": one.size, "hash": one.hash.hex()}
        for one in attachments
    ]
