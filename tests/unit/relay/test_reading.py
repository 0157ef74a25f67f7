"""Pages of a log, Welcomes and rejections."""

from typing import Any

import pytest

from cencomm.ids import NO_HASH
from cencomm.ledger.certificate import issue_certificate
from cencomm.ledger.log import LogKind
from cencomm.ledger.rejection import Rejection, RejectionKind, RejectionReason, sign_rejection
from cencomm.ledger.statements import verify_log_head
from cencomm.relay.rejections import MAX_OWN_REJECTIONS
from cencomm.wire.errors import ErrorCode
from cencomm.wire.limits import LOG_PAGE_ENTRIES, MAX_MESSAGE_BYTES, PAGE_BYTES
from cencomm.wire.log import LogPage
from cencomm.wire.welcomes import Reject, Rejections, Welcomes
from tests.fakes.founded_operation import Operation, flipped
from tests.fakes.served_relay import NOT_AFTER, Answer, Person


async def page(operation: Operation, query: str) -> Answer:
    return await operation.coordinator.ask("GET", f"{operation.log_path}?{query}")


async def test_pages_continue_each_other(operation: Operation) -> None:
    for _ in range(4):
        await operation.publish(operation.message())

    first = (await page(operation, "limit=2")).read(LogPage)
    hash_at_2 = (await page(operation, "after=2&limit=1")).read(LogPage).previous
    second = (await page(operation, f"after=2&hash={hash_at_2.hex()}")).read(LogPage)

    assert [entry.sequence for entry in first.entries + second.entries] == [1, 2, 3, 4, 5]
    assert first.previous == NO_HASH
    head = verify_log_head(first.head, operation.relay.receipt_key).statement
    assert (head.sequence, head.hash, head.time) == (5, operation.log_hash, operation.relay.clock.now)


async def test_a_cursor_of_another_log_is_told_so(operation: Operation) -> None:
    wrong = "11" * 32

    assert (await page(operation, f"after=1&hash={wrong}")).code == ErrorCode.LOG_DIVERGED
    assert (await page(operation, f"after=0&hash={wrong}")).code == ErrorCode.LOG_DIVERGED
    assert (await page(operation, "after=2")).code == ErrorCode.LOG_DIVERGED
    assert (await page(operation, f"after=1&hash={operation.log_hash.hex()}")).status == 200


async def test_a_page_weighs_no_more_than_its_limit_and_one_message(operation: Operation) -> None:
    big = bytes(MAX_MESSAGE_BYTES - 1000)
    for _ in range(6):
        assert (await operation.publish(operation.message(big))).status == 200

    first = (await page(operation, "after=1")).read(LogPage)

    weight = sum(len(entry.message) for entry in first.entries)
    assert len(first.entries) == 5
    assert PAGE_BYTES <= weight < PAGE_BYTES + MAX_MESSAGE_BYTES
    assert LOG_PAGE_ENTRIES == 500


@pytest.mark.parametrize(
    "query", ["after=-1", "after=x", "after=01", "after=+1", "after=%D9%A1", "limit=0", "hash=zz", "hash=11", "after="]
)
async def test_a_cursor_that_is_none_is_malformed(operation: Operation, query: str) -> None:
    assert (await page(operation, query)).code == ErrorCode.MALFORMED


async def test_another_generation_is_not_found(operation: Operation) -> None:
    for path in ("log", "welcomes", "rejections"):
        answer = await operation.coordinator.ask("GET", f"{operation.channel_path}/2/{path}")
        assert answer.code == ErrorCode.NOT_FOUND
    upper = operation.log_path.replace(operation.channel.hex(), operation.channel.hex().upper())
    assert (await operation.coordinator.ask("GET", upper)).code == ErrorCode.MALFORMED


async def test_a_newcomer_finds_the_welcome_of_the_commit_that_added_it(operation: Operation, alice: Person) -> None:
    await operation.admit(alice)

    waiting = (await alice.ask("GET", f"{operation.channel_path}/1/welcomes")).read(Welcomes).welcomes

    assert [(one.device, one.sequence) for one in waiting] == [(alice.device, 2)]
    assert (await operation.join(alice)).epoch == operation.group.epoch == 2
    others = await operation.coordinator.ask("GET", f"{operation.channel_path}/1/welcomes")
    assert others.read(Welcomes).welcomes == ()


async def test_only_the_newest_welcome_of_a_device_waits(operation: Operation, alice: Person) -> None:
    await operation.admit(alice)
    leaf = next(index for index, node in operation.group.leaves() if node.signature_key == alice.device_key.public_key)
    (package,) = await operation.claim(alice.account)
    anchor = operation.anchor(LogKind.COMMIT)
    staged = operation.group.commit(adds=(package,), removes=(leaf,), authenticated_data=anchor, entropy=alice.entropy)
    assert (await operation.publish(operation.publish_of(staged))).status == 200

    waiting = (await alice.ask("GET", f"{operation.channel_path}/1/welcomes")).read(Welcomes).welcomes

    assert [(one.device, one.sequence) for one in waiting] == [(alice.device, 3)]


def rejection(operation: Operation, person: Person, **changed: Any) -> bytes:
    fields: dict[str, Any] = {
        "kind": RejectionKind.COMMIT,
        "operation": operation.ledger.operation,
        "channel": operation.channel,
        "generation": 1,
        "sequence": 1,
        "commit_hash": bytes(32),
        "certificate": person.certificate,
        "reason": RejectionReason.TREE,
    }
    said = Rejection(**(fields | changed))
    return sign_rejection(person.device_key, said)


async def reject(operation: Operation, person: Person, data: bytes) -> Answer:
    return await person.ask("POST", f"{operation.channel_path}/1/rejections", Reject(rejection=data))


async def test_rejections_are_kept_for_the_channel(operation: Operation, officer: Person) -> None:
    said = rejection(operation, officer)
    assert (await reject(operation, officer, said)).status == 204
    assert (await reject(operation, officer, said)).status == 204

    kept = (await operation.coordinator.ask("GET", f"{operation.channel_path}/1/rejections")).read(Rejections)

    assert kept.rejections == (said,)


async def test_a_rejection_is_ones_own_and_about_this_log(operation: Operation, officer: Person) -> None:
    foreign = rejection(operation, operation.coordinator)
    elsewhere = issue_certificate(
        officer.identity, operation.coordinator.account, officer.device, officer.device_key.public_key, NOT_AFTER
    )
    for wrong in (
        foreign,
        rejection(operation, officer, certificate=elsewhere),
        rejection(operation, officer, generation=2),
        rejection(operation, officer, sequence=9),
        rejection(operation, officer, sequence=0),
    ):
        assert (await reject(operation, officer, wrong)).error.details.rule == "C11"
    assert (await reject(operation, officer, flipped(rejection(operation, officer)))).code == ErrorCode.REFUSED
    assert (await reject(operation, officer, b"")).code == ErrorCode.MALFORMED


async def test_rejections_of_one_account_are_bounded(operation: Operation, officer: Person) -> None:
    for number in range(MAX_OWN_REJECTIONS):
        said = rejection(operation, officer, commit_hash=number.to_bytes(32, "big"))
        assert (await reject(operation, officer, said)).status == 204

    answer = await reject(operation, officer, rejection(operation, officer, commit_hash=b"x" * 32))

    assert answer.code == ErrorCode.TOO_MANY
