"""Rows and seal of a mailbox that roams: what a relay that holds them can and cannot do with them (D4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.client.account.remote_vault import MailboxKey
from cencomm.client.errors import MailboxAltered
from cencomm.client.roaming.chunking import LEAST_BYTES, MOST_BYTES, cut
from cencomm.client.roaming.sealing import MailboxSealing, Row, RowKind, SealedRow, Tally
from cencomm.errors import UsageError
from cencomm.ids import AccountId
from cencomm.secret import system_entropy

ACCOUNT = AccountId(b"\x0a" * 16)
NAMES, KEY = MailboxKey(b"\x01" * 32), MailboxKey(b"\x0b" * 32)
ROW = Row(RowKind.VALUE, b"identity", b"secret")


def sealing(*, key: MailboxKey = KEY, account: AccountId = ACCOUNT) -> MailboxSealing:
    return MailboxSealing([NAMES, key], account, system_entropy)


@given(st.sampled_from(RowKind), st.binary(max_size=200), st.binary(max_size=3000))
def test_a_row_opens_as_it_was_sealed(kind: RowKind, key: bytes, content: bytes) -> None:
    row = Row(kind, key, content)

    assert sealing().open_row(*sealing().seal_row(row)) == row


def test_a_row_opens_under_its_own_name_key_and_account_only() -> None:
    name, box = sealing().seal_row(ROW)
    other_name, _ = sealing().seal_row(Row(RowKind.VALUE, b"device", b""))

    for opener, under in (
        (sealing(), other_name),
        (sealing(key=MailboxKey(bytes(32))), name),
        (sealing(account=AccountId(bytes(16))), name),
    ):
        with pytest.raises(MailboxAltered):
            opener.open_row(under, box)


@given(st.data())
def test_each_changed_bit_of_a_row_is_noticed(data: st.DataObject) -> None:
    name, sealed = sealing().seal_row(ROW)
    box = bytearray(sealed)
    box[data.draw(st.integers(0, len(box) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(MailboxAltered):
        sealing().open_row(name, bytes(box))


@given(st.binary(min_size=32, max_size=32), st.binary())
def test_any_bytes_open_or_raise_mailbox_altered(name: bytes, box: bytes) -> None:
    with pytest.raises(MailboxAltered):
        sealing().open_row(name, box)


def test_the_relay_sees_neither_keys_nor_exact_lengths() -> None:
    short, long = (sealing().seal_row(Row(RowKind.VALUE, b"posting/1", bytes(size))) for size in (1100, 1900))

    assert len(short[1]) == len(long[1])
    assert b"posting" not in short[0] + short[1]


def test_a_value_has_one_name_in_chunks_or_not_and_a_chunk_another() -> None:
    whole, chunked, chunk = (sealing().name(kind, b"x" * 16) for kind in RowKind)

    assert whole == chunked != chunk


SHOWN = [SealedRow(bytes([n]) * 32, bytes([n]) * 24, cold=n == 3) for n in range(1, 4)]


def judge(rows: list[SealedRow], *, version: int = 7, key: MailboxKey = KEY) -> None:
    seal = sealing().seal_state(sealing().tally(SHOWN), version=7)
    sealing(key=key).judge_state(seal, rows, version=version)


def test_exactly_the_rows_of_the_version_add_up_to_its_seal() -> None:
    judge(SHOWN)
    judge(SHOWN[::-1])


@pytest.mark.parametrize(
    "rows",
    [
        SHOWN[:2],
        [*SHOWN, SealedRow(b"4" * 32, b"4" * 24, cold=False)],
        [*SHOWN[:2], SealedRow(SHOWN[2].name, b"o" * 24, cold=True)],
        [*SHOWN[:2], SealedRow(SHOWN[2].name, SHOWN[2].nonce, cold=False)],
        [SealedRow(SHOWN[0].name, SHOWN[1].nonce, cold=False), SealedRow(SHOWN[1].name, SHOWN[0].nonce, cold=False)],
    ],
    ids=["one taken out", "one put in", "one from another version", "a cold one shown as hot", "two exchanged"],
)
def test_other_rows_do_not(rows: list[SealedRow]) -> None:
    """D4: single rows are neither exchanged, mixed nor rolled back unnoticed."""
    with pytest.raises(MailboxAltered):
        judge(rows)


def test_a_seal_is_of_its_version_and_key() -> None:
    with pytest.raises(MailboxAltered, match="no key"):
        judge(SHOWN, version=8)
    with pytest.raises(MailboxAltered, match="no key"):
        judge(SHOWN, key=MailboxKey(bytes(32)))


@given(st.lists(st.sampled_from(SHOWN), unique=True), st.lists(st.sampled_from(SHOWN), unique=True))
def test_a_tally_follows_what_comes_and_goes(before: list[SealedRow], after: list[SealedRow]) -> None:
    one = sealing()

    assert one.change(one.tally(before), added=after, gone=before) == one.tally(after)
    assert one.tally([]) == Tally()


@given(st.binary(max_size=20_000))
def test_pieces_are_the_content(content: bytes) -> None:
    pieces = cut(content)

    assert b"".join(pieces) == content
    assert all(LEAST_BYTES <= len(piece) <= MOST_BYTES for piece in pieces[:-1])
    assert all(0 < len(piece) <= MOST_BYTES for piece in pieces[-1:])


def test_what_is_put_in_changes_few_pieces() -> None:
    content = system_entropy(100_000)
    changed = content[:50_000] + b"a few bytes more" + content[50_000:]

    assert len(set(cut(changed)) - set(cut(content))) <= 4


def test_a_mailbox_has_a_key_for_names_and_one_for_rows() -> None:
    with pytest.raises(UsageError):
        MailboxSealing([KEY], ACCOUNT, system_entropy)


def test_a_seal_under_an_older_key_counts_by_the_older_keys_sums() -> None:
    """Until everything is sealed under the newest (D2)."""
    seal = sealing().seal_state(sealing().tally(SHOWN), version=7)
    both = MailboxSealing([NAMES, KEY, MailboxKey(bytes(32))], ACCOUNT, system_entropy)

    both.judge_state(seal, SHOWN, version=7)
    with pytest.raises(MailboxAltered):
        both.judge_state(seal, SHOWN[:2], version=7)
