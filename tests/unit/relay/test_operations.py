"""Operations and ledgers: compare-and-swap, who may append, who sees what."""

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace

from cencomm.ids import BlobId
from cencomm.ledger.bodies import FormBody
from cencomm.ledger.entry import decode_signed_entry, first_entry, sign_entry
from cencomm.ledger.kinds import Role
from cencomm.ledger.replay import Ledger, replay
from cencomm.ledger.statements import verify_ledger_head, verify_receipt
from cencomm.relay.operations import MAX_AHEAD_SECONDS
from cencomm.wire.enrolments import Enrol, Enrolments
from cencomm.wire.errors import ErrorCode
from cencomm.wire.limits import LEDGER_PAGE_ENTRIES, MAX_BLOB_BYTES
from cencomm.wire.operations import (
    Appended,
    AppendEntry,
    BlobsAnswer,
    CommitToChannel,
    CreateOperation,
    LedgerPage,
    OperationHead,
    Operations,
    SealedBlob,
    WrapFor,
    WrapsAnswer,
)
from tests.fakes.founded_operation import (
    Operation,
    charter_of,
    enrol,
    flipped,
    found_operation,
    founding,
    founding_entry,
)
from tests.fakes.served_relay import START, Answer, Person, Relay


async def append(operation: Operation, entry: bytes, *, by: Person | None = None) -> Answer:
    return await (by or operation.coordinator).ask("POST", f"{operation.path}/ledger", operation.asking(entry))


async def ledger_of(operation: Operation, person: Person, *, after: int = -1) -> LedgerPage:
    return (await person.ask("GET", f"{operation.path}/ledger?after={after}")).read(LedgerPage)


async def test_what_was_appended_replays_for_whoever_reads_it(operation: Operation, officer: Person) -> None:
    page = await ledger_of(operation, officer)

    ledger = replay(decode_signed_entry(entry) for entry in page.entries)
    head = verify_ledger_head(page.head, operation.relay.receipt_key).statement
    assert ledger == operation.ledger
    assert (head.sequence, head.hash) == (ledger.sequence, ledger.head_hash)


async def test_an_operation_is_founded_once_and_by_its_first_coordinator(relay: Relay) -> None:
    one, two = await relay.person("one"), await relay.person("two")
    asked = founding(founding_entry(relay, one))

    assert (await two.ask("POST", "/v1/operations", asked)).error.details.rule == "L2"
    assert (await one.ask("POST", "/v1/operations", asked)).status == 200
    assert (await one.ask("POST", "/v1/operations", asked)).code == ErrorCode.TAKEN


@pytest.mark.parametrize("changed", [{"relay_key": b"k" * 32}, {"relay_name": "another"}], ids=["key", "name"])
async def test_a_charter_for_another_relay_is_refused(relay: Relay, changed: dict[str, Any]) -> None:
    person = await relay.person()

    answer = await person.ask("POST", "/v1/operations", founding(founding_entry(relay, person, **changed)))

    assert answer.error.details.rule == "L4"


async def test_a_charter_that_does_not_verify_is_refused(relay: Relay) -> None:
    person = await relay.person()
    entry = founding_entry(relay, person)

    forged = await person.ask("POST", "/v1/operations", CreateOperation(entry=flipped(entry)))
    garbage = await person.ask("POST", "/v1/operations", CreateOperation(entry=b"garbage"))

    assert forged.code == ErrorCode.REFUSED
    assert garbage.code == ErrorCode.MALFORMED


async def test_of_entries_for_one_place_one_wins(operation: Operation) -> None:
    entries = [operation.entry(operation.channel_body()) for _ in range(6)]

    answers = await asyncio.gather(*(append(operation, entry) for entry in entries))

    losers = [answer for answer in answers if answer.status != 200]
    assert len(losers) == 5
    assert {loser.code for loser in losers} == {ErrorCode.LEDGER_MOVED}
    assert {loser.error.details.sequence for loser in losers} == {2}


async def test_an_entry_sent_again_is_answered_again(operation: Operation) -> None:
    entry = operation.entry(operation.channel_body())
    first = await append(operation, entry)
    operation.ledger = operation.after(entry)
    await operation.append(operation.channel_body())

    again = await append(operation, entry)

    head = verify_ledger_head(again.read(Appended).head, operation.relay.receipt_key).statement
    assert first.status == 200
    assert head.sequence == 3


