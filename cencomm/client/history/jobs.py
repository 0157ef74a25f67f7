"""Requests for history that this device may have to answer: noted with the state that took them in, gone when answered.

A note is no promise: who asks, and for what, is judged when each part of the answer is made.
"""

from dataclasses import dataclass

from cencomm import codec
from cencomm.client.account.device import decode_identity
from cencomm.client.events import ControlDelivered
from cencomm.client.mailbox import IDENTITY_KEY
from cencomm.client.operation.operation import Operation
from cencomm.client.vault.state_store import StateStore, Writes
from cencomm.ids import CHANNEL_ID_BYTES, OPERATION_ID_BYTES, ChannelId, OperationId
from cencomm.ledger.certificate import MAX_CERTIFICATE_BYTES, DeviceCertificate, verify_certificate
from cencomm.ledger.history import SERVERS
from cencomm.ledger.history_request import HistoryRequest, decode_history_request

_PREFIX = "history-job/"
MAX_JOBS_PER_DEVICE = 8  # that wait: one for each generation of a channel; what is beyond is asked for again


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """`asker` is the device that asked, as the ledger and MLS knew it then."""

    operation: OperationId
    channel: ChannelId
    asker: DeviceCertificate
    request: HistoryRequest

    @property
    def key(self) -> str:
        return f"{_at(self.operation, self.asker)}{self.request.request.hex()}"

    def encode(self) -> bytes:
        return codec.concat(
            [
                codec.fixed(self.operation, OPERATION_ID_BYTES),
                codec.fixed(self.channel, CHANNEL_ID_BYTES),
                codec.opaque(self.asker.encoded),
                codec.opaque(self.request.encode()),
            ]
        )


async def take_request(store: StateStore, operation: Operation, event: ControlDelivered) -> Writes:
    """A `Taker`: the job that the request makes here, none for who does not serve.

    Raises:
        MalformedError: the body is no history request.
    """
    request, asker = decode_history_request(event.control.body), verify_certificate(event.certificate)
    identity = await store.get(IDENTITY_KEY)
    if event.own or identity is None:
        return {}
    member = operation.ledger.members.get(decode_identity(identity).account)
    if member is None or member.role not in SERVERS:
        return {}
    if len(await store.scan(_at(operation.id, asker))) >= MAX_JOBS_PER_DEVICE:
        return {}
    job = Job(operation=operation.id, channel=event.place.channel, asker=asker, request=request)
    return {job.key: job.encode()}


async def load_jobs(store: StateStore) -> list[Job]:
    return [codec.decode(value, _read) for _, value in await store.scan(_PREFIX)]


def _at(operation: OperationId, asker: DeviceCertificate) -> str:
    return f"{_PREFIX}{operation.hex()}/{asker.device.hex()}/"


def _read(reader: codec.Reader) -> Job:
    return Job(
        operation=OperationId(reader.fixed(OPERATION_ID_BYTES)),
        channel=ChannelId(reader.fixed(CHANNEL_ID_BYTES)),
        asker=verify_certificate(reader.opaque(most=MAX_CERTIFICATE_BYTES)),
        request=decode_history_request(reader.opaque()),
    )
