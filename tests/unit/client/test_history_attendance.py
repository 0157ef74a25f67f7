"""What a device followed of a log, what it may still ask for, and in which order people read it."""

from hypothesis import given
from hypothesis import strategies as st

from cencomm.client.history.attendance import Attendance, Epoch, Span
from cencomm.client.history.keeping import reading_order

END = 30


def epoch(sequence: int, *, entered: bool = False) -> Epoch:
    return Epoch(sequence=sequence, log_hash=bytes(32), anchored_at=sequence, entered=entered, followed_at=0)


def attendance(*epochs: Epoch, left: tuple[int, ...] = (), fetched: tuple[Span, ...] = ()) -> Attendance:
    return Attendance(tuple(epochs), left, fetched)


def test_who_came_in_later_lacks_what_was_before() -> None:
    came = attendance(epoch(8, entered=True), epoch(12))

    assert came.gaps(END, position=END) == (Span(1, 7),)


def test_who_was_removed_and_added_again_lacks_what_was_between() -> None:
    came = attendance(epoch(1, entered=True), epoch(5), epoch(20, entered=True), left=(9,))

    assert came.gaps(END, position=END) == (Span(10, 19),)
    assert came.epoch_of(9) == epoch(5)
    assert came.epoch_of(10) is None, "nothing is known of the epochs that passed without us"
    assert came.epoch_of(21) == epoch(20, entered=True)


def test_a_generation_that_ended_before_we_came_is_lacking_up_to_its_cut() -> None:
    assert attendance().gaps(17, position=0) == (Span(1, 17),)
    assert attendance(epoch(4, entered=True), left=(11,)).gaps(9, position=11) == (Span(1, 3),)


def test_what_was_fetched_is_not_lacking() -> None:
    came = attendance(epoch(20, entered=True), fetched=(Span(3, 9),))

    assert came.gaps(END, position=END) == (Span(1, 2), Span(10, 19))


def test_what_passed_without_us_is_not_judged_by_the_epoch_before() -> None:
    """Else an honest request for it would be refused, and a greedy one for what is before it served."""
    came = attendance(epoch(5, entered=True), epoch(20, entered=True), left=(9,))

    assert came.epochs_of(Span(10, 19)) == ()
    assert came.epochs_of(Span(9, 19)) == (epoch(5, entered=True),)


def test_a_server_gives_nothing_of_whose_epoch_it_does_not_know_unless_all_is_open_h1() -> None:
    """What a coordinator fetched as history is not theirs to hand on to somebody who may have less."""
    came = attendance(epoch(20, entered=True), fetched=(Span(1, 19),))

    assert not came.is_known_open(7, opens_at=5)
    assert came.is_known_open(7, opens_at=0)
    assert came.is_known_open(21, opens_at=20)
    assert not came.is_known_open(21, opens_at=21)


SPANS = st.builds(lambda first, more: Span(first, first + more), st.integers(1, END), st.integers(0, END))


@given(fetched=st.lists(SPANS, max_size=5), entered=st.integers(1, END), end=st.integers(1, END))
def test_every_entry_is_here_or_lacking_and_never_both(fetched: list[Span], entered: int, end: int) -> None:
    came = attendance(epoch(entered, entered=True), fetched=tuple(fetched))

    lacking = [n for gap in came.gaps(end, position=END) for n in range(gap.first, gap.last + 1)]

    here = {n for span in fetched for n in range(span.first, span.last + 1)} | set(range(entered, END + 1))
    assert lacking == [n for n in range(1, end + 1) if n not in here]


@given(first=st.integers(1, END), more=st.integers(0, END))
def test_the_epochs_of_a_part_are_those_of_its_entries(first: int, more: int) -> None:
    """A request is judged by them (H1): one too few would open what is not, one too many refuse what is."""
    came = attendance(epoch(1, entered=True), epoch(5), epoch(6), epoch(20), epoch(28))
    commits = {one.sequence for one in came.epochs}
    said = [n for n in range(first, first + more + 1) if n not in commits]

    judged = came.epochs_of(Span(said[0], said[-1])) if said else ()

    assert {one.sequence for one in judged} >= {found.sequence for n in said if (found := came.epoch_of(n))}
    assert all(one.sequence < first + more for one in judged)


def key(channel: str, generation: int, sequence: int) -> str:
    return f"message/op/{channel}/{generation:08d}/{sequence:016d}"


def test_history_stands_where_it_stands_in_its_log_and_the_rest_as_it_came() -> None:
    came = [(1, key("a", 1, 10)), (2, key("b", 1, 4)), (3, key("a", 1, 11))]
    fetched = [(4, key("a", 1, 2)), (5, key("a", 1, 3)), (6, key("b", 1, 1))]

    assert [number for number, _ in reading_order(came + fetched)] == [4, 5, 1, 6, 2, 3]


def test_history_of_an_ended_generation_stands_before_the_next() -> None:
    assert [number for number, _ in reading_order([(1, key("a", 2, 1)), (2, key("a", 1, 9))])] == [2, 1]


@given(st.permutations([(number, key("a", 1, number)) for number in range(1, 8)]))
def test_what_came_by_itself_is_read_as_it_came(rows: list[tuple[int, str]]) -> None:
    assert [number for number, _ in reading_order(rows)] == list(range(1, 8))
