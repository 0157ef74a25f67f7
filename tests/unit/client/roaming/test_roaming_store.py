"""The store of a mailbox that roams: what it keeps in memory, when it is at the relay, and what comes back (D4)."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cencomm.client.account.remote_vault import MailboxKey
from cencomm.client.errors import MailboxAltered, StaleStore
from cencomm.client.roaming.loading import fetch, load
from cencomm.client.roaming.resealing import reseal
from cencomm.client.roaming.sealing import MailboxSealing, RowKind
from cencomm.client.roaming.store import SAVE_BYTES, SAVE_SECONDS, RoamingStore
from cencomm.client.transport.errors import NoAnswer, NotHolder, NotNow
from cencomm.errors import UsageError
from cencomm.ids import AccountId
from cencomm.secret import system_entropy
from cencomm.wire.errors import Error, ErrorCode
from cencomm.wire.mailbox import AskRows, MailboxRows, MailboxWritten, WriteMailbox
from tests.fakes.mailbox_host import MailboxHost

NAMES, OLD, NEW = MailboxKey(b"\x01" * 32), MailboxKey(b"\x0b" * 32), MailboxKey(b"\x0c" * 32)
ACCOUNT = AccountId(b"\x0a" * 16)
SEALING = MailboxSealing([NAMES, OLD], ACCOUNT, system_entropy)
LONG = system_entropy(40_000)


class Time:
    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        return self.now


async def opened(host: MailboxHost, clock: Time | None = None, sealing: MailboxSealing = SEALING) -> RoamingStore:
    """What the next computer finds."""
    loaded = load(await fetch(host, host.held), sealing)
    return RoamingStore(
        host,
        sealing,
        holder=host.held.holder,
        stored=loaded.stored,
        values=loaded.values,
        unread=loaded.unread,
        clock=clock or Time(),
    )


async def put(store: RoamingStore, **values: bytes | None) -> None:
    writes = {key.replace("__", "/"): value for key, value in values.items()}
    await store.apply(writes, expected_version=await store.version())


def breaks() -> None:
    raise NoAnswer("the line broke")


async def test_what_was_saved_is_found_on_the_next_computer() -> None:
    host = MailboxHost()
    store = await opened(host)
    await put(store, identity=b"me", channel__tree=LONG, message__1=b"hello", message__2=b"again")
    await store.save()

    found = await opened(host)

    assert await found.get("identity") == b"me"
    assert await found.get("channel/tree") == LONG
    assert await found.get("message/2") == b"again"
    assert await found.get("message/3") is None
    assert await found.scan("message/") == [("message/1", b"hello"), ("message/2", b"again")]


async def test_nothing_is_at_the_relay_before_something_leaves() -> None:
    """Reading a hundred log entries is not a hundred round trips."""
    host = MailboxHost()
    store = await opened(host)

    await put(store, a=b"1")
    await put(store, a=b"2", b=b"3")
    assert not host.writes

    await store.save()
    await store.save()
    assert [len(write.rows) for write in host.writes] == [2]


@settings(max_examples=40)
@given(
    st.lists(
        st.lists(
            st.tuples(
                st.sampled_from(["a", "message/1", "channel/tree"]),
                st.none() | st.binary(max_size=50) | st.integers(0, 30_000).map(lambda at: LONG[at:]),
            ),
            max_size=4,
        ),
        max_size=5,
    )
)
async def test_any_history_of_writes_comes_back_and_leaves_no_row_behind(
    history: list[list[tuple[str, bytes | None]]],
) -> None:
    host = MailboxHost()
    store = await opened(host)
    expected: dict[str, bytes] = {}
    for step in history:
        await store.apply(dict(step), expected_version=await store.version())
        for key, value in dict(step).items():
            expected.pop(key, None)
            if value is not None:
                expected[key] = value
        await store.save()
        store = await opened(host)

    assert dict(await store.scan("")) == expected
    if not expected:
        assert not host.rows


async def test_a_long_value_that_changed_a_little_costs_little() -> None:
    host = MailboxHost()
    store = await opened(host)
    await put(store, tree=LONG, staged=LONG)
    await store.save()
    await put(store, tree=LONG[:20_000] + b"!" + LONG[20_000:])
    await store.save()

    first, second = (sum(len(row.sealed) for row in write.rows) for write in host.writes)

    assert first < 1.2 * len(LONG)  # the same content is kept once
    assert second < len(LONG) / 4


async def test_what_travels_with_a_message_is_saved_by_it() -> None:
    host = MailboxHost()
    store = await opened(host)
    await put(store, a=b"1")

    await store.carry(host.write_mailbox)
    await store.save()

    assert len(host.writes) == 1
    assert await (await opened(host)).get("a") == b"1"


async def test_what_a_refused_message_carried_still_waits() -> None:
    host = MailboxHost()
    store = await opened(host)
    await put(store, a=b"1")

    async def refuse(_: WriteMailbox) -> None:
        raise NotNow(Error(code=ErrorCode.UNAVAILABLE, message="no"))

    with pytest.raises(NotNow):
        await store.carry(refuse)
    await store.save()

    assert await (await opened(host)).get("a") == b"1"


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_save_whose_answer_was_lost_is_made_once(when: str) -> None:
    host = MailboxHost()
    store = await opened(host)
    await put(store, a=b"1")
    setattr(host, when, breaks)
    with pytest.raises(NoAnswer):
        await store.save()
    setattr(host, when, None)
    await put(store, a=b"2", b=b"3")

    await store.save()

    found = await opened(host)
    assert await found.scan("") == [("a", b"2"), ("b", b"3")]
    assert host.held.version == 2


async def test_what_was_only_read_is_saved_after_a_while_or_when_it_is_much() -> None:
    """S6: past keys do not lie at the relay as long as somebody only reads."""
    host, clock = MailboxHost(), Time()
    store = await opened(host, clock)
    await put(store, a=b"1")
    await put(store, a=b"2")
    assert not host.writes

    clock.now = SAVE_SECONDS
    await put(store, b=b"3")
    await put(store, b=bytes(SAVE_BYTES + 1))
    await put(store, c=b"4")

    assert len(host.writes) == 2


async def test_what_was_only_read_is_saved_although_the_clock_was_put_back() -> None:
    """S6: past keys do not lie at the relay for the days by which a computer's clock was wrong."""
    host, clock = MailboxHost(), Time()
    clock.now = 2 * 86_400
    store = await opened(host, clock)
    await put(store, a=b"1")
    assert not host.writes

    clock.now = 0
    await put(store, b=b"2")

    assert len(host.writes) == 1


