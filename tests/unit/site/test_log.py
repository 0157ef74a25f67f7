"""A full disk takes log lines away, never the work that they report."""

import io

from cencomm.site.log import PatientStream


class FullDisk(io.StringIO):
    """Takes nothing, as a file on a disk without space."""

    def write(self, _text: str) -> int:
        raise OSError(28, "No space left on device")

    def flush(self) -> None:
        raise OSError(28, "No space left on device")


def test_a_line_that_cannot_be_written_is_lost_and_nothing_else() -> None:
    stream = PatientStream(FullDisk())

    stream.write("transaction_failed\n")
    stream.flush()


def test_a_line_that_can_be_written_is() -> None:
    file = io.StringIO()

    PatientStream(file).write("relay_starting\n")

    assert file.getvalue() == "relay_starting\n"
