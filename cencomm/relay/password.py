"""A change of password: verifier, vault, sessions and sources in one transaction, or nothing of it (D2)."""

from sqlalchemy import Connection

from cencomm.relay.proof import Prover
from cencomm.relay.queries.accounts import Account, replace_verifier
from cencomm.relay.queries.sessions import Session, Source, find_source, forget_sources_of, move_session, put_source
from cencomm.relay.sessions import end_other_sessions, key_hash
from cencomm.relay.state import Draft
from cencomm.relay.vault import replace_vault
from cencomm.wire.password import ChangePassword, PasswordChanged
from cencomm.wire.vault import PutVault


async def change_password(
    prover: Prover, session: Session, asked: ChangePassword, *, source_key: bytes, address: bytes, now: int
) -> PasswordChanged:
    """The old secret opens nothing any more. `session` goes on; all others end, and no other computer is known.

    Raises:
        StaleVersion: the vault is another than the one that `asked` replaces; the old password goes on.
        and what `Prover.prove` raises.
    """
    verifier = await prover.verifiers.make(asked.new_sign_in_secret, is_known=True)
    new_source = key_hash(source_key)

    def change(connection: Connection, draft: Draft, account: Account) -> PasswordChanged:
        vault = replace_vault(connection, account.id, PutVault(version=asked.version, sealed=asked.sealed))
        replace_verifier(connection, account.id, salt=asked.salt, profile=asked.profile, verifier=verifier)
        known = find_source(connection, session.source, account.id)
        end_other_sessions(connection, draft, session, now=now)
        forget_sources_of(connection, account.id)
        put_source(
            connection,
            Source(
                key_hash=new_source, account=account.id, used=now, device=known.device if known else None, label=None
            ),
        )
        move_session(connection, session.token_hash, source=new_source)
        return PasswordChanged(version=vault.version, source=source_key)

    attempt = await prover.attempt_of(session, asked.sign_in_secret, asked.code, address=address)
    return await prover.prove(attempt, change, now=now)
