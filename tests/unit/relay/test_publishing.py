"""Messages enter a log in the order of checks of docs/protocol.md section 8."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from cencomm.ids import NO_HASH, ChannelId, OperationId, SendId
from cencomm.ledger.log import LogKind, log_hash
from cencomm.mls.event import ApplicationReceived
from cencomm.mls.framing import decode_mls_message
from cencomm.mls.proposal import GroupContextExtensions
from cencomm.mls.welcome import Welcome
from cencomm.wire.errors import ErrorCode
from cencomm.wire.limits import MAX_MESSAGE_BYTES, RESERVATION_SECONDS
from cencomm.wire.log import Publish
from tests.fakes.founded_operation import Operation, found_operation
from tests.fakes.served_relay import Person, Relay, StandingClock, config_for, running


async def test_a_message_gets_a_place_in_the_log_and_a_receipt(operation: Operation, officer: Person) -> None:
    publish = operation.message(b"hello")

    answer = await operation.publish(publish)

    receipt = operation.receipt(answer)
    page = await operation.log(by=officer)
    assert receipt.sequence == 3
    assert page.entries[-1].message == publish.message
    group = await operation.join(officer)
    _, event = group.process(page.entries[-1].message)
    assert isinstance(event, ApplicationReceived)
    assert event.plaintext == b"hello"


async def test_the_log_is_the_hash_chain_of_exact_messages(operation: Operation) -> None:
    for text in (b"one", b"two"):
        await operation.publish(operation.message(text))

    page = await operation.log()

    digest = NO_HASH
    for entry in page.entries:
        digest = log_hash(operation.channel, 1, digest, entry.sequence, LogKind(entry.kind), entry.message)
    assert [entry.sequence for entry in page.entries] == [1, 2, 3]
    assert digest == operation.log_hash


async def test_a_retry_gets_the_first_receipt_whatever_it_carries(operation: Operation) -> None:
    publish = operation.message()
    first = await operation.publish(publish)
    await operation.commit()

    again = await operation.publish(publish)
    other_bytes = await operation.publish(replace(publish, message=b"garbage"))

    assert again.body == first.body
    assert other_bytes.body == first.body
    assert len((await operation.log()).entries) == 3


async def test_a_retry_after_revocation_still_gets_its_receipt(operation: Operation, officer: Person) -> None:
    group = await operation.join(officer)
    _, message = group.encrypt(
        b"mine", authenticated_data=operation.anchor(LogKind.APPLICATION), entropy=operation.relay.entropy
    )
    publish = Publish(send_id=SendId(bytes(16)), kind=2, message=message)
    first = await operation.publish(publish, by=officer)
    await operation.append(operation.revocation(officer))

    again = await operation.publish(publish, by=officer)
    new = await operation.publish(replace(publish, send_id=SendId(b"n" * 16)), by=officer)

    assert again.body == first.body
    assert new.code == ErrorCode.NOT_ENTITLED


async def test_one_send_id_of_two_accounts_are_two_sends(operation: Operation, officer: Person) -> None:
    first = await operation.publish(operation.message())
    second = operation.message()

    answer = await operation.publish(replace(second, send_id=operation.receipt(first).send_id), by=officer)

    assert operation.receipt(answer).sequence == 4


async def test_fifty_retries_at_once_make_one_entry(operation: Operation) -> None:
    publish = operation.message()

    answers = await asyncio.gather(*(operation.publish(publish) for _ in range(50)))

    assert {answer.body for answer in answers} == {answers[0].body}
    assert len((await operation.log()).entries) == 2


async def test_many_senders_at_once_get_gapless_places(operation: Operation) -> None:
    publishes = [operation.message() for _ in range(40)]

    answers = await asyncio.gather(*(operation.publish(publish) for publish in publishes))

    assert sorted(operation.receipt(answer).sequence for answer in answers) == list(range(2, 42))
    assert len({operation.receipt(answer).hash for answer in answers}) == 40


async def test_one_refused_message_does_not_hurt_those_beside_it(operation: Operation) -> None:
    good = [operation.message() for _ in range(10)]
    bad = [operation.message(generation=2) for _ in range(10)]

    answers = await asyncio.gather(*(operation.publish(one) for pair in zip(good, bad, strict=True) for one in pair))

    assert [answer.status for answer in answers] == [200, 422] * 10
    assert [entry.sequence for entry in (await operation.log()).entries] == list(range(1, 12))


async def test_a_message_of_a_past_epoch_is_stale(operation: Operation) -> None:
    late = operation.message()
    await operation.commit()

    answer = await operation.publish(late)

    assert answer.code == ErrorCode.STALE_EPOCH
    assert answer.error.details.epoch == 2
    assert answer.error.details.sequence == 2


async def test_before_the_first_commit_there_is_nobody_to_write_to(operation: Operation) -> None:
    body = operation.channel_body()
    await operation.append(body)
    operation.channel, operation.log_sequence, operation.log_hash = body.channel, 0, NO_HASH
    raw = bytearray(operation.message().message)
    start = raw.index(operation.group_id)
    raw[start : start + 32] = body.group_id
    raw[start + 32 : start + 40] = bytes(8)

    answer = await operation.publish(Publish(send_id=SendId(bytes(16)), kind=2, message=bytes(raw)))

    assert answer.code == ErrorCode.REFUSED
    assert answer.error.details.rule == "L8"


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"operation": OperationId(b"o" * 32)}, "C1"),
        ({"channel": ChannelId(b"c" * 16)}, "C1"),
        ({"generation": 2}, "C1"),
        ({"kind": LogKind.COMMIT, "commitment": NO_HASH}, "C1"),
        ({"log_sequence": 0, "log_hash": NO_HASH}, "C1"),
        ({"log_sequence": 2}, "C1"),
        ({"ledger_sequence": 1000}, "C1"),
        ({"ledger_hash": b"l" * 32}, "C1"),
    ],
    ids=[
        "operation",
        "channel",
        "generation",
        "kind",
        "view before the epoch",
        "view beyond the log",
        "view beyond the ledger: everybody would wait for entries that do not exist",
        "view of another ledger",
    ],
)
async def test_an_anchor_for_another_place_is_refused(operation: Operation, changed: dict[str, Any], rule: str) -> None:
    answer = await operation.publish(operation.message(**changed))

    assert answer.code == ErrorCode.REFUSED
    assert answer.error.details.rule == rule


async def test_a_commit_with_another_anchor_is_refused(operation: Operation) -> None:
    answer = await operation.publish(operation.publish_of(operation.staged(channel=ChannelId(b"c" * 16))))

    assert answer.error.details.rule == "C1"


async def test_a_message_without_an_anchor_is_malformed(operation: Operation) -> None:
    _, message = operation.group.encrypt(b"x", authenticated_data=b"", entropy=operation.relay.entropy)

    answer = await operation.publish(Publish(send_id=SendId(bytes(16)), kind=2, message=message))

    assert answer.code == ErrorCode.MALFORMED


async def test_a_message_of_another_group_is_refused(operation: Operation) -> None:
    message = operation.message().message.replace(operation.group_id, b"g" * 32, 1)

    answer = await operation.publish(Publish(send_id=SendId(bytes(16)), kind=2, message=message))

    assert answer.error.details.rule == "L8"


async def test_truncated_and_lengthened_messages_are_malformed(operation: Operation) -> None:
    publish = operation.message()
    for message in (publish.message[:-1], publish.message + b"\x00", b"", b"\x00\x01"):
        answer = await operation.publish(replace(publish, message=message))

        assert answer.code == ErrorCode.MALFORMED


async def test_an_oversized_message_is_too_large(operation: Operation) -> None:
    path, message = operation.log_path, b"A" * ((MAX_MESSAGE_BYTES // 3 + 1) * 4)
    data = b'{"send_id":"AAAAAAAAAAAAAAAAAAAAAA==","kind":2,"message":"%b"}' % message

    answer = await operation.coordinator.ask("POST", path, data=data)

    assert answer.code == ErrorCode.TOO_LARGE


async def test_of_two_commits_for_one_epoch_one_wins(operation: Operation) -> None:
    publishes = [operation.publish_of(operation.staged()) for _ in range(8)]

    answers = await asyncio.gather(*(operation.publish(publish) for publish in publishes))

    assert sorted(answer.status for answer in answers) == [200] + [409] * 7
    losers = [answer.error for answer in answers if answer.status == 409]
    assert {error.code for error in losers} == {ErrorCode.STALE_EPOCH}
    assert {error.details.epoch for error in losers} == {2}
    assert [entry.kind for entry in (await operation.log()).entries] == [1, 1]


async def test_a_commit_enacts_the_head_of_the_ledger_or_nothing(operation: Operation, alice: Person) -> None:
    staged = operation.staged()
    await operation.append(operation.admission(alice))

    answer = await operation.publish(operation.publish_of(staged))

    assert answer.code == ErrorCode.LEDGER_MOVED
    assert answer.error.details.sequence == 2
    assert answer.error.details.hash == operation.ledger.head_hash


async def test_a_handshake_that_is_no_commit_with_path_is_refused(operation: Operation) -> None:
    anchor = operation.anchor(LogKind.COMMIT)
    staged = operation.group.commit(
        proposals=[GroupContextExtensions(())], authenticated_data=anchor, entropy=operation.relay.entropy
    )
    private = operation.group.commit(private=True, authenticated_data=anchor, entropy=operation.relay.entropy)

    for message in (staged.message, private.message):
        answer = await operation.publish(Publish(send_id=SendId(bytes(16)), kind=1, message=message))
        assert answer.error.details.rule == "C2"
    application = operation.message()
    answer = await operation.publish(replace(application, kind=1))
    assert answer.error.details.rule == "C2"


async def test_a_commit_without_path_is_refused(operation: Operation, alice: Person) -> None:
    await operation.append(operation.admission(alice))
    adds = await operation.claim(alice.account)
    staged = operation.group.commit(
        adds=adds,
        force_path=False,
        authenticated_data=operation.anchor(LogKind.COMMIT),
        entropy=operation.relay.entropy,
    )

    answer = await operation.publish(operation.publish_of(staged))

    assert answer.error.details.rule == "C2"


async def test_a_key_package_that_was_not_claimed_is_not_added(operation: Operation, alice: Person) -> None:
    await operation.append(operation.admission(alice))

    answer = await operation.commit(alice.bundles[0].key_package)

    assert answer.error.details.rule == "C8"


async def test_a_key_package_claimed_by_another_is_not_added(operation: Operation, alice: Person, relay: Relay) -> None:
    bob = await relay.person("bob")
    await operation.append(operation.admission(alice))
    await operation.append(operation.admission(bob))
    adds = await operation.claim(alice.account, by=bob)

    answer = await operation.commit(*adds)

    assert answer.error.details.rule == "C8"


async def test_a_claim_ends(operation: Operation, alice: Person, relay: Relay) -> None:
    await operation.append(operation.admission(alice))
    adds = await operation.claim(alice.account)
    relay.clock.now += RESERVATION_SECONDS + 1

    answer = await operation.commit(*adds)

    assert answer.error.details.rule == "C8"


async def test_a_key_package_serves_once(operation: Operation, alice: Person) -> None:
    await operation.append(operation.admission(alice))
    (package,) = await operation.claim(alice.account)
    before = operation.group
    assert (await operation.commit(package)).status == 200

    again = await operation.claim(alice.account)
    operation.group = before
    reused = await operation.publish(
        replace(operation.publish_of(operation.staged(package)), send_id=SendId(bytes(16)))
    )

    assert again != (package,)
    assert reused.code == ErrorCode.STALE_EPOCH


async def test_the_welcome_has_one_secret_for_each_add(operation: Operation, alice: Person) -> None:
    await operation.append(operation.admission(alice))
    publish = operation.publish_of(operation.staged(*await operation.claim(alice.account)))
    assert publish.welcome is not None
    welcome = decode_mls_message(publish.welcome)
    assert isinstance(welcome, Welcome)
    other = operation.staged(bob_package := alice.key_package().key_package)

    for changed in (
        replace(publish, welcome=None),
        replace(publish, ratchet_tree=None),
        replace(publish, welcome=other.welcome),
        replace(publish, welcome=publish.message),
    ):
        answer = await operation.publish(changed)
        assert answer.status in {400, 422}, changed
    assert bob_package.ref() != welcome.secrets[0].new_member
    assert (await operation.publish(publish)).status == 200


async def test_a_welcome_without_an_add_is_refused(operation: Operation) -> None:
    publish = operation.publish_of(operation.staged())

    commit = await operation.publish(replace(publish, welcome=b"w", ratchet_tree=b"t"))
    application = await operation.publish(replace(operation.message(), ratchet_tree=b"t"))

    assert commit.error.details.rule == "C8"
    assert application.error.details.rule == "C8"


async def test_whom_the_ledger_no_longer_admits_is_not_added(operation: Operation, alice: Person) -> None:
    await operation.append(operation.admission(alice))
    adds = await operation.claim(alice.account)
    await operation.append(operation.revocation(alice))

    answer = await operation.commit(*adds)

    assert answer.error.details.rule == "C5"


async def test_strangers_learn_nothing_of_a_channel(operation: Operation, alice: Person) -> None:
    message = operation.message()

    assert (await operation.publish(message, by=alice)).code == ErrorCode.NOT_FOUND
    assert (await alice.ask("GET", operation.log_path)).code == ErrorCode.NOT_FOUND
    unknown = operation.log_path.replace(operation.channel.hex(), "00" * 16)
    assert (await operation.coordinator.ask("POST", unknown, message)).code == ErrorCode.NOT_FOUND


async def test_a_member_who_is_not_of_the_channel_is_not_entitled(operation: Operation, officer: Person) -> None:
    body = operation.channel_body(accounts=(operation.coordinator.account,))
    await operation.append(body)
    operation.channel = body.channel

    assert (await operation.publish(operation.message(), by=officer)).code == ErrorCode.NOT_ENTITLED
    assert (await officer.ask("GET", operation.log_path)).code == ErrorCode.NOT_ENTITLED


async def test_an_admission_ends_by_the_relays_clock(operation: Operation, alice: Person, relay: Relay) -> None:
    await operation.append(operation.admission(alice, until=relay.clock.now + 60))
    assert (await alice.ask("GET", operation.log_path)).status == 200

    relay.clock.now += 61

    assert (await alice.ask("GET", operation.log_path)).code == ErrorCode.NOT_ENTITLED
    assert (await operation.publish(operation.message(), by=alice)).code == ErrorCode.NOT_ENTITLED


async def test_the_publishes_of_an_account_are_counted(tmp_path: Path) -> None:
    async with running(config_for(tmp_path, publishes_per_minute=2), StandingClock()) as relay:
        operation = await found_operation(relay, await relay.person())
        answers = [await operation.publish(operation.message()) for _ in range(3)]
        relay.clock.now += 60
        later = await operation.publish(operation.message())

    assert [answer.status for answer in answers] == [200, 200, 429]
    assert later.status == 200
