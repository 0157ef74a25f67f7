from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.errors import MalformedError
from cencomm.ids import NO_HASH, ChannelId, OperationId
from cencomm.ledger.anchor import ANCHOR_BYTES, Anchor, decode_anchor
from cencomm.ledger.log import LogKind

HASHES = st.binary(min_size=32, max_size=32)
ANCHORS = st.builds(
    Anchor,
    kind=st.just(LogKind.APPLICATION),
    operation=HASHES.map(OperationId),
    channel=st.binary(min_size=16, max_size=16).map(ChannelId),
    generation=st.integers(0, 2**32 - 1),
    ledger_sequence=st.integers(0, 2**64 - 1),
    ledger_hash=HASHES,
    log_sequence=st.integers(1, 2**64 - 1),
    log_hash=HASHES,
    commitment=HASHES,
)


@given(ANCHORS)
def test_an_anchor_survives_its_181_bytes(anchor: Anchor) -> None:
    assert len(anchor.encode()) == ANCHOR_BYTES
    assert decode_anchor(anchor.encode()) == anchor


@given(ANCHORS, st.binary(min_size=1, max_size=20))
def test_trailing_and_missing_bytes_are_refused(anchor: Anchor, more: bytes) -> None:
    for data in (anchor.encode() + more, anchor.encode()[: -len(more)]):
        with pytest.raises(MalformedError):
            decode_anchor(data)


@given(ANCHORS)
def test_a_commit_commits_to_no_envelope(anchor: Anchor) -> None:
    commit = replace(anchor, kind=LogKind.COMMIT, commitment=NO_HASH)

    assert decode_anchor(commit.encode()) == commit
    with pytest.raises(MalformedError):
        decode_anchor(replace(commit, commitment=b"\x01" * 32).encode())


@given(ANCHORS)
def test_before_the_first_log_entry_there_is_no_hash(anchor: Anchor) -> None:
    assert decode_anchor(replace(anchor, log_sequence=0, log_hash=NO_HASH).encode()).log_sequence == 0
    with pytest.raises(MalformedError):
        decode_anchor(replace(anchor, log_sequence=0, log_hash=b"\x01" * 32).encode())


@given(ANCHORS)
def test_another_label_or_kind_is_no_anchor(anchor: Anchor) -> None:
    data = anchor.encode()

    for changed in (b"cencomm anchor 2" + data[16:], data[:16] + b"\x00" + data[17:], data[:16] + b"\x03" + data[17:]):
        with pytest.raises(MalformedError):
            decode_anchor(changed)
