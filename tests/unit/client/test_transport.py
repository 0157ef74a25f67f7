"""The relay over a real socket: every route as docs/protocol.md section 8 says, and answers that lie."""

import gzip
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from msgspec import Struct

from cencomm.client.transport import errors as relay_errors
from cencomm.client.transport.calls import SessionToken
from cencomm.client.transport.errors import (
    REFUSALS,
    BadAnswer,
    ChannelBusy,
    LedgerMoved,
    NoAnswer,
    Refusal,
    TooMany,
    refusal,
)
from cencomm.client.transport.relay_client import RelayClient, open_relay, relay_address
from cencomm.errors import UsageError
from cencomm.ids import AccountId, BlobId, ChannelId, DeviceId, OperationId, SendId
from cencomm.wire.accounts import (
    AccountCreated,
    AskSignInParameters,
    CreateAccount,
    SignedIn,
    SignIn,
    SignInParameters,
)
from cencomm.wire.devices import (
    ClaimedKeyPackages,
    ClaimKeyPackages,
    KeyPackagesStored,
    KeyPackagesWaiting,
    PutKeyPackages,
    RegisterDevice,
)
from cencomm.wire.document import encode_document
from cencomm.wire.enrolments import Enrol, Enrolments
from cencomm.wire.errors import STATUS, Details, Error, ErrorAnswer, ErrorCode
from cencomm.wire.limits import MAX_BLOB_BYTES, MAX_BODY_BYTES
from cencomm.wire.log import LogEntry, LogPage, Publish, Published, TurnReserved
from cencomm.wire.operations import (
    Appended,
    AppendEntry,
    BlobsAnswer,
    CreateOperation,
    LedgerPage,
    OperationHead,
    Operations,
    SealedBlob,
    WrapsAnswer,
)
from cencomm.wire.relay import RelayAnswer
from cencomm.wire.vault import PutVault, Vault
from cencomm.wire.welcomes import Reject, Rejections, Welcomes
from tests.fakes.scripted_relay import ScriptedRelay, document, endless, failure, hang_up, raw, scripted_relay

ACCOUNT, DEVICE, CHANNEL = AccountId(b"\x0a" * 16), DeviceId(b"\x0d" * 16), ChannelId(b"\x0c" * 16)
OPERATION, SEND = OperationId(b"\x0e" * 32), SendId(b"\x0f" * 16)
OP, CH = f"/v1/operations/{OPERATION.hex()}", f"/v1/operations/{OPERATION.hex()}/channels/{CHANNEL.hex()}"
TOKEN = "t" * 43

SALT, HEAD, ENTRY = bytes(16), b"head", b"entry"
PUBLISH = Publish(send_id=SEND, kind=2, message=b"message")
RELAY = RelayAnswer(name="relay.example", receipt_key=bytes(32), versions=(1,), registration="open", time=1)
PAGE = LogPage(previous=bytes(32), entries=(LogEntry(sequence=8, kind=2, epoch=3, message=b"message"),), head=HEAD)

Call = Callable[[RelayClient], Awaitable[object]]


@pytest.fixture
async def relay() -> AsyncIterator[ScriptedRelay]:
    async with scripted_relay() as server:
        yield server


@pytest.fixture
async def client(relay: ScriptedRelay) -> AsyncIterator[RelayClient]:
    async with open_relay(relay.url) as nobody:
        yield nobody.signed_in(SessionToken(TOKEN.encode()))


