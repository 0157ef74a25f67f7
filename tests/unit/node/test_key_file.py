"""The key file: whole, readable for its owner alone, never replaced."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.errors import Unavailable, UsageError
from cencomm.node.data_folder import LOCK_FILE, DataFolder
from cencomm.node.errors import NodeDamaged, NodeInUse, NoNode
from cencomm.node.key_file import NodeKeys, read_keys, write_keys
from tests.fakes.counting_entropy import CountingEntropy

KEYS = NodeKeys.generate(relay_url="https://relay.example", entropy=CountingEntropy())


def test_keys_are_read_as_they_were_written(tmp_path: Path) -> None:
    write_keys(tmp_path / "node.key", KEYS)

    assert read_keys(tmp_path / "node.key") == KEYS
    assert (tmp_path / "node.key").stat().st_mode & 0o777 == 0o600


def test_two_nodes_share_no_secret() -> None:
    entropy = CountingEntropy()
    one = NodeKeys.generate(relay_url="https://relay.example", entropy=entropy)
    other = NodeKeys.generate(relay_url="https://relay.example", entropy=entropy)

    assert one.name != other.name
    assert one.password != other.password
    assert one.store_key != other.store_key
    assert one.device_secret != other.device_secret


def test_keys_are_never_replaced(tmp_path: Path) -> None:
    write_keys(tmp_path / "node.key", KEYS)
    other = NodeKeys.generate(relay_url="https://relay.example", entropy=CountingEntropy("other"))

    with pytest.raises(UsageError):
        write_keys(tmp_path / "node.key", other)

    assert read_keys(tmp_path / "node.key") == KEYS


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_keys_that_others_may_read_are_refused(tmp_path: Path, mode: int) -> None:
    write_keys(tmp_path / "node.key", KEYS)
    (tmp_path / "node.key").chmod(mode)

    with pytest.raises(NoNode):
        read_keys(tmp_path / "node.key")


def test_keys_do_not_show_in_a_repr() -> None:
    shown = repr(KEYS)

    assert KEYS.password.expose().decode() not in shown
    assert KEYS.store_key.expose().hex() not in shown


@given(st.binary(max_size=300))
def test_any_bytes_are_keys_or_called_damaged(data: bytes) -> None:
    with pytest.raises(NodeDamaged):
        NodeKeys.decode(data)


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_keys_with_one_byte_changed_are_other_keys_or_damaged(position: int, change: int) -> None:
    data = bytearray(KEYS.encode())
    data[position % len(data)] ^= change

    try:
        keys = NodeKeys.decode(bytes(data))
    except NodeDamaged:
        return
    assert keys != KEYS


def test_a_folder_is_one_process_s(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "node")
    folder.make()

    with folder.locked(), pytest.raises(NodeInUse), folder.locked():
        pass
    with folder.locked():
        pass


def test_a_folder_that_others_may_look_into_is_refused(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "node")
    folder.make()
    folder.path.chmod(0o750)

    with pytest.raises(NoNode), folder.locked():
        pass
    with pytest.raises(NoNode):
        folder.make()


def test_a_folder_that_is_not_there_holds_no_node(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "nowhere")

    with pytest.raises(NoNode), folder.locked():
        pass
    with pytest.raises(NoNode):
        read_keys(folder.key_file)


def test_a_folder_whose_lock_the_disk_does_not_open_says_so(tmp_path: Path) -> None:
    """A node that starts on a read-only disk ends with a sentence, and is started again (found by `make faults`)."""
    folder = DataFolder(tmp_path / "node")
    folder.make()
    (folder.path / LOCK_FILE).mkdir()

    with pytest.raises(Unavailable, match="cannot be locked: Is a directory"), folder.locked():
        pass
