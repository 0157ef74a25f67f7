"""The relay in numbers: what happened is counted, who did it is nowhere."""

from pathlib import Path

import pytest

from cencomm.demo.server import free_port
from cencomm.ids import SendId
from cencomm.relay.backup import back_up
from cencomm.wire.accounts import SignIn
from cencomm.wire.errors import ErrorCode
from cencomm.wire.log import Publish
from tests.e2e.leaks import spellings
from tests.fakes.founded_operation import found_operation
from tests.fakes.scraped import scrape
from tests.fakes.served_relay import StandingClock, config_for, running
from tests.unit.relay.test_stream import stream

MARKER = "QXVEKW"


async def test_numbers_of_traffic_tell_what_happened_and_not_who_did_it(tmp_path: Path) -> None:
    port = free_port()
    async with running(config_for(tmp_path / "relay", metrics_port=port), StandingClock()) as relay:
        operation = await found_operation(relay, await relay.person())
        alice, late = await relay.person("alice"), await relay.person("late")
        await alice.put_key_packages(0, last_resort=True)
        async with stream(alice):
            await operation.admit(alice)  # by her key package of last resort
            await late.put_key_packages(1)
            await operation.admit(late)
            messages = [operation.message(MARKER.encode()) for _ in range(3)]
            answers = [await operation.publish(message) for message in messages]
            stale = Publish(send_id=SendId(bytes(16)), kind=2, message=messages[0].message)
            await operation.commit()
            assert (await operation.publish(stale)).code == ErrorCode.STALE_EPOCH
            unread = Publish(send_id=SendId(b"n" * 16), kind=2, message=MARKER.encode())
            assert (await operation.publish(unread)).code == ErrorCode.REFUSED
            for _ in range(4):
                await relay.ask("POST", "/v1/sign-in", SignIn(handle=late.handle, sign_in_secret=bytes(32)))
            await relay.ask("PROPFIND", "/v1/vault")
            await relay.ask("GET", f"/{MARKER}")
            await operation.append(operation.revocation(late))

            text, series = await scrape(port)

    assert all(answer.status == 200 for answer in answers)
    assert series["cencomm_relay_published_total", (("kind", "application"),)] == 3
    refused = {
        labels: value for (name, labels), value in series.items() if name == "cencomm_relay_refused_publishes_total"
    }
    assert refused == {
        (("code", "stale_epoch"), ("kind", "application"), ("rule", "")): 1,
        (("code", "refused"), ("kind", "application"), ("rule", "C2")): 1,
    }
    assert series["cencomm_relay_sign_ins_total", (("outcome", "wrong_sign_in"),)] == 3
    assert series["cencomm_relay_sign_ins_total", (("outcome", "locked"),)] == 1
    assert series["cencomm_relay_locked_handles", ()] == 1
    assert series["cencomm_relay_last_resorts_used", ()] == 1
    assert series["cencomm_relay_channels_owing_removal", ()] == 1
    assert series["cencomm_relay_streams_open", ()] == 1
    assert (series["cencomm_relay_operations", ()], series["cencomm_relay_channels", ()]) == (1, 1)
    assert series["cencomm_relay_push_lag_seconds_count", ()] > 3
    assert series["cencomm_relay_transaction_seconds_count", ()] > 3
    assert series["cencomm_database_bytes", ()] > 0
    assert series["cencomm_wal_bytes", ()] > 0
    assert series["cencomm_disk_free_bytes", ()] > 0

    people = (operation.coordinator, alice, late)
    identifiers = [operation.ledger.operation, operation.channel, *(send.send_id for send in messages)]
    identifiers += [value for person in people for value in (person.account, person.device, person.handle)]
    telling = [MARKER, "PROPFIND", *(person.token for person in people), *(value.hex() for value in identifiers)]
    telling += [value.hex()[:8] for value in identifiers]  # shortened ones stand in logs, not here
    found = [one for one in telling for spelling in spellings(one) if spelling in text.encode()]
    assert found == []
    assert "127.0.0.1" not in text


async def test_metrics_are_not_served_where_the_world_asks(tmp_path: Path) -> None:
    async with running(config_for(tmp_path / "relay", metrics_port=free_port()), StandingClock()) as relay:
        assert (await relay.ask("GET", "/metrics")).code == ErrorCode.NOT_FOUND


async def test_the_newest_backup_is_seen_by_whoever_watches(tmp_path: Path) -> None:
    port, data = free_port(), tmp_path / "relay"
    async with running(config_for(data, metrics_port=port), StandingClock()):
        _, before = await scrape(port)
        back_up(data, tmp_path / "backup", clock=StandingClock(), progress=lambda _: None)
        _, after = await scrape(port)

    assert ("cencomm_last_backup_timestamp_seconds", ()) not in before
    assert after["cencomm_last_backup_timestamp_seconds", ()] == StandingClock().now
    assert not (tmp_path / "backup" / "last-backup").exists()


@pytest.mark.parametrize("noted", [b"", b"soon", b"9" * 4000], ids=["empty", "a word", "long"])
async def test_a_spoiled_note_of_a_backup_is_no_backup(tmp_path: Path, noted: bytes) -> None:
    port, data = free_port(), tmp_path / "relay"
    async with running(config_for(data, metrics_port=port), StandingClock()):
        (data / "last-backup").write_bytes(noted)
        _, series = await scrape(port)

    assert ("cencomm_last_backup_timestamp_seconds", ()) not in series