ROUTES: list[tuple[str, str, Struct | None, Call, Struct]] = [
    ("GET", "/v1/relay", None, lambda c: c.about(), RELAY),
    (
        "POST",
        "/v1/sign-in/parameters",
        ask := AskSignInParameters(handle=bytes(16)),
        lambda c: c.sign_in_parameters(ask),
        SignInParameters(salt=SALT, profile=1),
    ),
    (
        "POST",
        "/v1/sign-in",
        sign_in := SignIn(handle=bytes(16), sign_in_secret=bytes(32)),
        lambda c: c.sign_in(sign_in),
        SignedIn(account=ACCOUNT, token=TOKEN, expires=9),
    ),
    ("GET", "/v1/vault", None, lambda c: c.vault(), Vault(version=3, sealed=b"sealed")),
    (
        "PUT",
        "/v1/vault",
        put := PutVault(version=2, sealed=b"sealed"),
        lambda c: c.put_vault(put),
        Vault(version=3, sealed=b"sealed"),
    ),
    (
        "POST",
        f"/v1/devices/{DEVICE.hex()}/key-packages",
        packages := PutKeyPackages(one_time=(b"package",), last_resort=b"last"),
        lambda c: c.put_key_packages(DEVICE, packages),
        KeyPackagesStored(remaining=1),
    ),
    (
        "GET",
        f"/v1/devices/{DEVICE.hex()}/key-packages",
        None,
        lambda c: c.waiting_key_packages(DEVICE),
        KeyPackagesWaiting(remaining=1, last_resort=True),
    ),
    (
        "POST",
        "/v1/operations",
        create := CreateOperation(entry=ENTRY),
        lambda c: c.create_operation(create),
        OperationHead(operation=OPERATION, head=HEAD),
    ),
    ("GET", "/v1/operations", None, lambda c: c.operations(), Operations(operations=())),
    (
        "GET",
        f"{OP}/ledger?after=-1",
        None,
        lambda c: c.ledger(OPERATION, after=-1),
        LedgerPage(entries=(ENTRY,), head=HEAD),
    ),
    (
        "POST",
        f"{OP}/ledger",
        append := AppendEntry(entry=ENTRY),
        lambda c: c.append(OPERATION, append),
        Appended(head=HEAD),
    ),
    ("GET", f"{OP}/wraps", None, lambda c: c.wraps(OPERATION), WrapsAnswer(wraps=())),
    ("GET", f"{OP}/blobs", None, lambda c: c.blobs(OPERATION), BlobsAnswer(blobs=())),
    ("GET", f"{OP}/enrolments", None, lambda c: c.enrolments(OPERATION), Enrolments(requests=(b"request",))),
    (
        "POST",
        f"{CH}/claims",
        claim := ClaimKeyPackages(accounts=(ACCOUNT,)),
        lambda c: c.claim(OPERATION, CHANNEL, claim),
        ClaimedKeyPackages(packages=()),
    ),
    (
        "GET",
        f"{CH}/2/log?after=7&hash={'11' * 32}&limit=100",
        None,
        lambda c: c.log(OPERATION, CHANNEL, 2, after=7, hash_=b"\x11" * 32, limit=100),
        PAGE,
    ),
    ("GET", f"{CH}/2/log?after=0", None, lambda c: c.log(OPERATION, CHANNEL, 2, after=0), PAGE),
    (
        "POST",
        f"{CH}/2/log",
        PUBLISH,
        lambda c: c.publish(OPERATION, CHANNEL, 2, PUBLISH),
        Published(receipt=b"receipt"),
    ),
    ("GET", f"{CH}/2/welcomes", None, lambda c: c.welcomes(OPERATION, CHANNEL, 2), Welcomes(welcomes=())),
    ("GET", f"{CH}/2/rejections", None, lambda c: c.rejections(OPERATION, CHANNEL, 2), Rejections(rejections=())),
]

SILENT_ROUTES: list[tuple[str, str, Struct | None, Call]] = [
    ("DELETE", "/v1/session", None, lambda c: c.sign_out()),
    (
        "DELETE",
        f"{CH}/2/welcomes/{DEVICE.hex()}/7",
        None,
        lambda c: c.forget_welcome(OPERATION, CHANNEL, 2, DEVICE, 7),
    ),
    (
        "POST",
        "/v1/devices",
        register := RegisterDevice(certificate=b"certificate"),
        lambda c: c.register_device(register),
    ),
    ("POST", f"{OP}/enrolments", enrol := Enrol(request=b"request"), lambda c: c.enrol(OPERATION, enrol)),
    (
        "POST",
        f"{CH}/2/rejections",
        reject := Reject(rejection=b"rejection"),
        lambda c: c.reject(OPERATION, CHANNEL, 2, reject),
    ),
]


@pytest.mark.parametrize(
    ("method", "path", "request_", "call", "answer"), ROUTES, ids=[f"{route[0]} {route[1][-12:]}" for route in ROUTES]
)
async def test_each_route_asks_and_reads_what_the_protocol_says(
    relay: ScriptedRelay,
    client: RelayClient,
    method: str,
    path: str,
    request_: Struct | None,
    call: Call,
    answer: Struct,
) -> None:
    relay.answer = document(answer)

    assert await call(client) == answer

    (asked,) = relay.asked
    assert (asked.method, asked.path, asked.authorization) == (method, path, f"Bearer {TOKEN}")
    assert asked.body == (encode_document(request_) if request_ else b"")