async def test_a_relay_that_is_away_does_not_stop_the_reading() -> None:
    host, clock = MailboxHost(), Time()
    store = await opened(host, clock)
    await put(store, a=b"1")
    host.before, clock.now = breaks, SAVE_SECONDS

    await put(store, a=b"2")

    assert await store.get("a") == b"2"


async def test_an_older_holder_saves_nothing() -> None:
    """D4."""
    host = MailboxHost()
    store = await opened(host)
    await put(store, a=b"1")
    host.taken_over()

    for leave in (store.save, store.release, lambda: store.carry(host.write_mailbox)):
        with pytest.raises(NotHolder):
            await leave()

    assert not host.writes


async def test_it_keeps_the_rules_of_every_store() -> None:
    store = await opened(MailboxHost())
    await put(store, a=b"1")

    with pytest.raises(StaleStore):
        await store.apply({"a": b"2"}, expected_version=0)
    with pytest.raises(UsageError):
        await store.apply({"": b"2"}, expected_version=1)

    assert await store.get("a") == b"1"


async def two_versions() -> tuple[MailboxHost, MailboxHost]:
    """The relay as it was at the first version, and as it is at the second."""
    host, earlier = MailboxHost(), MailboxHost()
    store = await opened(host)
    await put(store, a=b"1", b=b"1", message__1=b"1", tree=LONG)
    await store.save()
    earlier.rows, earlier.held = dict(host.rows), host.held
    await put(store, a=b"2", b=b"2", message__1=b"2", message__2=b"2")
    await store.save()
    return earlier, host


def name(key: str) -> bytes:
    return SEALING.name(RowKind.VALUE, key.encode())


async def test_a_row_from_an_earlier_version_is_refused() -> None:
    """D4."""
    earlier, host = await two_versions()
    host.rows[name("a")] = earlier.rows[name("a")]

    with pytest.raises(MailboxAltered):
        await opened(host)


async def test_a_row_under_anothers_name_is_refused() -> None:
    """D4."""
    _, host = await two_versions()
    a, b = host.rows[name("a")], host.rows[name("b")]
    host.rows[name("a")], host.rows[name("b")] = replace(a, sealed=b.sealed), replace(b, sealed=a.sealed)

    with pytest.raises(MailboxAltered):
        await opened(host)


async def test_a_row_that_is_kept_back_is_missed() -> None:
    """D4: cold ones too."""
    for key in ("a", "message/2"):
        _, host = await two_versions()
        del host.rows[name(key)]

        with pytest.raises(MailboxAltered):
            await opened(host)


async def test_an_earlier_version_under_a_new_number_is_refused() -> None:
    """D4. Under its own number it is not: then rule D5 holds."""
    earlier, host = await two_versions()
    earlier.held = replace(earlier.held, version=host.held.version)

    with pytest.raises(MailboxAltered, match="no key"):
        await opened(earlier)


async def test_a_mailbox_that_was_never_written_shows_nothing() -> None:
    _, host = await two_versions()
    host.held = replace(host.held, version=0, seal=b"")

    with pytest.raises(MailboxAltered):
        await opened(host)