async def test_only_coordinators_append(operation: Operation, officer: Person, relay: Relay) -> None:
    entry = operation.entry(operation.channel_body())
    stranger = await relay.person("stranger")

    assert (await append(operation, entry, by=officer)).code == ErrorCode.NOT_ENTITLED
    assert (await append(operation, entry, by=stranger)).code == ErrorCode.NOT_FOUND


async def test_an_entry_that_a_coordinator_did_not_sign_is_refused(operation: Operation, officer: Person) -> None:
    ledger = operation.ledger
    body = ledger.next_entry(operation.channel_body(), time=START, signer=officer.identity.public_key)

    answer = await append(operation, sign_entry(body, officer.identity).encode())

    assert answer.error.details.rule == "L1"


async def test_an_entry_from_the_future_is_refused(operation: Operation, relay: Relay) -> None:
    at_limit = operation.entry(operation.channel_body(), time=relay.clock.now + MAX_AHEAD_SECONDS)
    beyond = operation.entry(operation.channel_body(), time=relay.clock.now + MAX_AHEAD_SECONDS + 1)
    person = await relay.person()
    charter = first_entry(charter_of(relay, person), time=relay.clock.now + MAX_AHEAD_SECONDS + 1)

    asked = founding(sign_entry(charter, person.identity).encode())

    assert (await append(operation, beyond)).error.details.rule == "L5"
    assert (await append(operation, at_limit)).status == 200
    assert (await person.ask("POST", "/v1/operations", asked)).error.details.rule == "L5"


async def test_an_admission_travels_with_the_commit_that_enacts_it(operation: Operation, alice: Person) -> None:
    body = operation.channel_body(accounts=(operation.coordinator.account, alice.account))
    await operation.append(operation.admission(alice))
    entry = operation.entry(body)
    staged = operation.staged(ledger=operation.after(entry))
    publish = operation.publish_of(staged)
    commit = CommitToChannel(
        channel=operation.channel, generation=1, send_id=publish.send_id, kind=1, message=publish.message
    )

    answer = await operation.coordinator.ask("POST", f"{operation.path}/ledger", operation.asking(entry, commit))

    receipt = answer.read(Appended).receipt
    assert receipt is not None
    assert verify_receipt(receipt, operation.relay.receipt_key).statement.sequence == 2


async def test_an_entry_is_not_appended_without_the_commit_beside_it(operation: Operation, alice: Person) -> None:
    entry = operation.entry(operation.admission(alice))
    stale = operation.publish_of(operation.staged())  # anchored at the head before
    commit = CommitToChannel(
        channel=operation.channel, generation=1, send_id=stale.send_id, kind=1, message=stale.message
    )

    answer = await operation.coordinator.ask("POST", f"{operation.path}/ledger", operation.asking(entry, commit))

    assert answer.code == ErrorCode.LEDGER_MOVED
    assert len((await ledger_of(operation, operation.coordinator)).entries) == 2
    assert (await alice.ask("GET", f"{operation.path}/ledger")).code == ErrorCode.NOT_FOUND


async def test_a_revocation_never_waits_for_a_commit(operation: Operation, officer: Person) -> None:
    entry = operation.entry(operation.revocation(officer))
    publish = operation.publish_of(operation.staged(ledger=operation.after(entry)))
    commit = CommitToChannel(
        channel=operation.channel, generation=1, send_id=publish.send_id, kind=1, message=publish.message
    )

    answer = await operation.coordinator.ask("POST", f"{operation.path}/ledger", operation.asking(entry, commit))

    assert answer.error.details.rule == "L3"


async def test_only_a_commit_travels_with_an_entry(operation: Operation, alice: Person) -> None:
    entry = operation.entry(operation.admission(alice))
    message = operation.message(ledger=operation.after(entry))
    commit = CommitToChannel(
        channel=operation.channel, generation=1, send_id=message.send_id, kind=2, message=message.message
    )

    answer = await operation.coordinator.ask("POST", f"{operation.path}/ledger", operation.asking(entry, commit))

    assert answer.error.details.rule == "L3"


async def test_the_revoked_see_the_ledger_up_to_their_revocation(operation: Operation, officer: Person) -> None:
    await operation.append(operation.revocation(officer))
    revoked_at = operation.ledger.sequence
    await operation.append(operation.channel_body())

    page = await ledger_of(operation, officer)
    listed = (await officer.ask("GET", "/v1/operations")).read(Operations).operations

    for head in (page.head, listed[0].head):
        statement = verify_ledger_head(head, operation.relay.receipt_key).statement
        assert (statement.sequence, statement.hash) == (revoked_at, operation.ledger.hash_at(revoked_at))
    assert len(page.entries) == revoked_at + 1