@pytest.mark.parametrize(
    ("method", "path", "request_", "call"), SILENT_ROUTES, ids=[route[1][-12:] for route in SILENT_ROUTES]
)
async def test_routes_without_an_answer_want_204(
    relay: ScriptedRelay, client: RelayClient, method: str, path: str, request_: Struct | None, call: Call
) -> None:
    relay.answer = raw(204)
    await call(client)
    (asked,) = relay.asked
    assert (asked.method, asked.path) == (method, path)
    assert asked.body == (encode_document(request_) if request_ else b"")

    relay.answer = raw(200, b"{}")
    with pytest.raises(BadAnswer):
        await call(client)


async def test_an_account_is_made_without_a_session(relay: ScriptedRelay) -> None:
    relay.answer = document(AccountCreated(account=ACCOUNT))
    request = CreateAccount(handle=bytes(16), salt=SALT, profile=1, sign_in_secret=bytes(32))

    async with open_relay(relay.url) as nobody:
        assert await nobody.create_account(request) == ACCOUNT

    assert relay.asked[0].authorization is None


async def test_a_relay_that_would_not_write_is_not_healthy(relay: ScriptedRelay, client: RelayClient) -> None:
    relay.answer = raw(200, b"ok")
    await client.check_health()

    relay.answer = failure(ErrorCode.UNAVAILABLE)
    with pytest.raises(relay_errors.NotNow):
        await client.check_health()


def test_each_code_has_a_type_of_its_own() -> None:
    assert set(REFUSALS) == set(ErrorCode)
    assert len(set(REFUSALS.values())) == len(ErrorCode)


@pytest.mark.parametrize("code", list(ErrorCode), ids=str)
async def test_each_code_is_raised_as_its_type(relay: ScriptedRelay, client: RelayClient, code: ErrorCode) -> None:
    relay.answer = failure(code, "what happened")

    with pytest.raises(Refusal, match="what happened") as raised:
        await client.publish(OPERATION, CHANNEL, 1, PUBLISH)

    assert type(raised.value) is REFUSALS[code]


def test_c7_a_commit_that_waits_for_its_turn_is_told_from_a_quota() -> None:
    waits = Error(code=ErrorCode.TOO_MANY, message="wait", details=Details(rule="C7", retry_after=2))

    assert type(refusal(waits)) is ChannelBusy
    assert type(refusal(Error(code=ErrorCode.TOO_MANY, message="wait"))) is TooMany


async def test_c7_a_turn_is_asked_for_by_place(relay: ScriptedRelay, client: RelayClient) -> None:
    relay.answer = document(TurnReserved(seconds=5))

    assert await client.reserve_turn(OPERATION, CHANNEL, 2) == 5

    (asked,) = relay.asked
    assert (asked.method, asked.path) == ("POST", f"{CH}/2/turn")


async def test_details_come_along(relay: ScriptedRelay, client: RelayClient) -> None:
    relay.answer = failure(ErrorCode.LEDGER_MOVED, details=Details(sequence=9, hash=b"\x09" * 32))
    with pytest.raises(LedgerMoved) as moved:
        await client.publish(OPERATION, CHANNEL, 1, PUBLISH)
    relay.answer = failure(ErrorCode.TOO_MANY, details=Details(retry_after=30))
    with pytest.raises(TooMany) as many:
        await client.publish(OPERATION, CHANNEL, 1, PUBLISH)

    assert (moved.value.details.sequence, moved.value.details.hash) == (9, b"\x09" * 32)
    assert many.value.details.retry_after == 30


