"""What the entries that came with the second issue change at the relay (C11, D3, L3)."""

from dataclasses import replace

from cencomm.ids import NO_HASH
from cencomm.ledger.bodies import EndDevice, Replace, Restart
from cencomm.ledger.content_key import new_content_key
from cencomm.ledger.kinds import RestartReason
from cencomm.ledger.statements import verify_log_head
from cencomm.mls.group import create_group
from cencomm.primitives.signatures import SigningKey
from cencomm.primitives.x25519 import generate_key_pair
from cencomm.relay.config import RelayConfig
from cencomm.wire.devices import ClaimKeyPackages
from cencomm.wire.errors import ErrorCode
from cencomm.wire.log import LogPage
from cencomm.wire.operations import CommitToChannel
from cencomm.wire.welcomes import Reject
from tests.fakes.founded_operation import Operation, enrol
from tests.fakes.served_relay import Person, StandingClock, running


def restart_of(operation: Operation) -> Restart:
    """The log lost what a receipt shows: it is cut behind its last entry."""
    return Restart(
        channel=operation.channel,
        old_generation=1,
        old_group_id=operation.group_id,
        cut_sequence=operation.log_sequence,
        cut_hash=operation.log_hash,
        reason=RestartReason.LOG_LOST,
        generation=2,
        group_id=operation.relay.entropy(32),
        committer=None,
        rejecters=(),
    )


async def test_from_a_restart_on_the_old_group_is_refused_and_the_new_one_begins_empty(operation: Operation) -> None:
    body = restart_of(operation)
    assert (await operation.append(body)).status == 200
    old = await operation.coordinator.ask("POST", operation.log_path, operation.message())
    new_log = f"{operation.channel_path}/2/log"
    operation.group = create_group(
        group_id=body.group_id, key_package=operation.coordinator.key_package(), entropy=operation.relay.entropy
    )
    operation.log_sequence, operation.log_hash = 0, NO_HASH

    began = await operation.coordinator.ask("POST", new_log, operation.publish_of(operation.staged(generation=2)))

    assert old.error.details.rule == "L8"
    assert operation.receipt(began).sequence == 1
    assert len((await operation.coordinator.ask("GET", f"{new_log}?after=0")).read(LogPage).entries) == 1


async def test_a_relay_that_starts_again_is_in_the_same_generation(operation: Operation, config: RelayConfig) -> None:
    await operation.append(restart_of(operation))
    await operation.relay.server.close()

    async with running(config, StandingClock()) as again:
        pages = [
            await again.ask("GET", f"{operation.channel_path}/{number}/log?after=0", token=operation.coordinator.token)
            for number in (1, 2)
        ]

    assert [len(page.read(LogPage).entries) for page in pages] == [1, 0]


async def test_c11_the_log_of_an_ended_generation_is_read_to_its_end_and_beyond_the_cut(
    operation: Operation, officer: Person
) -> None:
    """Those who were away read what counts; authors find what is behind the cut and has to be sent again."""
    body = restart_of(operation)
    await operation.publish(operation.message())
    before = await operation.log(by=officer)

    await operation.append(body)

    after = await operation.log(by=officer)
    assert (after.entries, after.previous) == (before.entries, before.previous)
    assert after.entries[-1].sequence == body.cut_sequence + 1
    assert len((await operation.log(by=officer, after=body.cut_sequence)).entries) == 1
    stated = verify_log_head(after.head, operation.relay.receipt_key).statement
    assert (stated.generation, stated.sequence, stated.hash) == (1, operation.log_sequence, operation.log_hash)
    missing = await officer.ask("GET", f"{operation.channel_path}/3/log?after=0")
    assert missing.code == ErrorCode.NOT_FOUND


async def test_c11_what_was_sent_before_the_restart_gets_its_receipt_and_nothing_else_does(
    operation: Operation, officer: Person
) -> None:
    publish = operation.message()
    first = await operation.publish(publish)
    await operation.append(restart_of(operation))

    assert (await operation.publish(publish)).body == first.body
    assert (await operation.publish(operation.message())).error.details.rule == "L8"
    assert (await officer.ask("POST", f"{operation.channel_path}/1/turn")).code == ErrorCode.NOT_FOUND


async def test_c11_whoever_was_added_before_the_cut_and_was_away_joins_the_ended_group_still(
    operation: Operation, officer: Person
) -> None:
    """To read up to the cut (ADR 0008)."""
    await operation.append(restart_of(operation))

    assert (await operation.join(officer)).epoch == 2


async def test_c11_rejections_of_an_ended_generation_stay_readable_and_none_are_added(
    operation: Operation, officer: Person
) -> None:
    path = f"{operation.channel_path}/1/rejections"
    await operation.append(restart_of(operation))

    assert (await officer.ask("GET", path)).status == 200
    assert (await officer.ask("POST", path, Reject(rejection=b"any"))).code == ErrorCode.NOT_FOUND


async def test_c11_a_revoked_member_reads_no_ended_generation_either(operation: Operation, officer: Person) -> None:
    await operation.append(restart_of(operation))
    await operation.append(operation.revocation(officer))

    assert (await officer.ask("GET", f"{operation.log_path}?after=0")).code == ErrorCode.NOT_ENTITLED


async def test_a_replaced_officer_goes_on_under_the_same_account(operation: Operation, officer: Person) -> None:
    entropy = operation.relay.entropy
    new = replace(officer, identity=SigningKey.generate(entropy), exchange=generate_key_pair(entropy))
    body = Replace(
        keys=new.enrolment(operation.ledger.operation).keys,
        replaced=officer.identity.public_key,
        content_key=new_content_key(2, entropy).ref,
    )

    assert (await operation.append(body)).status == 200
    assert (await officer.ask("GET", f"{operation.path}/ledger?after=-1")).status == 200
    assert (await officer.ask("GET", f"{operation.log_path}?after=0")).status == 200


async def test_the_end_of_a_device_never_waits_for_a_commit(operation: Operation, officer: Person) -> None:
    """L3: else whoever withholds the Commit withholds the entry."""
    entry = operation.entry(EndDevice(account=officer.account, device=officer.device))
    publish = operation.publish_of(operation.staged(ledger=operation.after(entry)))
    commit = CommitToChannel(
        channel=operation.channel, generation=1, send_id=publish.send_id, kind=1, message=publish.message
    )
    path = f"{operation.path}/ledger"

    together = await operation.coordinator.ask("POST", path, operation.asking(entry, commit))
    alone = await operation.coordinator.ask("POST", path, operation.asking(entry))

    assert together.error.details.rule == "L3"
    assert alone.status == 200


async def test_a_member_who_lost_their_keys_asks_again_with_new_ones(operation: Operation, officer: Person) -> None:
    entropy = operation.relay.entropy
    new = replace(officer, identity=SigningKey.generate(entropy), exchange=generate_key_pair(entropy))

    assert (await enrol(operation, officer)).code == ErrorCode.TAKEN
    assert (await enrol(operation, new)).status == 204


async def test_a_device_that_has_ended_is_neither_handed_out_nor_added(operation: Operation, alice: Person) -> None:
    await operation.append(operation.admission(alice))
    claimed = await operation.claim(alice.account)
    await operation.append(EndDevice(account=alice.account, device=alice.device))

    claim = ClaimKeyPackages(accounts=(alice.account,))
    again = await operation.coordinator.ask("POST", f"{operation.channel_path}/claims", claim)
    added = await operation.commit(*claimed)

    assert again.code == ErrorCode.NO_KEY_PACKAGE
    assert added.error.details.rule == "C5"
