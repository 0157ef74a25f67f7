"""The relay as typed calls: one method for each route of docs/protocol.md section 8.

Nothing that comes back is verified here but its shape and size: heads, receipts, entries and messages are bytes, and
the session believes them after it checked their signatures (`cencomm.ledger.statements`).
"""

import asyncio
import contextlib
import ipaddress
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Final, Protocol, TypeVar

import aiohttp
from msgspec import Struct
from msgspec.structs import replace
from yarl import URL

from cencomm.client.transport import stream
from cencomm.client.transport.errors import BadAnswer, NoAnswer, NoSession, refusal
from cencomm.errors import ProtocolError, UsageError
from cencomm.ids import AccountId, AttachmentId, ChannelId, DeviceId, OperationId
from cencomm.ledger.history_request import RequestId
from cencomm.secret import Entropy, Secret
from cencomm.wire.accounts import (
    AccountCreated,
    AskSignInParameters,
    CreateAccount,
    SignedIn,
    SignIn,
    SignInParameters,
)
from cencomm.wire.attachments import AnnounceAttachment, AttachmentState
from cencomm.wire.devices import (
    ClaimedKeyPackages,
    ClaimKeyPackages,
    KeyPackagesStored,
    KeyPackagesWaiting,
    PutKeyPackages,
    RegisterDevice,
)
from cencomm.wire.document import decode_document, encode_document
from cencomm.wire.enrolments import Enrol, Enrolments
from cencomm.wire.errors import STATUS, Error, ErrorAnswer, ErrorCode
from cencomm.wire.foundings import FoundingAnswer
from cencomm.wire.history import HistoryChunks, HistoryState, PutHistoryChunk
from cencomm.wire.limits import KIB, MAX_BODY_BYTES, MIB, PAGE_BYTES
from cencomm.wire.locks import Locks
from cencomm.wire.log import LogPage, Publish, Published, TurnReserved
from cencomm.wire.mailbox import (
    AskRows,
    HeldMailbox,
    MailboxPage,
    MailboxRows,
    MailboxWritten,
    ReleaseMailbox,
    TakeMailbox,
    WriteMailbox,
)
from cencomm.wire.operations import (
    Appended,
    AppendEntry,
    BlobsAnswer,
    CreateOperation,
    GiveBack,
    LedgerPage,
    OperationHead,
    Operations,
    WrapsAnswer,
)
from cencomm.wire.password import ChangePassword, PasswordChanged
from cencomm.wire.relay import RelayAnswer
from cencomm.wire.resets import AskReset, OfferReset
from cencomm.wire.second_factor import RenewRecoveryCodes, SecondFactor, SwitchOffTotp, SwitchOnTotp
from cencomm.wire.sessions import OpenSessions, OwnDevices
from cencomm.wire.vault import PutVault, Vault
from cencomm.wire.welcomes import Reject, Rejections, Welcomes

CONNECT_SECONDS = 10
SILENCE_SECONDS = 30  # without a byte: the relay or the line is gone
CALL_SECONDS = 180  # a full body over 2 Mbit/s; a relay that trickles does not hold us longer

SMALL_ANSWER_BYTES = 64 * KIB  # a receipt, a head, an error
PAGE_ANSWER_BYTES = 2 * PAGE_BYTES  # base64 adds a third; the relay may pass the limit by one entry
LIST_ANSWER_BYTES = 4 * MIB  # 2,000 enrolment requests or wraps, 1,000 heads
_CHUNK_BYTES = 64 * KIB
_NO_CONTENT: Final = 204
_BAD_REQUEST: Final = 400
_NO_SESSION: Final = 401
_SERVER_FAULT: Final = 500
_REDIRECTS: Final = range(300, 400)

T = TypeVar("T")


class Keeper(Protocol):
    """Where the state lies that everything which leaves stands on, when that is not this computer's disk (D4)."""

    async def save(self) -> None:
        """The state is durable."""
        ...

    async def carry(self, send: Callable[[WriteMailbox], Awaitable[T]]) -> T:
        """Let the state travel with what leaves, so that both are accepted or neither."""
        ...


class SessionToken(Secret):
    """What shows the relay that one has signed in, as the ASCII text that it gave."""

    __slots__ = ()


