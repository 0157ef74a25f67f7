"""Answering requests for history, as archive or coordinator (H2).

job --who, what, judged for each part anew--> items from what we hold --seal, sign--> the next chunk at the relay

How far the answers go, the relay knows: there is nothing to remember, a killed server goes on with the part that is
missing. Each server has an answer of its own, so that nothing which another filled its with stands in the way (ADR
0018). The archive answers at once what it followed, whoever else has answered; others go on behind all answers, when
nothing has moved for a while.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from cencomm.client.channel.readership import reader
from cencomm.client.events import ControlDelivered, Event
from cencomm.client.history.attendance import Attendance, Span, load_attendance
from cencomm.client.history.bell import wait_for_ring
from cencomm.client.history.holdings import WINDOW_ENTRIES, Holdings
from cencomm.client.history.jobs import Job, load_jobs
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.operation import Operation
from cencomm.client.transport.errors import AgainstRule, NotEntitled, NotFound, TooMany
from cencomm.errors import ProtocolError, Unavailable
from cencomm.forms.control import ControlKind, SignedControl
from cencomm.forms.envelope import Tlp, decode_envelope
from cencomm.forms.payload import decode_signed
from cencomm.ids import RequestId
from cencomm.ledger.certificate import DeviceCertificate, verify_certificate
from cencomm.ledger.history import (
    HistoryRefused,
    history_opens_at,
    judge_epoch,
    require_addressee,
    require_server,
)
from cencomm.ledger.history_chunk import ChunkHeader, make_chunk
from cencomm.ledger.history_items import ROOM_BYTES, Absent, Item, Missing, Opened
from cencomm.ledger.kinds import Role
from cencomm.wire.history import HistoryState, PutHistoryChunk

PATIENCE_SECONDS = 60
"""How long a coordinator leaves a request to the archive, and whoever lacks the next entry to those who may hold it."""
CHUNKS_IN_TURN = 20  # of one request, about 5 MiB
LOOK_SECONDS = 20.0  # between looks at what others have answered; a new request is looked at at once


@dataclass(slots=True)
class HistoryServer:
    """Of one mailbox. `patient`: leaves to others what they may answer better; False: answers everything now.

    `room`: bytes of items in one chunk.
    """

    mailbox: Mailbox
    holdings: Holdings
    patient: bool = True
    room: int = ROOM_BYTES
    _unmoved: dict[RequestId, tuple[HistoryState, int]] = field(default_factory=dict)

    async def answer_all(self, *, most: int = CHUNKS_IN_TURN) -> int:
        """Every request as far as it is ours to answer now, at most so many chunks of each: none waits for another.

        Returns:
            How many chunks went out.

        Raises:
            Unavailable: the relay or the disk, for now.
        """
        sent = 0
        for job in await load_jobs(self.mailbox.store):
            try:
                for _ in range(most):
                    if not await self._answer_part(job):
                        break
                    sent += 1
            except (HistoryRefused, AgainstRule, NotEntitled, NotFound):
                await self._close(job)  # not theirs to have, or not ours to give (any more)
            except TooMany:  # what waits at the relay is fetched first
                continue
        return sent

    async def _answer_part(self, job: Job) -> bool:
        """One chunk more; False: there is nothing (more) for us to do now."""
        operation = self.mailbox.operation(job.operation)
        account = self.mailbox.identity.account
        own = require_server(operation.ledger, account, job.channel)
        attendance = await load_attendance(self.mailbox.store, job.operation, job.channel, job.request.generation)
        opens_at = judge_asker(job, operation, attendance)
        state = await self.mailbox.relay.history_state(
            job.operation, job.request.request, account=job.asker.account, after=job.request.first - 1
        )
        if state.closed or state.answered >= job.request.last or state.taken >= job.request.last:
            await self._close(job)
            return False
        first = self._next(job, state, attendance, is_archive=own.role is Role.ARCHIVE)
        if first is None:
            return False
        items, last = await self._items(job, operation, attendance, opens_at, first)
        header = ChunkHeader(
            operation=job.operation,
            channel=job.channel,
            generation=job.request.generation,
            request=job.request.request,
            account=job.asker.account,
            device=job.asker.device,
            number=state.chunks,
            first=first,
            last=last,
            is_last=last == job.request.last,
        )
        device = self.mailbox.device
        chunk = make_chunk(
            header,
            items,
            public_key=job.request.public_key,
            certificate=verify_certificate(device.certificate),
            device=device.signing_key,
            entropy=self.mailbox.environment.entropy,
        )
        await self.mailbox.relay.put_history_chunk(job.operation, job.request.request, PutHistoryChunk(chunk=chunk))
        return True

    async def _items(
        self, job: Job, operation: Operation, attendance: Attendance, opens_at: int, first: int
    ) -> tuple[list[Item], int]:
        """What we say of the entries from `first` on, and up to which, as far as one chunk has room."""
        items, size, sequence = list[Item](), 0, first
        commits = {epoch.sequence for epoch in attendance.epochs}
        window, held = -1, dict[int, Item]()
        was_there = attendance.epoch_of(first) is not None
        while sequence <= job.request.last and (attendance.epoch_of(sequence) is not None) is was_there:
            if sequence // WINDOW_ENTRIES != window:
                window = sequence // WINDOW_ENTRIES
                place = job.operation, job.channel, job.request.generation
                held = dict(await self.holdings.held(*place, window=window))
            if sequence not in commits:
                known = held.get(sequence) if attendance.is_known_open(sequence, opens_at) else None
                item = _said_of(sequence, known, job, operation)
                weight = len(item.encode())
                if items and size + weight > self.room:
                    break
                items.append(item)
                size += weight
            sequence += 1
        return items, sequence - 1

    def _next(self, job: Job, state: HistoryState, attendance: Attendance, *, is_archive: bool) -> int | None:
        """The entry that we go on with; None: others may have it, for now."""
        ahead, behind = max(state.answered, state.taken, job.request.first - 1) + 1, state.reached + 1
        if is_archive:
            for first in (ahead, behind):
                if first <= job.request.last and attendance.epoch_of(first) is not None:
                    return first
        if state.answered < behind <= job.request.last and self._waited_enough(job, state):
            return behind
        return None

    def _waited_enough(self, job: Job, state: HistoryState) -> bool:
        if not self.patient:
            return True
        now = self.mailbox.environment.clock()
        seen, since = self._unmoved.get(job.request.request, (None, now))
        if seen != state:
            self._unmoved[job.request.request] = (state, now)
            return False
        return now - since >= PATIENCE_SECONDS

    async def _close(self, job: Job) -> None:
        self._unmoved.pop(job.request.request, None)
        async with self.mailbox.lock:
            await self.mailbox.write({job.key: None})


async def serve(server: HistoryServer, on_trouble: Callable[[ProtocolError], None] | None = None) -> None:
    """Answer requests until cancelled, beside whatever else the mailbox does: nothing here holds its lock for long."""
    bell = server.mailbox.history_bell

    def notice(event: Event) -> None:
        if isinstance(event, ControlDelivered) and event.control.kind == ControlKind.HISTORY_REQUEST:
            bell.ring()

    server.mailbox.observe(notice)
    while True:
        heard = bell.listen()
        try:
            while await server.answer_all():
                pass
        except Unavailable:
            pass  # the next look finds the relay's state as it is
        except ProtocolError as trouble:
            if on_trouble is None:
                raise
            on_trouble(trouble)
        await wait_for_ring(heard, seconds=LOOK_SECONDS)


def judge_asker(job: Job, operation: Operation, attendance: Attendance) -> int:
    """All of the request is open to who asked, by the newest ledger that we hold and the Commits that we followed.

    Returns:
        The ledger entry at which history opens to them.

    Raises:
        HistoryRefused: it is not (H1). Honest programs ask for no more than is open, so nothing at all is given.
    """
    asker, ledger, request = job.asker, operation.ledger, job.request
    require_addressee(ledger, asker.account, asker.device, asker.identity_key, job.channel)
    opens_at = history_opens_at(ledger, asker.account, job.channel)
    for epoch in attendance.epochs_of(Span(request.first, request.last)):
        judge_epoch(opens_at, epoch.anchored_at)
    return opens_at


def _said_of(sequence: int, held: Item | None, job: Job, operation: Operation) -> Item:
    if held is None:
        return Absent(sequence, Missing.NOT_HELD)
    if isinstance(held, Opened) and not _may_read(held, job.asker, operation):
        return Absent(sequence, Missing.NOT_ADDRESSED)
    return held


def _may_read(item: Opened, asker: DeviceCertificate, operation: Operation) -> bool:
    """TLP:RED is for its author and for whom it names, also when it is history."""
    signed = decode_signed(item.signed)
    if isinstance(signed, SignedControl):
        return True
    body = decode_envelope(signed.content).body
    if body.tlp is not Tlp.RED or verify_certificate(item.certificate).account == asker.account:
        return True
    who = reader(operation, asker.account)
    return any(who.is_named_by(to) for to in body.to)
