"""The charter: entry 0, which makes an operation of a plan and its first coordinators (rules L2, L5, L7)."""

from collections.abc import Sequence
from dataclasses import dataclass

from cencomm.client.account.device import Identity
from cencomm.client.operation.decision import Decision, with_secrets
from cencomm.client.operation.operation import Operation
from cencomm.ledger.bodies import NONCE_BYTES, Charter, Policy
from cencomm.ledger.content_key import FIRST_CONTENT_KEY, new_blob, new_content_key
from cencomm.ledger.enrolment import Keys, creator_keys
from cencomm.ledger.entry import first_entry, sign_entry
from cencomm.ledger.replay import Ledger
from cencomm.secret import Entropy


@dataclass(frozen=True, slots=True, kw_only=True)
class Founder:
    """Another coordinator of the charter, whose enrolment for its nonce was verified (D7)."""

    keys: Keys
    profile: bytes


def found_operation(
    identity: Identity,
    *,
    plan: bytes,
    profile: bytes,
    relay_key: bytes,
    relay_name: str,
    policy: Policy,
    nonce: bytes | None = None,
    founders: Sequence[Founder] = (),
    now: int,
    entropy: Entropy,
) -> Decision:
    """The charter. Its hash is the operation; whoever knows the hash needs to trust nobody about the rest.

    `nonce` is the one that `founders` enrolled for, if there are any.

    Raises:
        LedgerRefused: an operation cannot begin like that.
    """
    nonce = nonce or entropy(NONCE_BYTES)
    own = creator_keys(nonce, identity.account, identity.signing_key, identity.exchange_key.public_key())
    key = new_content_key(FIRST_CONTENT_KEY, entropy)
    plan_blob = new_blob(plan, entropy)
    profiles = tuple(new_blob(one, entropy) for one in (profile, *(founder.profile for founder in founders)))
    charter = Charter(
        nonce=nonce,
        coordinators=(own, *(founder.keys for founder in founders)),
        relay_key=relay_key,
        relay_name=relay_name,
        policy=policy,
        content_key=key.ref,
        plan=plan_blob.ref,
        profiles=tuple(blob.ref for blob in profiles),
    )
    entry = sign_entry(first_entry(charter, time=now), identity.signing_key)
    ledger = Ledger.start(entry)
    return with_secrets(
        Operation(ledger=ledger),
        entry,
        ledger,
        key=key,
        blobs=(plan_blob, *profiles),
        recipients=[keys.account for keys in charter.coordinators],
        entropy=entropy,
    )