Renew = Callable[[], Awaitable[SessionToken]]
"""Signs in again and gives the new session's token."""


def relay_address(text: str) -> URL:
    """The address of a relay that may be spoken to.

    Raises:
        UsageError: not an address; or plain HTTP to another computer, where everybody on the way could take the
            session token and see who is awake.
    """
    try:
        url = URL(text)
    except ValueError:
        raise UsageError(f"{text!r} is not the address of a relay") from None
    if url.scheme not in {"https", "http"} or not url.host or url.user or url.query_string or url.fragment:
        raise UsageError(f"{text!r} is not the address of a relay: https://, a name, nothing behind it")
    if url.scheme == "http" and not _is_loopback(url.host):
        raise UsageError("a relay on another computer is spoken to over https:// only")
    return url


@contextlib.asynccontextmanager
async def open_relay(base_url: str, *, token: SessionToken | None = None) -> AsyncIterator["RelayClient"]:
    """A client of the relay at `base_url`, whose connections are closed with the block."""
    address = relay_address(base_url)
    async with aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=CALL_SECONDS, sock_connect=CONNECT_SECONDS, sock_read=SILENCE_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),  # a relay has no business recognising us beside the token
        auto_decompress=False,  # a compressed answer could be a million times longer than the limit we put on it
        headers={"Accept-Encoding": "identity"},
        read_bufsize=_CHUNK_BYTES,
        middlewares=(_refuse_redirects,),
    ) as http:
        yield RelayClient(http, address, token)


