"""What a relay takes for a reset, and what it changes: nothing before the unit's `replace`, everything with it (D7)."""

from dataclasses import replace
from hashlib import sha256

from cencomm.ids import DeviceId
from cencomm.ledger.bodies import Replace
from cencomm.ledger.certificate import issue_certificate
from cencomm.ledger.content_key import new_content_key
from cencomm.ledger.enrolment import EnrolmentCode, decode_request, request_enrolment
from cencomm.mls.credential import BasicCredential
from cencomm.primitives.signatures import SigningKey
from cencomm.primitives.x25519 import generate_key_pair
from cencomm.wire.accounts import SignedIn, SignIn
from cencomm.wire.devices import RegisterDevice
from cencomm.wire.errors import ErrorCode
from cencomm.wire.limits import RESET_SECONDS
from cencomm.wire.resets import AskReset, OfferReset
from cencomm.wire.vault import PutVault, Vault
from tests.fakes.founded_operation import Operation
from tests.fakes.served_relay import NOT_AFTER, Answer, Person

TICKET, SECRET = b"t" * 32, b"n" * 32


async def offer(operation: Operation, officer: Person, *, by: Person | None = None) -> Answer:
    asked = OfferReset(account=officer.account, ticket_hash=sha256(TICKET).digest())
    return await (by or operation.coordinator).ask("POST", f"{operation.path}/resets", asked)


def renewed(officer: Person) -> Person:
    entropy = officer.relay.entropy
    return replace(officer, identity=SigningKey.generate(entropy), exchange=generate_key_pair(entropy), secret=SECRET)


def asking(operation: Operation, new: Person, **changed: bytes) -> AskReset:
    request = request_enrolment(
        operation.ledger.operation, new.account, new.identity, new.exchange.public_key, EnrolmentCode(b"c" * 16)
    )
    fields = {
        "ticket": TICKET,
        "request": request.encode(),
        "handle": new.handle,
        "salt": b"s" * 16,
        "sign_in_secret": SECRET,
        "vault": b"the new vault",
    }
    return AskReset(profile=1, **{**fields, **changed})


def replacement(operation: Operation, officer: Person, asked: AskReset) -> Replace:
    key = new_content_key(operation.ledger.content_key.number + 1, operation.relay.entropy).ref
    keys = decode_request(asked.request).keys
    return Replace(keys=keys, replaced=officer.identity.public_key, content_key=key)


async def test_everything_of_the_account_ends_with_the_replacement(operation: Operation, officer: Person) -> None:
    relay, new = operation.relay, renewed(officer)
    await officer.ask("PUT", "/v1/vault", PutVault(version=0, sealed=b"the old vault"))
    await officer.put_key_packages(2, last_resort=True)
    asked = asking(operation, new)
    assert (await offer(operation, officer)).status == 204
    assert (await relay.ask("POST", "/v1/resets", asked)).status == 204
    assert (await officer.ask("GET", "/v1/vault")).read(Vault).sealed == b"the old vault"

    assert (await operation.append(replacement(operation, officer, asked))).status == 200

    assert (await officer.ask("GET", "/v1/vault")).code == ErrorCode.NO_SESSION
    old = SignIn(handle=officer.handle, sign_in_secret=officer.secret)
    assert (await relay.ask("POST", "/v1/sign-in", old)).code == ErrorCode.WRONG_SIGN_IN
    begun = await relay.ask("POST", "/v1/sign-in", SignIn(handle=officer.handle, sign_in_secret=SECRET))
    again = replace(new, token=begun.read(SignedIn).token)
    vault = (await again.ask("GET", "/v1/vault")).read(Vault)
    assert (vault.version, vault.sealed) == (1, b"the new vault")
    assert (await again.ask("GET", officer.packages_path)).status == 200
    assert (await again.ask("GET", f"{operation.log_path}?after=0")).status == 200


async def test_a_replacement_with_other_keys_takes_over_nothing(operation: Operation, officer: Person) -> None:
    """Whoever left the credentials is not whom the unit replaced: the old sign-in stays."""
    relay = operation.relay
    await offer(operation, officer)
    await relay.ask("POST", "/v1/resets", asking(operation, renewed(officer)))

    await operation.append(replacement(operation, officer, asking(operation, renewed(officer))))

    new = SignIn(handle=officer.handle, sign_in_secret=SECRET)
    assert (await relay.ask("POST", "/v1/sign-in", new)).code == ErrorCode.WRONG_SIGN_IN
    assert (await officer.ask("GET", "/v1/operations")).status == 200


async def test_who_may_offer_and_for_whom(operation: Operation, officer: Person) -> None:
    alice = await operation.relay.person("stranger")
    assert (await offer(operation, officer, by=officer)).code == ErrorCode.NOT_ENTITLED
    assert (await offer(operation, officer, by=alice)).code == ErrorCode.NOT_FOUND
    assert (await offer(operation, alice)).code == ErrorCode.NOT_FOUND


async def test_credentials_without_a_ticket_or_for_somebody_else_are_refused(
    operation: Operation, officer: Person
) -> None:
    relay, new = operation.relay, renewed(officer)
    alice = await relay.person("stranger")
    await offer(operation, officer)

    answers = [
        await relay.ask("POST", "/v1/resets", asked)
        for asked in (
            asking(operation, new, ticket=b"x" * 32),
            asking(operation, renewed(alice)),
            asking(operation, new, handle=alice.handle),
            asking(operation, officer),  # the keys that are lost
            asking(operation, new, request=asking(operation, new).request[:-1] + b"\0"),
        )
    ]
    relay.clock.now += RESET_SECONDS + 1
    late = await relay.ask("POST", "/v1/resets", asking(operation, new))

    assert [one.code for one in answers[:1]] == [ErrorCode.NOT_FOUND]
    assert [one.error.details.rule for one in answers[1:4]] == ["D7", "D7", "L6"]
    assert answers[4].status in {400, 422}
    assert late.code == ErrorCode.NOT_FOUND


async def test_what_was_written_under_the_old_identity_is_refused_in_a_race(operation: Operation) -> None:
    """C12: the coordinator is replaced while a message of the old device, with its older view, is on the way."""
    old = operation.coordinator
    await operation.commit()
    late = operation.message()
    body = replacement(operation, old, asking(operation, renewed(old)))

    assert (await operation.append(body)).status == 200
    refused = await operation.publish(late)

    assert refused.error.details.rule == "C1"


async def test_a_device_of_the_new_identity_may_be_registered(operation: Operation, officer: Person) -> None:
    new = renewed(officer)
    asked = asking(operation, new)
    await offer(operation, officer)
    await operation.relay.ask("POST", "/v1/resets", asked)
    await operation.append(replacement(operation, officer, asked))
    begun = await operation.relay.ask("POST", "/v1/sign-in", SignIn(handle=officer.handle, sign_in_secret=SECRET))
    entropy = officer.relay.entropy
    certificate = issue_certificate(
        new.identity, new.account, DeviceId(entropy(16)), new.device_key.public_key, NOT_AFTER
    )
    again = replace(new, token=begun.read(SignedIn).token, certificate=certificate)

    assert (await again.ask("POST", "/v1/devices", RegisterDevice(certificate=certificate.encoded))).status == 204
    assert await again.put_key_packages(1) == 1
    (package,) = await operation.claim(officer.account)
    assert package.leaf_node.credential == BasicCredential(certificate.encoded)
