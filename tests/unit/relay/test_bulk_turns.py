"""Long answers share a part of the loop's time, and accounts share that part."""

import asyncio
from itertools import pairwise

from cencomm.ids import AccountId
from cencomm.relay.bulk_turns import MOMENT_SECONDS, BulkTurns

ALICE, BOB = AccountId(b"a" * 16), AccountId(b"b" * 16)
PIECES_A_MOMENT = 4
AN_HOUR = 3600.0


class Pieces:
    """A clock that moves on with each piece, and what was written by when."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def now(self) -> float:
        return len(self.written) * MOMENT_SECONDS / PIECES_A_MOMENT

    async def send(self, turns: BulkTurns, account: AccountId, name: str, count: int) -> None:
        for _ in range(count):
            await turns.turn(account)
            self.written.append(name)


async def test_the_loop_is_everybodys_after_a_moment_of_pieces() -> None:
    pieces = Pieces()
    turns = BulkTurns(lambda: 0 if len(pieces.written) < PIECES_A_MOMENT else AN_HOUR)  # the last of them took so long
    sending = [asyncio.create_task(pieces.send(turns, ALICE, "a", 3)) for _ in range(10)]

    for _ in range(20):  # passes of the loop
        await asyncio.sleep(0)

    assert len(pieces.written) == PIECES_A_MOMENT
    for task in sending:
        task.cancel()


async def test_after_the_rest_it_goes_on() -> None:
    pieces = Pieces()
    turns = BulkTurns(pieces.now)

    await asyncio.gather(*(pieces.send(turns, ALICE, "a", 3) for _ in range(10)))

    assert len(pieces.written) == 30


async def test_a_live_message_waits_for_one_piece_at_each_step() -> None:
    pieces = Pieces()
    turns = BulkTurns(pieces.now)
    sending = [asyncio.create_task(pieces.send(turns, ALICE, "a", 1)) for _ in range(PIECES_A_MOMENT)]

    seen = []
    while len(pieces.written) < PIECES_A_MOMENT:
        await asyncio.sleep(0)  # a step of somebody else
        seen.append(len(pieces.written))
    await asyncio.gather(*sending)

    assert max(after - before for before, after in pairwise(seen)) == 1


async def test_an_account_with_many_answers_takes_turns_with_one_that_has_one() -> None:
    pieces = Pieces()
    turns = BulkTurns(pieces.now)
    sending = [asyncio.create_task(pieces.send(turns, ALICE, "a", 2)) for _ in range(10)]
    sending.append(asyncio.create_task(pieces.send(turns, BOB, "b", 2)))

    await asyncio.gather(*sending)

    assert pieces.written[:4] == ["a", "b", "a", "b"]


async def test_a_reader_who_has_gone_holds_up_nobody() -> None:
    pieces = Pieces()
    turns = BulkTurns(pieces.now)
    gone = asyncio.create_task(pieces.send(turns, ALICE, "gone", 1))
    await asyncio.sleep(0)
    gone.cancel()

    await pieces.send(turns, ALICE, "a", 1)

    assert pieces.written == ["a"]


async def test_turns_go_on_after_everybody_had_theirs() -> None:
    pieces = Pieces()
    turns = BulkTurns(pieces.now)
    await pieces.send(turns, ALICE, "a", 2 * PIECES_A_MOMENT)
    await asyncio.sleep(0.005)

    await pieces.send(turns, BOB, "b", 1)

    assert pieces.written[-1] == "b"