async def test_the_revoked_get_no_blobs(operation: Operation, officer: Person) -> None:
    assert (await officer.ask("GET", f"{operation.path}/blobs")).status == 200

    await operation.append(operation.revocation(officer))

    assert (await officer.ask("GET", f"{operation.path}/blobs")).code == ErrorCode.NOT_ENTITLED


async def test_a_ledger_is_read_in_pages(operation: Operation) -> None:
    after_one = await ledger_of(operation, operation.coordinator, after=0)

    assert len(after_one.entries) == 1
    assert (await ledger_of(operation, operation.coordinator, after=1)).entries == ()
    assert LEDGER_PAGE_ENTRIES == 500


async def test_wraps_reach_their_account_and_blobs_every_member(operation: Operation, officer: Person) -> None:
    wraps = tuple(
        WrapFor(account=person.account, number=1, sealed=person.account) for person in (officer, operation.coordinator)
    )
    blob = SealedBlob(blob=BlobId(b"b" * 16), number=1, sealed=b"sealed")
    asked = operation.asking(operation.entry(operation.channel_body()))
    await operation.coordinator.ask(
        "POST", f"{operation.path}/ledger", replace(asked, wraps=wraps, blobs=(*asked.blobs, blob))
    )

    mine = (await officer.ask("GET", f"{operation.path}/wraps")).read(WrapsAnswer)
    blobs = (await officer.ask("GET", f"{operation.path}/blobs")).read(BlobsAnswer)

    assert [(wrap.number, wrap.sealed) for wrap in mine.wraps] == [(1, officer.account)]
    assert {*asked.blobs, blob} <= set(blobs.blobs)


async def test_nothing_is_sealed_under_a_key_that_the_ledger_does_not_know(operation: Operation, relay: Relay) -> None:
    entry, stranger = operation.entry(operation.channel_body()), await relay.person("stranger")
    asked = operation.asking(entry)
    blob = SealedBlob(blob=BlobId(b"b" * 16), number=2, sealed=b"")
    to_stranger = WrapFor(account=stranger.account, number=1, sealed=b"")

    for changed in (replace(asked, blobs=(*asked.blobs, blob)), replace(asked, wraps=(to_stranger,))):
        answer = await operation.coordinator.ask("POST", f"{operation.path}/ledger", changed)
        assert answer.error.details.rule == "L7"
    assert len((await ledger_of(operation, operation.coordinator)).entries) == 2


async def test_an_operations_blobs_are_bounded(operation: Operation) -> None:
    asked = operation.asking(operation.entry(operation.channel_body()))
    before = (await operation.coordinator.ask("GET", f"{operation.path}/blobs")).body
    blobs = tuple(SealedBlob(blob=BlobId(bytes([n]) * 16), number=1, sealed=bytes(MAX_BLOB_BYTES)) for n in range(81))

    answer = await operation.coordinator.ask(
        "POST", f"{operation.path}/ledger", replace(asked, blobs=(*asked.blobs, *blobs))
    )

    assert answer.code == ErrorCode.TOO_LARGE
    assert (await operation.coordinator.ask("GET", f"{operation.path}/blobs")).body == before


async def test_enrolments_wait_for_coordinators(operation: Operation, alice: Person, officer: Person) -> None:
    bob = await operation.relay.person("bob")
    assert (await enrol(operation, bob)).status == 204
    assert (await enrol(operation, bob)).status == 204

    asked = (await operation.coordinator.ask("GET", f"{operation.path}/enrolments")).read(Enrolments)

    assert len(asked.requests) == 1
    assert (await officer.ask("GET", f"{operation.path}/enrolments")).code == ErrorCode.NOT_ENTITLED
    assert (await bob.ask("GET", f"{operation.path}/enrolments")).code == ErrorCode.NOT_FOUND
    listed = (await bob.ask("GET", "/v1/operations")).read(Operations).operations
    assert [one.operation for one in listed] == [operation.ledger.operation]
    await operation.append(operation.admission(bob))
    asked = (await operation.coordinator.ask("GET", f"{operation.path}/enrolments")).read(Enrolments)
    assert asked.requests == ()
    assert alice is officer


