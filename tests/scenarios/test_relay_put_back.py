"""The relay's operator puts back an older backup: its clients give back the ledger and heal the log (H4, C11)."""

import shutil
from pathlib import Path

import pytest

from cencomm.client.channel.errors import OperationFrozen, RolledBack
from cencomm.client.channel.posting import resume, returned, send, waiting
from cencomm.client.transport.errors import LedgerMoved
from cencomm.client.unit import declaring
from cencomm.client.unit.restarting import find_grounds, restart
from cencomm.client.watch import catch_up
from cencomm.ledger.kinds import Phase, RestartReason
from cencomm.wire.operations import GiveBack
from tests.fakes.loopback_relay import LoopbackRelay
from tests.scenarios.people import Person, Place, update
from tests.scenarios.test_member_attachments import with_files
from tests.scenarios.test_member_restart import catch_up_all, say, session_of, told


async def test_everything_acknowledged_is_there_again_after_an_older_backup(
    ana: Person, bob: Person, carla: Person, place: Place, server: LoopbackRelay, tmp_path: Path
) -> None:
    """H4: entries by whoever comes first, the log by a restart at the last place that all have in common."""
    await say(ana, place, 1)
    await catch_up_all(bob, carla)
    await server.copy_to(tmp_path / "backup")
    await declaring.change_phase(carla.mailbox, place.operation, Phase.OPERATIONAL)
    await say(ana, place, 2)
    await say(carla, place, 3)
    await catch_up_all(ana)
    await server.put_back(tmp_path / "backup")

    with pytest.raises(RolledBack):  # of the log: the ledger she gives back
        await catch_up(ana.mailbox)
    await catch_up(bob.mailbox)  # who saw nothing of it
    assert bob.mailbox.operation(place.operation).ledger.phase is Phase.OPERATIONAL
    await say(bob, place, 4)

    grounds = await find_grounds(carla.mailbox, place.operation, place.channel)
    assert grounds is not None
    assert grounds.reason is RestartReason.LOG_LOST
    assert grounds.cut_sequence == 4  # Ana's first message
    await restart(carla.mailbox, place.operation, grounds)
    for _ in range(2):
        await catch_up_all(ana, bob, carla)

    for somebody in (ana, bob, carla):
        assert not await waiting(somebody.mailbox)
        assert sorted(await told(somebody, place)) == [f"FR-2026-000{number}" for number in (1, 2, 3, 4)]
        assert session_of(somebody, place).generation == 2


async def test_an_acknowledged_message_whose_file_was_lost_with_the_relay_is_said_again_without_it(
    ana: Person, bob: Person, carla: Person, place: Place, server: LoopbackRelay, tmp_path: Path
) -> None:
    """H4, C11: its author has the file no more once it was sent; what was acknowledged counts with or without it."""
    file = tmp_path / "waybill.txt"
    file.write_bytes(b"12 crates")
    await say(ana, place, 1)
    await catch_up_all(bob, carla)
    await server.copy_to(tmp_path / "backup")
    sent = await send(ana.mailbox, place.operation, place.channel, await with_files(ana, place, file))
    await catch_up_all(carla)
    await server.put_back(tmp_path / "backup")
    grounds = await find_grounds(carla.mailbox, place.operation, place.channel)
    assert grounds is not None
    await restart(carla.mailbox, place.operation, grounds)

    for _ in range(2):
        await catch_up_all(ana, bob, carla)
        await resume(ana.mailbox)

    assert not await waiting(ana.mailbox)
    assert not await returned(ana.mailbox)
    assert [one.envelope.message for one in await bob.delivered(place.operation)][-1] == sent.message


async def test_the_last_common_place_is_found_behind_epochs_that_were_lost(
    ana: Person, bob: Person, carla: Person, place: Place, server: LoopbackRelay, tmp_path: Path
) -> None:
    """H4: of an epoch that ended only its beginning is remembered, which is as good: authors send the rest again."""
    await say(ana, place, 1)
    await catch_up_all(bob, carla)
    began = session_of(carla, place).epoch_began_at
    await server.copy_to(tmp_path / "backup")
    await update(carla, place)
    await say(carla, place, 2)
    await server.put_back(tmp_path / "backup")

    grounds = await find_grounds(carla.mailbox, place.operation, place.channel)

    assert grounds is not None
    assert grounds.cut_sequence == began
    await restart(carla.mailbox, place.operation, grounds)
    for _ in range(2):
        await catch_up_all(ana, bob, carla)
    assert sorted(await told(bob, place)) == ["FR-2026-0001", "FR-2026-0002"]


async def test_names_that_were_lost_come_back_with_the_entries(
    ana: Person, bob: Person, carla: Person, place: Place, server: LoopbackRelay, tmp_path: Path
) -> None:
    """L7: else a form that was published since would be a hash of nothing for whoever comes later."""
    await catch_up_all(ana, bob)
    await server.copy_to(tmp_path / "backup")
    await declaring.publish_form(carla.mailbox, place.operation, b'{"a": 1}', version=2)
    await catch_up(ana.mailbox)
    await server.put_back(tmp_path / "backup")

    await catch_up(ana.mailbox)
    await catch_up(bob.mailbox)

    known = bob.mailbox.operation(place.operation)
    newest = max(known.ledger.forms.values(), key=lambda form: form.sequence)
    assert known.content(newest.definition) == b'{"a": 1}'


async def test_two_histories_are_no_loss(
    ana: Person, carla: Person, place: Place, server: LoopbackRelay, tmp_path: Path
) -> None:
    """L4: a coordinator who missed the lost entry appends another in its place; both statements are the relay's."""
    await catch_up(ana.mailbox)
    await server.copy_to(tmp_path / "backup")
    await carla.close()
    shutil.copytree(carla.folder, tmp_path / "carla-then")
    await carla.open()
    await declaring.change_phase(carla.mailbox, place.operation, Phase.OPERATIONAL)
    await carla.close()
    await catch_up(ana.mailbox)
    lost = [value for _, value in await ana.vault.scan(f"operation/{place.operation.hex()}/entry/")][-1]
    await server.put_back(tmp_path / "backup")
    shutil.rmtree(carla.folder)
    shutil.copytree(tmp_path / "carla-then", carla.folder)
    await carla.open()  # her computer, too, is the one of then
    await declaring.change_phase(carla.mailbox, place.operation, Phase.TEST)

    with pytest.raises(OperationFrozen):
        await catch_up(ana.mailbox)
    with pytest.raises(LedgerMoved):
        await ana.mailbox.relay.give_back(place.operation, GiveBack(entries=(lost,)))
