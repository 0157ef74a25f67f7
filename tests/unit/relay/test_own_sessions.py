"""Sessions and devices as their owner sees and ends them."""

from pathlib import Path

from sqlalchemy import create_engine, event

from cencomm.ids import AccountId
from cencomm.relay.database import migrate
from cencomm.relay.queries.sessions import idle_sources, oldest_sessions
from cencomm.wire.accounts import SEALED_LABEL_BYTES, SignedIn, SignIn
from cencomm.wire.devices import ClaimKeyPackages, RegisterDevice
from cencomm.wire.errors import ErrorCode
from cencomm.wire.sessions import OpenSession, OpenSessions, OwnDevices
from cencomm.wire.stream import CLOSE_SESSION_ENDED
from tests.fakes.founded_operation import Operation
from tests.fakes.served_relay import Person, Relay
from tests.unit.relay.account import Visitor

LABEL = b"l" * SEALED_LABEL_BYTES


async def another_session(person: Person, source: bytes | None = None) -> SignedIn:
    asked = SignIn(handle=person.handle, sign_in_secret=person.secret, source=source, label=LABEL)
    return (await person.relay.ask("POST", "/v1/sign-in", asked)).read(SignedIn)


async def sessions(person: Person, token: str) -> tuple[OpenSession, ...]:
    return (await person.relay.ask("GET", "/v1/sessions", token=token)).read(OpenSessions).sessions


async def test_an_owner_sees_what_the_relay_knows_of_each_session(alice: Person) -> None:
    relay = alice.relay
    began = relay.clock.now
    relay.clock.now += 4000
    second = await another_session(alice)
    third = await another_session(alice, second.source)
    relay.clock.now += 4000
    await alice.ask("GET", "/v1/operations")

    seen = {one.session: one for one in await sessions(alice, second.token)}

    assert len(seen) == 3
    (first,) = [one for one in seen.values() if one.device is not None]
    assert (first.began, first.used, first.label, first.device) == (began, began + 8000, None, alice.device)
    assert [one.current for one in seen.values()].count(True) == 1
    assert sorted(one.known for one in seen.values()) == [False, False, True]
    assert [one.label for one in seen.values()].count(LABEL) == 2
    assert third.source is None


async def test_use_is_kept_to_the_hour(alice: Person) -> None:
    """No diary of a night shift."""
    began = alice.relay.clock.now
    alice.relay.clock.now += 3000
    (one,) = await sessions(alice, alice.token)

    assert one.used == began


async def test_an_ended_session_closes_its_streams_and_its_computer_is_a_stranger(alice: Person) -> None:
    other = await another_session(alice)
    headers = {"Authorization": f"Bearer {other.token}"}
    async with alice.relay.http.ws_connect(alice.relay.server.make_url("/v1/stream"), headers=headers) as socket:
        (ended,) = [one for one in await sessions(alice, alice.token) if not one.current]

        assert (await alice.ask("DELETE", f"/v1/sessions/{ended.session.hex()}")).status == 204

        await socket.receive()
        assert socket.close_code == CLOSE_SESSION_ENDED
    assert (await alice.relay.ask("GET", "/v1/operations", token=other.token)).code == ErrorCode.NO_SESSION
    assert (await another_session(alice, other.source)).source is not None
    assert (await alice.ask("DELETE", f"/v1/sessions/{ended.session.hex()}")).code == ErrorCode.NOT_FOUND


async def test_all_other_sessions_end_at_once(alice: Person) -> None:
    others = [await another_session(alice) for _ in range(3)]

    assert (await alice.ask("DELETE", "/v1/sessions")).status == 204

    assert [one.current for one in await sessions(alice, alice.token)] == [True]
    for one in others:
        assert (await alice.relay.ask("GET", "/v1/operations", token=one.token)).code == ErrorCode.NO_SESSION


async def test_nobody_sees_or_ends_sessions_of_others(relay: Relay, alice: Person) -> None:
    stranger = Visitor(relay)
    await stranger.open_account()
    token = (await stranger.signs_in()).token
    (hers,) = await sessions(alice, alice.token)

    assert hers.session not in {one.session for one in await sessions(alice, token)}
    answer = await relay.ask("DELETE", f"/v1/sessions/{hers.session.hex()}", token=token)
    assert answer.code == ErrorCode.NOT_FOUND
    answer = await relay.ask("DELETE", f"/v1/devices/{alice.device.hex()}", token=token)
    assert answer.code == ErrorCode.NOT_FOUND


async def test_an_ended_device_is_handed_out_no_more_and_its_sessions_end(
    operation: Operation, officer: Person
) -> None:
    """A lost computer: whoever has it can neither be added nor go on."""
    elsewhere = await another_session(officer)
    coordinator, path = operation.coordinator, f"{operation.channel_path}/claims"
    claim = ClaimKeyPackages(accounts=(officer.account,))
    assert (await coordinator.ask("POST", path, claim)).status == 200

    relay, url = operation.relay, f"/v1/devices/{officer.device.hex()}"
    assert (await relay.ask("DELETE", url, token=elsewhere.token)).status == 204

    assert (await coordinator.ask("POST", path, claim)).code == ErrorCode.NO_KEY_PACKAGE
    assert (await officer.ask("GET", "/v1/operations")).code == ErrorCode.NO_SESSION
    assert (await relay.ask("GET", "/v1/devices", token=elsewhere.token)).read(OwnDevices).devices == ()
    again = RegisterDevice(certificate=officer.certificate.encoded)
    assert (await relay.ask("POST", "/v1/devices", again, token=elsewhere.token)).code == ErrorCode.REFUSED
    assert (await relay.ask("DELETE", url, token=elsewhere.token)).code == ErrorCode.NOT_FOUND


async def test_an_owner_sees_their_devices(alice: Person) -> None:
    (own,) = (await alice.ask("GET", "/v1/devices")).read(OwnDevices).devices

    assert (own.device, own.current) == (alice.device, True)


def test_a_sign_in_walks_through_nobody_elses_sessions(tmp_path: Path) -> None:
    """In the one writer's transaction: of 20,000 accounts each message would wait for such a walk."""
    migrate(tmp_path / "relay.sqlite")
    engine = create_engine(f"sqlite:///{tmp_path / 'relay.sqlite'}")
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))

    with engine.connect() as connection:
        oldest_sessions(connection, AccountId(bytes(16)), but=50)
        idle_sources(connection, AccountId(bytes(16)), but=50)
        plans = [
            row.detail
            for statement in tuple(asked)
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", (b"", -1, 0))
        ]
    engine.dispose()

    assert plans
    assert all(plan.startswith(("SEARCH", "USE TEMP B-TREE")) for plan in plans)
