"""Sign-ins step back behind live messages."""

import os
import sys
import threading

import pytest

from cencomm.site import hashing
from cencomm.site.hashing import STEP_BACK, hashing_pool


@pytest.mark.parametrize(("cores", "threads"), [(1, 1), (2, 1), (3, 2), (64, 2)])
def test_hashing_leaves_a_core_to_the_event_loop_where_there_are_two(cores: int, threads: int) -> None:
    assert hashing._threads(cores) == threads


@pytest.mark.skipif(sys.platform != "linux", reason="only there a thread has a niceness of its own")
def test_hashing_threads_alone_step_back() -> None:
    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    with hashing_pool() as pool:
        there = pool.submit(lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id())).result()

    assert there == min(19, before + STEP_BACK)
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before