async def test_an_enrolment_is_by_and_for_whoever_sends_it(operation: Operation, alice: Person, relay: Relay) -> None:
    mallory = await relay.person("mallory")
    path = f"{operation.path}/enrolments"
    genuine = alice.enrolment(operation.ledger.operation).encode()
    elsewhere = mallory.enrolment((await found_operation(relay, await relay.person("x"))).ledger.operation).encode()
    own = mallory.enrolment(operation.ledger.operation).encode()

    assert (await mallory.ask("POST", path, Enrol(request=genuine))).error.details.rule == "D7"
    assert (await mallory.ask("POST", path, Enrol(request=elsewhere))).error.details.rule == "D7"
    assert (await mallory.ask("POST", path, Enrol(request=flipped(own)))).code == ErrorCode.REFUSED
    assert (await mallory.ask("POST", path, Enrol(request=b"x"))).code == ErrorCode.MALFORMED


async def test_a_member_does_not_enrol_again(operation: Operation, officer: Person) -> None:
    assert (await enrol(operation, officer)).code == ErrorCode.TAKEN


async def test_whoever_was_never_there_is_told_of_nothing(operation: Operation, alice: Person) -> None:
    for path in ("ledger", "wraps", "blobs", "enrolments"):
        assert (await alice.ask("GET", f"{operation.path}/{path}")).code == ErrorCode.NOT_FOUND
    assert (await alice.ask("GET", "/v1/operations")).read(Operations).operations == ()
    assert (await alice.ask("GET", f"/v1/operations/{'00' * 32}/ledger")).code == ErrorCode.NOT_FOUND
    listed = (await operation.coordinator.ask("GET", "/v1/operations")).read(Operations).operations
    assert [one.operation for one in listed] == [operation.ledger.operation]


async def test_a_coordinator_of_the_unit_is_one_from_the_first_entry_on(relay: Relay) -> None:
    person = await relay.person()
    entry = founding_entry(relay, person)

    head = (await person.ask("POST", "/v1/operations", founding(entry))).read(OperationHead)

    ledger = Ledger.start(decode_signed_entry(entry))
    assert verify_ledger_head(head.head, relay.receipt_key).statement.hash == ledger.head_hash
    assert ledger.members[person.account].role is Role.COORDINATOR


async def refusal(operation: Operation, asked: AppendEntry) -> str | None:
    return (await operation.coordinator.ask("POST", f"{operation.path}/ledger", asked)).error.details.rule


async def test_what_an_entry_names_comes_with_it_or_it_does_not_go_in(operation: Operation, alice: Person) -> None:
    """L7: else one coordinator leaves all others without a form, a title or a name for ever."""
    bodies = (
        operation.channel_body(),
        operation.admission(alice),
        FormBody(definition=operation.blob(), version=1),
    )
    for body in bodies:
        asked = operation.asking(operation.entry(body))
        elsewhere = tuple(replace(blob, blob=BlobId(bytes(16))) for blob in asked.blobs)

        assert await refusal(operation, replace(asked, blobs=())) == "L7"
        assert await refusal(operation, replace(asked, blobs=elsewhere)) == "L7"
    assert len((await ledger_of(operation, operation.coordinator)).entries) == 2


async def test_a_charter_comes_with_its_plan_its_profiles_and_the_key_for_its_coordinators(relay: Relay) -> None:
    person = await relay.person()
    asked = founding(founding_entry(relay, person))

    for less in (
        replace(asked, blobs=asked.blobs[:1]),
        replace(asked, blobs=asked.blobs[1:]),
        replace(asked, wraps=()),
    ):
        answer = await person.ask("POST", "/v1/operations", less)
        assert answer.error.details.rule == "L7"
    assert (await person.ask("POST", "/v1/operations", asked)).status == 200


async def test_whoever_comes_in_gets_the_content_key_with_the_entry(operation: Operation, alice: Person) -> None:
    asked = operation.asking(operation.entry(operation.admission(alice)))

    assert await refusal(operation, replace(asked, wraps=())) == "L7"


async def test_a_new_content_key_comes_for_everybody_who_stays(operation: Operation, officer: Person) -> None:
    asked = operation.asking(operation.entry(operation.revocation(officer)))
    old = tuple(replace(wrap, number=1) for wrap in asked.wraps)

    assert [wrap.account for wrap in asked.wraps] == [operation.coordinator.account]
    assert await refusal(operation, replace(asked, wraps=())) == "L7"
    assert await refusal(operation, replace(asked, wraps=old)) == "L7"
    assert (await operation.coordinator.ask("POST", f"{operation.path}/ledger", asked)).status == 200
