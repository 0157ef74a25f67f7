"""Accounts and sign-in (D1, docs/protocol.md section 7): what is checked, at equal cost for names that nobody has."""

import hmac
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from sqlalchemy import Connection

from cencomm.errors import AccessDenied
from cencomm.ids import ACCOUNT_ID_BYTES, AccountId
from cencomm.relay.config import RelayConfig
from cencomm.relay.database import Database
from cencomm.relay.own_keys import FalseSaltKey
from cencomm.relay.proof import Attempt, Prover
from cencomm.relay.queries import accounts as queries
from cencomm.relay.queries.accounts import Account
from cencomm.relay.queries.sessions import Session, find_source
from cencomm.relay.quota import Quota
from cencomm.relay.sessions import begin_session, key_hash
from cencomm.relay.state import Draft
from cencomm.relay.writer import Writer
from cencomm.secret import Entropy
from cencomm.site.verifiers import Verifiers
from cencomm.wire.accounts import CreateAccount, SignIn, SignInParameters
from cencomm.wire.fields import SALT_BYTES

TOKEN_BYTES = SOURCE_KEY_BYTES = 32
DEFAULT_PROFILE = 1
HOUR_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class SignedInSession:
    session: Session
    token: bytes = field(repr=False)
    source_key: bytes | None = field(repr=False)  # for a source that was not known


@dataclass(frozen=True, slots=True, eq=False)
class SignInDesk:
    """Everything that happens before there is a session. `address` is whatever stands for the peer's address."""

    config: RelayConfig
    database: Database
    writer: Writer
    verifiers: Verifiers
    prover: Prover
    false_salt_key: FalseSaltKey
    entropy: Entropy
    accounts_made: Quota

    @classmethod
    def open(
        cls,
        config: RelayConfig,
        database: Database,
        writer: Writer,
        *,
        pool: ThreadPoolExecutor,
        false_salt_key: FalseSaltKey,
        entropy: Entropy,
    ) -> "SignInDesk":
        verifiers = Verifiers(pool, entropy)
        address_failures = Quota(config.failed_sign_ins_per_address, seconds=config.failed_sign_in_seconds)
        return cls(
            config=config,
            database=database,
            writer=writer,
            verifiers=verifiers,
            prover=Prover(database, writer, verifiers, address_failures),
            false_salt_key=false_salt_key,
            entropy=entropy,
            accounts_made=Quota(config.accounts_per_address, seconds=HOUR_SECONDS),
        )

    async def create(self, asked: CreateAccount, *, address: bytes, now: int) -> AccountId:
        """A new account.

        Raises:
            AccessDenied: without the code that this relay asks for.
            Taken: the handle belongs to somebody.
            TooMany: from this address.
        """
        self.accounts_made.spend(address, now=now)
        expected = self.config.registration_code
        given = (asked.registration_code or "").encode()
        if expected is not None and not hmac.compare_digest(expected.expose(), given):
            raise AccessDenied("this relay makes accounts only with its registration code")
        account = Account(
            id=AccountId(self.entropy(ACCOUNT_ID_BYTES)),
            handle=asked.handle,
            salt=asked.salt,
            profile=asked.profile,
            verifier=await self.verifiers.make(asked.sign_in_secret),
        )
        await self.writer.write(lambda connection, _: queries.add_account(connection, account))
        return account.id

    async def parameters(self, handle: bytes) -> SignInParameters:
        """What a client needs before it can stretch a password; nobody learns from it whether the handle exists."""
        account = await self.database.read(lambda connection: queries.find_account(connection, handle))
        false_salt = hmac.digest(self.false_salt_key.expose(), handle, "sha256")[:SALT_BYTES]
        if account is None:
            return SignInParameters(salt=false_salt, profile=DEFAULT_PROFILE)
        return SignInParameters(salt=account.salt, profile=account.profile)

    async def sign_in(self, asked: SignIn, *, address: bytes, now: int) -> SignedInSession:
        """A new session, its token, and a key for a source that was not known; neither is stored as it is.

        Raises as `Prover.prove`.
        """
        token, source_key = self.entropy(TOKEN_BYTES), self.entropy(SOURCE_KEY_BYTES)
        shown = None if asked.source is None else key_hash(asked.source)
        attempt = Attempt(
            handle=asked.handle, sign_in_secret=asked.sign_in_secret, code=asked.code, source=shown, address=address
        )

        def begin(connection: Connection, draft: Draft, account: Account) -> SignedInSession:
            source = None if shown is None else find_source(connection, shown, account.id)
            session = Session(
                token_hash=key_hash(token),
                account=account.id,
                began=now,
                used=now,
                expires=now + self.config.session_seconds,
                source=key_hash(source_key) if source is None else source.key_hash,
                known=source is not None,
            )
            begin_session(connection, draft, session, known=source, label=asked.label, now=now)
            return SignedInSession(session, token, source_key if source is None else None)

        return await self.prover.prove(attempt, begin, now=now)