async def test_a_cold_row_is_the_newest_one_or_refused() -> None:
    """D4: what is read by name later is the row that the opening counted."""
    earlier, host = await two_versions()
    store = await opened(host)
    host.rows[name("message/1")] = earlier.rows[name("message/1")]

    with pytest.raises(MailboxAltered):
        await store.get("message/1")

    del host.rows[name("message/2")]
    with pytest.raises(MailboxAltered):
        await store.get("message/2")


async def test_a_message_written_since_is_not_overwritten_by_what_the_relay_had() -> None:
    _, host = await two_versions()
    store = await opened(host)
    await put(store, message__1=b"3")

    assert await store.scan("message/") == [("message/1", b"3"), ("message/2", b"2")]


async def test_after_a_new_password_nothing_is_sealed_under_the_old_key() -> None:
    """D2: chunks and cold rows too; and whoever knows both keys reads everything on."""
    host, both = MailboxHost(), MailboxSealing([NAMES, OLD, NEW], ACCOUNT, system_entropy)
    store = await opened(host)
    await put(store, a=b"1", tree=LONG, staged=LONG, message__1=b"1", much=bytes(SAVE_BYTES), more=bytes(SAVE_BYTES))
    await store.save()
    before = len(host.rows)

    await reseal(await opened(host, sealing=both), both)

    assert len(host.rows) == before + 1  # and the mark
    for name_, row in host.rows.items():
        with pytest.raises(MailboxAltered):
            SEALING.open_row(name_, row.sealed)
    found = await opened(host, sealing=MailboxSealing([NAMES, NEW], ACCOUNT, system_entropy))
    assert await found.get("tree") == await found.get("staged") == LONG
    assert await found.get("message/1") == b"1"


async def test_everything_is_saved_again_whatever_was_read_before() -> None:
    """D2: cold rows that nobody has asked for are under the newest key too."""
    host, both = MailboxHost(), MailboxSealing([NAMES, OLD, NEW], ACCOUNT, system_entropy)
    store = await opened(host)
    await put(store, a=b"1", tree=LONG, message__1=b"1")
    await store.save()

    await (await opened(host, sealing=both)).rewrite()

    found = await opened(host, sealing=MailboxSealing([NAMES, NEW], ACCOUNT, system_entropy))
    assert [key for key, _ in await found.scan("")] == ["a", "message/1", "tree"]


async def test_what_is_sealed_under_the_newest_key_is_not_sealed_again() -> None:
    host = MailboxHost()
    store = await opened(host)
    await put(store, a=b"1")
    await reseal(store, SEALING)
    writes = len(host.writes)

    await reseal(await opened(host), SEALING)

    assert len(host.writes) == writes


async def test_resealing_that_was_interrupted_begins_anew() -> None:
    host, both = MailboxHost(), MailboxSealing([NAMES, OLD, NEW], ACCOUNT, system_entropy)
    store = await opened(host)
    await put(store, a=bytes(SAVE_BYTES), b=bytes(SAVE_BYTES), c=b"1")
    await store.save()
    half = await opened(host, sealing=both)

    def stop_at_the_third() -> None:
        if host.held.version == 3:
            raise NoAnswer("the line broke")

    host.after = stop_at_the_third
    with pytest.raises(NoAnswer):
        await reseal(half, both)
    host.after = None
    await reseal(await opened(host, sealing=both), both)

    with pytest.raises(MailboxAltered):
        SEALING.open_row(name("c"), host.rows[name("c")].sealed)
    assert await (await opened(host, sealing=both)).get("c") == b"1"


async def test_what_is_written_while_an_old_value_is_fetched_stays() -> None:
    _, host = await two_versions()
    store = await opened(host)
    answer = host.mailbox_rows

    class Slow(MailboxHost):
        async def mailbox_rows(self, request: AskRows) -> MailboxRows:
            await put(store, message__1=b"3")
            return await answer(request)

    store.speak_through(Slow())

    assert await store.get("message/1") == b"3"


async def test_of_two_that_write_at_once_one_is_told() -> None:
    """S5: also when a save that was due gave the other a turn."""

    class Distant(MailboxHost):
        async def write_mailbox(self, request: WriteMailbox) -> MailboxWritten:
            await asyncio.sleep(0)
            return await super().write_mailbox(request)

    host, clock = Distant(), Time()
    store = await opened(host, clock)
    await put(store, a=b"1")
    clock.now = SAVE_SECONDS

    outcomes = await asyncio.gather(
        store.apply({"a": b"2"}, expected_version=1),
        store.apply({"a": b"3"}, expected_version=1),
        return_exceptions=True,
    )

    assert [type(outcome) for outcome in outcomes] in ([int, StaleStore], [StaleStore, int])