async def test_a_relay_cannot_write_over_the_terminal(relay: ScriptedRelay, client: RelayClient) -> None:
    relay.answer = failure(ErrorCode.REFUSED, "\x1b[2Jyour password, please:\r\n\u202e")

    with pytest.raises(Refusal) as raised:
        await client.about()

    assert str(raised.value).isprintable()


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b""),
        (200, b"<html>"),
        (200, b"null"),
        (200, b'{"unknown":1}'),
        (200, encode_document(RELAY) + b"{}"),
        (200, encode_document(RELAY)[:-1]),
        (200, encode_document(RELAY)[:-1] + b',"more":1}'),
        (200, b"[" * 100_000),
        (200, b'{"name":"\xff"}'),
        (201, encode_document(RELAY)),
        (404, b"no such page"),
        (STATUS[ErrorCode.NOT_FOUND], encode_document(ErrorAnswer(error=Error(code=ErrorCode.TAKEN, message="")))),
        (200, encode_document(ErrorAnswer(error=Error(code=ErrorCode.TAKEN, message="")))),
        (299, encode_document(ErrorAnswer(error=Error(code=ErrorCode.TAKEN, message="")))),
    ],
)
async def test_what_is_no_answer_is_refused(
    relay: ScriptedRelay, client: RelayClient, status: int, body: bytes
) -> None:
    relay.answer = raw(status, body)

    with pytest.raises(BadAnswer):
        await client.about()


async def test_a_fault_before_the_relay_is_worth_another_try(relay: ScriptedRelay, client: RelayClient) -> None:
    relay.answer = raw(502, b"<html>bad gateway</html>")

    with pytest.raises(NoAnswer):
        await client.about()


async def test_a_broken_line_leaves_it_open_whether_the_call_took_place(
    relay: ScriptedRelay, client: RelayClient
) -> None:
    relay.answer = hang_up

    with pytest.raises(NoAnswer):
        await client.publish(OPERATION, CHANNEL, 1, PUBLISH)


async def test_nobody_at_the_address_is_no_answer() -> None:
    async with scripted_relay() as other:
        gone = other.url

    async with open_relay(gone) as client:
        with pytest.raises(NoAnswer):
            await client.about()


async def test_an_endless_answer_is_cut_off(relay: ScriptedRelay, client: RelayClient) -> None:
    relay.answer = endless

    with pytest.raises(BadAnswer, match="more than 65536 bytes"):
        await client.about()


async def test_a_small_answer_that_unpacks_into_a_large_one_is_not_unpacked(
    relay: ScriptedRelay, client: RelayClient
) -> None:
    relay.answer = raw(200, gzip.compress(encode_document(RELAY)), {"Content-Encoding": "gzip"})

    with pytest.raises(BadAnswer):
        await client.about()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_takes_nothing_elsewhere(relay: ScriptedRelay, client: RelayClient, status: int) -> None:
    async with scripted_relay() as elsewhere:
        elsewhere.answer = document(RELAY)
        relay.answer = raw(status, b"", {"Location": elsewhere.url})

        with pytest.raises(BadAnswer, match="elsewhere"):
            await client.about()

        assert elsewhere.asked == []


async def test_a_cookie_is_not_sent_back(relay: ScriptedRelay, client: RelayClient) -> None:
    relay.answer = raw(200, encode_document(RELAY), {"Set-Cookie": "who=you"})

    await client.about()
    await client.about()

    assert [asked.cookie for asked in relay.asked] == [None, None]


async def test_a_request_beyond_the_limit_never_leaves(relay: ScriptedRelay, client: RelayClient) -> None:
    blob = SealedBlob(blob=BlobId(bytes(16)), number=1, sealed=bytes(MAX_BLOB_BYTES))
    request = CreateOperation(entry=ENTRY, blobs=(blob,) * (MAX_BODY_BYTES // MAX_BLOB_BYTES))

    with pytest.raises(UsageError, match="at most"):
        await client.create_operation(request)

    assert relay.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "https://relay.example",
        "https://relay.example:8443/under/a/path",
        "http://127.0.0.1:8080",
        "http://[::1]:8080/",
        "http://localhost:8080",
    ],
)
def test_addresses_that_may_be_spoken_to(address: str) -> None:
    assert relay_address(address).scheme in {"https", "http"}


@pytest.mark.parametrize(
    "address",
    [
        "",
        "relay.example",
        "ftp://relay.example",
        "http://relay.example",
        "http://10.0.0.1",
        "http://127.0.0.1.relay.example",
        "http://localhost.relay.example",
        "https://user:password@relay.example",
        "https://relay.example?x=1",
        "https://relay.example/#part",
        "https://",
        "http://[::1",
    ],
)
def test_plain_http_and_what_is_no_address_are_refused(address: str) -> None:
    with pytest.raises(UsageError):
        relay_address(address)


def test_the_token_shows_nowhere() -> None:
    assert TOKEN not in repr(SessionToken(TOKEN.encode()))