async def _refuse_redirects(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """A redirect would carry requests to a place of the relay's choice, past the check of its address."""
    response = await handler(request)
    if response.status in _REDIRECTS:
        response.close()
        raise BadAnswer("the relay sends us elsewhere: use its own address")
    return response


class RelayClient:
    """The relay, as one account or as nobody sees it. It keeps no state but its connections and its session.

    Every method raises:
        Refusal: one of its subclasses in `relay_errors`, by the code that the relay gave.
        NoAnswer: the line or the relay broke; it is unknown whether the call took place.
        BadAnswer: what came back is not an answer of this protocol.
    """

    def __init__(
        self,
        http: aiohttp.ClientSession,
        address: URL,
        token: SessionToken | None,
        renew: Renew | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        self._http = http
        self._address = address
        self._token = token
        self._renew = renew
        self._keeper = keeper
        self._renewing = asyncio.Lock()

    @property
    def address(self) -> str:
        """Where the relay is, as an access letter names it."""
        return str(self._address)

    @property
    def token(self) -> SessionToken | None:
        """Of the session now; another one after it was renewed."""
        return self._token

    def signed_in(self, token: SessionToken, *, renew: Renew | None = None) -> "RelayClient":
        """The same relay, spoken to under a session, which `renew` replaces when the relay says that it has ended."""
        return RelayClient(self._http, self._address, token, renew)

    def kept_by(self, keeper: Keeper) -> "RelayClient":
        """The same relay and session, for a device whose state `keeper` saves: nothing leaves before it is saved."""
        return RelayClient(self._http, self._address, self._token, self._renew, keeper)

    async def renew_session(self) -> None:
        """Sign in again, unless another call did since.

        Raises:
            NoSession: this client cannot; WrongSignIn: the password was changed elsewhere.
        """
        await self._renew_after(self._token)

    async def check_health(self) -> None:
        """The relay would accept a write now, unless this raises."""
        status, body = await self._ask("GET", ("healthz",), None, {}, SMALL_ANSWER_BYTES)
        if status != 200:  # noqa: PLR2004 (OK)
            raise _failure(status, body)

    async def about(self) -> RelayAnswer:
        return await self._get(RelayAnswer, "relay")

    async def create_account(self, request: CreateAccount) -> AccountId:
        return (await self._post(AccountCreated, request, "accounts")).account

    async def sign_in_parameters(self, request: AskSignInParameters) -> SignInParameters:
        """Salt and profile; also for a handle that nobody has."""
        return await self._post(SignInParameters, request, "sign-in", "parameters")

    async def sign_in(self, request: SignIn) -> SignedIn:
        """Give `SessionToken(answer.token.encode())` to `signed_in`."""
        return await self._post(SignedIn, request, "sign-in")

    async def sign_out(self) -> None:
        await self._do("DELETE", None, "session")

    async def change_password(self, request: ChangePassword) -> PasswordChanged:
        return await self._post(PasswordChanged, request, "account", "password")

    async def sessions(self) -> OpenSessions:
        return await self._get(OpenSessions, "sessions")

    async def end_session(self, session: bytes) -> None:
        await self._do("DELETE", None, "sessions", session.hex())

    async def end_other_sessions(self) -> None:
        await self._do("DELETE", None, "sessions")

    async def devices(self) -> OwnDevices:
        return await self._get(OwnDevices, "devices")

    async def end_device(self, device: DeviceId) -> None:
        await self._do("DELETE", None, "devices", device.hex())

    async def second_factor(self) -> SecondFactor:
        return await self._get(SecondFactor, "account", "totp")

    async def switch_on_totp(self, request: SwitchOnTotp) -> None:
        await self._do("POST", request, "account", "totp")

    async def switch_off_totp(self, request: SwitchOffTotp) -> None:
        await self._do("POST", request, "account", "totp", "off")

    async def renew_recovery_codes(self, request: RenewRecoveryCodes) -> None:
        await self._do("POST", request, "account", "recovery-codes")

    async def locks(self, operation: OperationId) -> Locks:
        return await self._get(Locks, "operations", operation.hex(), "locks", most=LIST_ANSWER_BYTES)

    async def lift_lock(self, operation: OperationId, account: AccountId) -> None:
        await self._do("DELETE", None, "operations", operation.hex(), "locks", account.hex())

    async def vault(self) -> Vault:
        return await self._get(Vault, "vault", most=2 * MIB)

    async def put_vault(self, request: PutVault) -> Vault:
        return await self._call("PUT", Vault, request, "vault", most=2 * MIB)

    async def take_mailbox(self, request: TakeMailbox) -> HeldMailbox:
        """Be the one holder of the account's mailbox (D4)."""
        return await self._post(HeldMailbox, request, "mailbox", "hold")

    async def mailbox_page(self, *, holder: int, after: bytes | None) -> MailboxPage:
        """Rows behind the name `after`, in the order of names; None: from the first."""
        query = {"holder": str(holder)} | ({} if after is None else {"after": after.hex()})
        return await self._get(MailboxPage, "mailbox", query=query, most=PAGE_ANSWER_BYTES)

    async def mailbox_rows(self, request: AskRows) -> MailboxRows:
        return await self._post(MailboxRows, request, "mailbox", "rows", most=PAGE_ANSWER_BYTES)

    async def write_mailbox(self, request: WriteMailbox) -> MailboxWritten:
        """After NoAnswer: the same write again, which is answered as the first (or makes it)."""
        return await self._call("PUT", MailboxWritten, request, "mailbox", most=SMALL_ANSWER_BYTES)

    async def release_mailbox(self, request: ReleaseMailbox) -> None:
        await self._do("POST", request, "mailbox", "release")

    async def register_device(self, request: RegisterDevice) -> None:
        await self._do("POST", request, "devices")

    async def put_key_packages(self, device: DeviceId, request: PutKeyPackages) -> KeyPackagesStored:
        return await self._post(KeyPackagesStored, request, "devices", device.hex(), "key-packages")

    async def waiting_key_packages(self, device: DeviceId) -> KeyPackagesWaiting:
        return await self._get(KeyPackagesWaiting, "devices", device.hex(), "key-packages")

    async def offer_reset(self, operation: OperationId, request: OfferReset) -> None:
        await self._do("POST", request, "operations", operation.hex(), "resets")

    async def reset(self, request: AskReset) -> None:
        """Also without a session.

        Raises:
            NotFound: nobody offered a reset with this ticket, or it has ended.
        """
        await self._do("POST", request, "resets")

    async def leave_founding_answer(self, slot: bytes, request: FoundingAnswer) -> None:
        await self._do("PUT", request, "founding-answers", slot.hex())

    async def founding_answer(self, slot: bytes) -> FoundingAnswer:
        """Raises NotFound while nobody has answered."""
        return await self._get(FoundingAnswer, "founding-answers", slot.hex())

    async def create_operation(self, request: CreateOperation) -> OperationHead:
        return await self._post(OperationHead, request, "operations")

    async def operations(self) -> Operations:
        return await self._get(Operations, "operations", most=LIST_ANSWER_BYTES)

    async def ledger(self, operation: OperationId, *, after: int) -> LedgerPage:
        """Entries after sequence `after`; -1 for all. Ask again while the head is further."""
        query = {"after": str(after)}
        return await self._get(LedgerPage, "operations", operation.hex(), "ledger", query=query, most=PAGE_ANSWER_BYTES)

    async def append(self, operation: OperationId, request: AppendEntry) -> Appended:
        path = ("operations", operation.hex(), "ledger")
        keeper, commit = self._keeper, request.commit
        if keeper is None or commit is None:
            return await self._post(Appended, request, *path)
        return await keeper.carry(
            lambda state: self._post(
                Appended, replace(request, commit=replace(commit, mailbox=state)), *path, carried=True
            )
        )

    async def give_back(self, operation: OperationId, request: GiveBack) -> OperationHead:
        """The head after entries that the relay had lost (H4)."""
        return await self._post(OperationHead, request, "operations", operation.hex(), "ledger", "lost")

    async def wraps(self, operation: OperationId) -> WrapsAnswer:
        return await self._get(WrapsAnswer, "operations", operation.hex(), "wraps", most=LIST_ANSWER_BYTES)

    async def blobs(self, operation: OperationId) -> BlobsAnswer:
        return await self._get(BlobsAnswer, "operations", operation.hex(), "blobs", most=MAX_BODY_BYTES)

    async def enrol(self, operation: OperationId, request: Enrol) -> None:
        await self._do("POST", request, "operations", operation.hex(), "enrolments")

    async def enrolments(self, operation: OperationId) -> Enrolments:
        return await self._get(Enrolments, "operations", operation.hex(), "enrolments", most=LIST_ANSWER_BYTES)

    async def claim(self, operation: OperationId, channel: ChannelId, request: ClaimKeyPackages) -> ClaimedKeyPackages:
        path = ("operations", operation.hex(), "channels", channel.hex(), "claims")
        return await self._post(ClaimedKeyPackages, request, *path, most=PAGE_ANSWER_BYTES)

    async def log(
        self,
        operation: OperationId,
        channel: ChannelId,
        generation: int,
        *,
        after: int,
        hash_: bytes | None = None,
        limit: int | None = None,
    ) -> LogPage:
        """Entries after sequence `after`, whose log hash is `hash_` if we know it. Ask again while the head is further.

        Raises:
            LogDiverged: the relay's log has another hash there.
        """
        query = {"after": str(after)}
        if hash_ is not None:
            query["hash"] = hash_.hex()
        if limit is not None:
            query["limit"] = str(limit)
        path = _channel_path(operation, channel, generation, "log")
        return await self._get(LogPage, *path, query=query, most=PAGE_ANSWER_BYTES)

    async def publish(self, operation: OperationId, channel: ChannelId, generation: int, request: Publish) -> Published:
        """The receipt of a row that is on the relay's disk. After NoAnswer: the same send id, the same bytes."""
        path = _channel_path(operation, channel, generation, "log")
        keeper = self._keeper
        if keeper is None:
            return await self._post(Published, request, *path)
        return await keeper.carry(
            lambda state: self._post(Published, replace(request, mailbox=state), *path, carried=True)
        )

    async def reserve_turn(self, operation: OperationId, channel: ChannelId, generation: int) -> int:
        """Seconds for which nobody else commits who revokes nobody (C7).

        Raises:
            AgainstRule: for whoever lost two races in a row only.
            ChannelBusy: another has the next turn, or we had one in the last minute.
        """
        path = _channel_path(operation, channel, generation, "turn")
        return (await self._call("POST", TurnReserved, None, *path, most=SMALL_ANSWER_BYTES)).seconds

    async def welcomes(self, operation: OperationId, channel: ChannelId, generation: int) -> Welcomes:
        path = _channel_path(operation, channel, generation, "welcomes")
        return await self._get(Welcomes, *path, most=MAX_BODY_BYTES)

    async def forget_welcome(
        self, operation: OperationId, channel: ChannelId, generation: int, device: DeviceId, sequence: int
    ) -> None:
        """Our device has entered by it: the relay need not keep it. Harmless to repeat."""
        path = _channel_path(operation, channel, generation, "welcomes")
        await self._do("DELETE", None, *path, device.hex(), str(sequence))

    async def reject(self, operation: OperationId, channel: ChannelId, generation: int, request: Reject) -> None:
        await self._do("POST", request, *_channel_path(operation, channel, generation, "rejections"))

    async def rejections(self, operation: OperationId, channel: ChannelId, generation: int) -> Rejections:
        path = _channel_path(operation, channel, generation, "rejections")
        return await self._get(Rejections, *path, most=LIST_ANSWER_BYTES)

    async def put_history_chunk(self, operation: OperationId, request: RequestId, put: PutHistoryChunk) -> HistoryState:
        """How far the answer goes now. A number that was there already is not replaced."""
        return await self._post(HistoryState, put, *_history_path(operation, request))

    async def history_state(self, operation: OperationId, request: RequestId) -> HistoryState:
        return await self._get(HistoryState, *_history_path(operation, request))

    async def history_chunks(self, operation: OperationId, request: RequestId, *, after: int) -> HistoryChunks:
        """Those behind number `after`, -1 for all. Ask again while it is not complete.

        Raises:
            NotFound: nobody has answered yet, or what was there has expired.
        """
        path = (*_history_path(operation, request), "chunks")
        return await self._get(HistoryChunks, *path, query={"after": str(after)}, most=PAGE_ANSWER_BYTES)

    async def drop_history(self, operation: OperationId, request: RequestId) -> None:
        await self._do("DELETE", None, *_history_path(operation, request))

    async def announce_attachment(
        self, operation: OperationId, channel: ChannelId, attachment: AttachmentId, request: AnnounceAttachment
    ) -> AttachmentState:
        """What of it the relay has; the same announcement may be made again and again."""
        path = _attachment_path(operation, channel, attachment)
        return await self._call("PUT", AttachmentState, request, *path, most=SMALL_ANSWER_BYTES)

    async def put_chunk(
        self, operation: OperationId, channel: ChannelId, attachment: AttachmentId, number: int, sealed: bytes
    ) -> None:
        """The chunk is on the relay's disk. After NoAnswer: the same bytes."""
        await self._do("PUT", sealed, *_attachment_path(operation, channel, attachment), "chunks", str(number))

    async def chunks(
        self, operation: OperationId, channel: ChannelId, attachment: AttachmentId, *, first: int, count: int, most: int
    ) -> bytes:
        """`count` sealed chunks from `first` on, one behind the other, `most` bytes in all."""
        path = ("v1", *_attachment_path(operation, channel, attachment), "chunks")
        query = {"first": str(first), "count": str(count)}
        status, body = await self._ask("GET", path, None, query, max(most, SMALL_ANSWER_BYTES))
        if status != 200:  # noqa: PLR2004 (OK)
            raise _failure(status, body)
        return body

    @contextlib.asynccontextmanager
    async def stream(
        self, *, entropy: Entropy, sleep: stream.Sleep = asyncio.sleep
    ) -> AsyncIterator[AsyncIterator[stream.Wake]]:
        """Wake-ups of this account, over as many connections as it takes (see `cencomm.client.transport.stream`)."""
        wakes = stream.wakes(self._http, self._address / "v1" / "stream", self._headers(), entropy=entropy, sleep=sleep)
        async with contextlib.aclosing(wakes):
            yield wakes

    async def _get(
        self, answer: type[T], *path: str, query: Mapping[str, str] | None = None, most: int = SMALL_ANSWER_BYTES
    ) -> T:
        return await self._call("GET", answer, None, *path, query=query, most=most)

    async def _post(
        self, answer: type[T], request: Struct, *path: str, most: int = SMALL_ANSWER_BYTES, carried: bool = False
    ) -> T:
        return await self._call("POST", answer, request, *path, most=most, carried=carried)

    async def _call(
        self,
        method: str,
        answer: type[T],
        request: Struct | None,
        *path: str,
        query: Mapping[str, str] | None = None,
        most: int,
        carried: bool = False,
    ) -> T:
        status, body = await self._ask(method, ("v1", *path), request, query or {}, most, carried=carried)
        if status != 200:  # noqa: PLR2004 (OK; the protocol has no other success with a body)
            raise _failure(status, body)
        try:
            return decode_document(body, answer)
        except ProtocolError as error:
            raise BadAnswer(f"the relay's answer is {error}") from None

    async def _do(self, method: str, request: Struct | bytes | None, *path: str) -> None:
        status, body = await self._ask(method, ("v1", *path), request, {}, SMALL_ANSWER_BYTES)
        if status != _NO_CONTENT:
            raise _failure(status, body)

    async def _ask(
        self,
        method: str,
        path: tuple[str, ...],
        request: Struct | bytes | None,
        query: Mapping[str, str],
        most: int,
        *,
        carried: bool = False,
    ) -> tuple[int, bytes]:
        if self._keeper is not None and method != "GET" and not carried:
            await self._keeper.save()
        used = self._token
        status, body = await self._ask_once(method, path, request, query, most)
        if status != _NO_SESSION or self._renew is None or not isinstance(_failure(status, body), NoSession):
            return status, body
        await self._renew_after(used)
        return await self._ask_once(method, path, request, query, most)

    async def _renew_after(self, used: SessionToken | None) -> None:
        """Many calls may learn at once that the session has ended: the first signs in for all."""
        if self._renew is None:
            raise NoSession(Error(code=ErrorCode.NO_SESSION, message="the session has ended: sign in again"))
        async with self._renewing:
            if self._token is used:
                self._token = await self._renew()

    async def _ask_once(
        self, method: str, path: tuple[str, ...], request: Struct | bytes | None, query: Mapping[str, str], most: int
    ) -> tuple[int, bytes]:
        kind = "application/octet-stream" if isinstance(request, bytes) else "application/json"
        headers = self._headers() | ({} if request is None else {"Content-Type": kind})
        data = encode_document(request) if isinstance(request, Struct) else request
        if data is not None and len(data) > MAX_BODY_BYTES:
            raise UsageError(f"a request of {len(data)} bytes where at most {MAX_BODY_BYTES} are allowed")
        url = self._address.joinpath(*path)
        try:
            async with self._http.request(method, url, data=data, params=query, headers=headers) as response:
                return response.status, await _read(response, most)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise NoAnswer(f"the relay does not answer: {type(error).__name__}") from error

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token.expose().decode()}"} if self._token else {}


def _attachment_path(operation: OperationId, channel: ChannelId, attachment: AttachmentId) -> tuple[str, ...]:
    return ("operations", operation.hex(), "channels", channel.hex(), "attachments", attachment.hex())


def _channel_path(operation: OperationId, channel: ChannelId, generation: int, last: str) -> tuple[str, ...]:
    return ("operations", operation.hex(), "channels", channel.hex(), str(generation), last)


def _history_path(operation: OperationId, request: RequestId) -> tuple[str, ...]:
    return ("operations", operation.hex(), "history", request.hex())


async def _read(response: aiohttp.ClientResponse, most: int) -> bytes:
    """The whole body, refused before more than `most` bytes and one chunk are in memory."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        body += chunk
        if len(body) > most:
            raise BadAnswer(f"the relay answers with more than {most} bytes")
    return bytes(body)


def _failure(status: int, body: bytes) -> Exception:
    """What to raise for an answer that is not the success we asked for."""
    try:
        error = decode_document(body, ErrorAnswer).error
    except ProtocolError:
        if status >= _SERVER_FAULT:  # something before the relay answers for it
            return NoAnswer(f"the relay does not answer: status {status}")
        return BadAnswer(f"status {status} and no error of this protocol: is this the address of a relay?")
    if status < _BAD_REQUEST or STATUS[error.code] != status:
        return BadAnswer(f"the relay answers {error.code.value!r} with status {status}")
    return refusal(error)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"  # RFC 6761 section 6.3: resolvers answer it with loopback
