"""What left for the relay, and whether a key was used for two messages (rule S5).

The bytes of a PrivateMessage do not show who sent it, nor with which generation's key: that is sealed under a secret
that the members of its epoch share. So a member lends us that secret of each epoch that it sees begin.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from cencomm.errors import ProtocolError
from cencomm.mls.cipher_suite import Suite
from cencomm.mls.framing import ContentType, PrivateMessage, decode_mls_message
from cencomm.mls.group import Group
from cencomm.mls.key_schedule import SenderDataSecret
from cencomm.mls.private_message import open_sender_data

_BEGIN, _END = b'"message":"', b'"'  # as msgspec writes a body; base64 has no quotation mark in it
EpochId = tuple[bytes, int]
"""A group's id and the number of one of its epochs."""
KeyUse = tuple[EpochId, ContentType, int, int]
"""Whose ratchet, by leaf, and which generation of it."""


@dataclass(slots=True)
class WireTap:
    heard: dict[bytes, PrivateMessage] = field(default_factory=dict)
    _rest: dict[object, bytes] = field(default_factory=dict)
    _epochs: dict[EpochId, tuple[Suite, SenderDataSecret]] = field(default_factory=dict)

    def hear(self, connection: object, piece: bytes) -> None:
        text = self._rest.get(connection, b"") + piece
        while (begin := text.find(_BEGIN)) >= 0 and (end := text.find(_END, begin + len(_BEGIN))) >= 0:
            self._keep(text[begin + len(_BEGIN) : end])
            text = text[end:]
        self._rest[connection] = text[begin:] if begin >= 0 else text[-len(_BEGIN) :]

    def learn(self, group: Group) -> None:
        """The epoch that this member's group is in now."""
        state = group.state
        epoch = (state.context.group_id, state.context.epoch)
        self._epochs[epoch] = (state.suite, state.secrets.sender_data_secret)

    def uses(self) -> dict[KeyUse, set[bytes]]:
        """The messages that were encrypted with each key, by their hash: more than one is the end of secrecy."""
        uses: dict[KeyUse, set[bytes]] = {}
        for digest, message in self.heard.items():
            epoch = (message.group_id, message.epoch)
            if epoch in self._epochs:
                data = open_sender_data(*self._epochs[epoch], message)
                use = (epoch, message.content_type, data.leaf_index, data.generation)
                uses.setdefault(use, set()).add(digest)
        return uses

    def strangers(self) -> Iterator[EpochId]:
        """Epochs of messages that left and that our member never saw: none, unless somebody sends in a dead group."""
        for message in self.heard.values():
            if (message.group_id, message.epoch) not in self._epochs:
                yield message.group_id, message.epoch

    def _keep(self, text: bytes) -> None:
        try:
            data = base64.b64decode(text, validate=True)
            message = decode_mls_message(data)
        except (ValueError, ProtocolError):  # part of an attachment that looks like a body
            return
        if isinstance(message, PrivateMessage):
            self.heard[sha256(data).digest()] = message
