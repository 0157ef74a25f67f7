"""A relay behind a real socket on a real database, and people with real keys who use it."""

import contextlib
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestServer
from msgspec import Struct

from cencomm.ids import AccountId, DeviceId, OperationId
from cencomm.ledger.anchor import GROUP_INFO_EXTENSION
from cencomm.ledger.certificate import DeviceCertificate, issue_certificate
from cencomm.ledger.enrolment import EnrolmentCode, EnrolmentRequest, request_enrolment
from cencomm.mls.cipher_suite import MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519 as SUITE
from cencomm.mls.key_package import KeyPackageBundle, create_key_package
from cencomm.mls.leaf_node import Capabilities
from cencomm.primitives.signatures import SigningKey
from cencomm.primitives.x25519 import KeyPair, generate_key_pair
from cencomm.relay.app import build_app
from cencomm.relay.config import RelayConfig
from cencomm.relay.keys import NOTARY
from cencomm.wire.accounts import AccountCreated, CreateAccount, SignedIn, SignIn
from cencomm.wire.devices import (
    KeyPackagesStored,
    PutKeyPackages,
    RegisterDevice,
)
from cencomm.wire.document import decode_document, encode_document
from cencomm.wire.errors import Error, ErrorAnswer, ErrorCode
from tests.fakes.counting_entropy import CountingEntropy

T = TypeVar("T")

START = 1_800_000_000  # seconds; any
NOT_AFTER = START + 365 * 86_400
NAME = "relay.example.org"
UNPACED = {"commit_pause_seconds": 0, "commit_pause_member_milliseconds": 0}  # the clock of most tests stands still


class StandingClock:
    """Moves when a test moves it."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return self.now


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: dict[str, str]

    def read(self, shape: type[T]) -> T:
        assert self.status == 200, (self.status, self.body)
        return decode_document(self.body, shape)

    @property
    def error(self) -> Error:
        error = decode_document(self.body, ErrorAnswer).error
        assert self.status >= 400
        return error

    @property
    def code(self) -> ErrorCode:
        return self.error.code


@dataclass
class Relay:
    """A running relay, as a peer sees it; `app` only where a test breaks its disk."""

    server: BaseTestServer
    http: aiohttp.ClientSession
    clock: StandingClock
    entropy: CountingEntropy
    app: web.Application

    @property
    def receipt_key(self) -> bytes:
        return self.app[NOTARY].key.public_key

    async def ask(
        self,
        method: str,
        path: str,
        document: Struct | None = None,
        *,
        token: str | None = None,
        data: bytes | None = None,
    ) -> Answer:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        body = data if document is None else encode_document(document)
        url = self.server.make_url(path)
        payload = None if body is None else io.BytesIO(body)  # aiohttp warns of large bytes
        async with self.http.request(method, url, data=payload, headers=headers, allow_redirects=False) as answer:
            return Answer(answer.status, await answer.read(), dict(answer.headers))

    async def person(self, label: str = "") -> "Person":
        """Somebody with an account, a session, a device, one one-time key package and one of last resort."""
        entropy = CountingEntropy(label) if label else self.entropy
        handle, secret = entropy(16), entropy(32)
        created = await self.ask(
            "POST",
            "/v1/accounts",
            CreateAccount(handle=handle, salt=entropy(16), profile=1, sign_in_secret=secret),
        )
        account = created.read(AccountCreated).account
        signed_in = (await self.ask("POST", "/v1/sign-in", SignIn(handle=handle, sign_in_secret=secret))).read(SignedIn)
        identity, device_key = SigningKey.generate(entropy), SigningKey.generate(entropy)
        certificate = issue_certificate(identity, account, DeviceId(entropy(16)), device_key.public_key, NOT_AFTER)
        somebody = Person(
            relay=self,
            account=account,
            token=signed_in.token,
            handle=handle,
            secret=secret,
            identity=identity,
            exchange=generate_key_pair(entropy),
            device_key=device_key,
            certificate=certificate,
            entropy=entropy,
        )
        registered = await somebody.ask("POST", "/v1/devices", RegisterDevice(certificate=certificate.encoded))
        assert registered.status == 204, registered
        return somebody


@dataclass
class Person:
    relay: Relay
    account: AccountId
    token: str
    handle: bytes
    secret: bytes
    identity: SigningKey
    exchange: KeyPair
    device_key: SigningKey
    certificate: DeviceCertificate
    entropy: CountingEntropy
    bundles: list[KeyPackageBundle] = field(default_factory=list)

    @property
    def device(self) -> DeviceId:
        return self.certificate.device

    async def ask(self, method: str, path: str, document: Struct | None = None, *, data: bytes | None = None) -> Answer:
        return await self.relay.ask(method, path, document, token=self.token, data=data)

    def key_package(self, *, last_resort: bool = False, lifetime: tuple[int, int] | None = None) -> KeyPackageBundle:
        return create_key_package(
            credential=self.certificate.encoded,
            signing_key=self.device_key,
            cipher_suite=SUITE,
            lifetime=lifetime or (START - 3600, START + 84 * 86_400),
            capabilities=Capabilities(cipher_suites=(SUITE,), extensions=(GROUP_INFO_EXTENSION,)),
            last_resort=last_resort,
            entropy=self.entropy,
        )

    @property
    def packages_path(self) -> str:
        return f"/v1/devices/{self.device.hex()}/key-packages"

    async def put_key_packages(self, count: int = 1, *, last_resort: bool = False) -> int:
        made = [self.key_package() for _ in range(count)]
        resort = self.key_package(last_resort=True) if last_resort else None
        self.bundles += [*made, *([resort] if resort else [])]
        put = PutKeyPackages(
            one_time=tuple(one.key_package.encode() for one in made),
            last_resort=resort.key_package.encode() if resort else None,
        )
        return (await self.ask("POST", self.packages_path, put)).read(KeyPackagesStored).remaining

    def bundle(self, ref: bytes) -> KeyPackageBundle:
        return next(bundle for bundle in self.bundles if bundle.key_package.ref() == ref)

    def enrolment(self, operation: OperationId) -> EnrolmentRequest:
        code = EnrolmentCode(self.entropy(16))
        return request_enrolment(operation, self.account, self.identity, self.exchange.public_key, code)


def config_for(folder: Path, **changed: Any) -> RelayConfig:
    fields: dict[str, Any] = {
        "data": folder,
        "name": NAME,
        "synchronous": "OFF",
        "lock_timeout_seconds": 0.2,
        **UNPACED,
    }
    return RelayConfig(**(fields | changed))


@contextlib.asynccontextmanager
async def running(config: RelayConfig, clock: StandingClock, *, seed: str = "relay") -> AsyncIterator[Relay]:
    app = build_app(config, clock=clock, entropy=CountingEntropy(f"{seed} server"))
    server = TestServer(app)
    try:
        await server.start_server()
    except BaseException:
        await app.cleanup()  # as `web.run_app` does when a start fails half-way
        raise
    async with server, aiohttp.ClientSession() as http:
        yield Relay(server, http, clock, CountingEntropy(seed), app)
