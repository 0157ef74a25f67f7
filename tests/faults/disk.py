"""A disk of one's own for each process: a small file system in memory where root may mount one, else a plain folder."""

import contextlib
import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SIZE_BYTES = 256 << 20  # taken as it is used
MODE = 0o700


@dataclass(frozen=True, slots=True)
class Disk:
    """`is_mounted`: it can be full and read-only for all of its users, as a real one."""

    path: Path
    is_mounted: bool

    @property
    def data(self) -> Path:
        """The folder of the process; its program makes it."""
        return self.path / "data"

    def fill(self) -> None:
        """Not one page more fits. Nothing is written for it: the disk shrinks to what is in it."""
        for _ in range(3):  # somebody may be writing
            status = os.statvfs(self.path)
            used = (status.f_blocks - status.f_bfree) * status.f_frsize
            if self._remount(f"size={used}"):
                return
        raise OSError(f"{self.path} cannot be filled")

    def empty(self) -> None:
        """There is room again."""
        if not self._remount(f"size={SIZE_BYTES}"):
            raise OSError(f"{self.path} cannot be emptied")

    def freeze(self) -> None:
        """Read-only. Nobody may have a file open for writing."""
        if not self._remount("ro"):
            raise OSError(f"{self.path} cannot be made read-only: a process has a file open")

    def thaw(self) -> None:
        if not self._remount("rw"):
            raise OSError(f"{self.path} stays read-only")

    def _remount(self, option: str) -> bool:
        return not subprocess.run(
            ["mount", "-o", f"remount,{option}", str(self.path)], check=False, capture_output=True
        ).returncode


@contextlib.contextmanager
def disk_at(path: Path) -> Iterator[Disk]:
    path.mkdir(mode=MODE, parents=True)
    options = f"size={SIZE_BYTES},mode={MODE:o}"
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(path)]
    if shutil.which("mount") is None or subprocess.run(command, check=False, capture_output=True).returncode:
        yield Disk(path, is_mounted=False)
        return
    try:
        yield Disk(path, is_mounted=True)
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)


@contextlib.contextmanager
def no_file_grows(pid: int) -> Iterator[None]:
    """For the block the process gets EFBIG for whatever it adds to a file."""
    limits = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, limits[1]))
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)
