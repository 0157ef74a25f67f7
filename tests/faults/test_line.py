"""The line does to the bytes what it says, and hears them first."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.faults.line import LOOPBACK, Line, line_to

WORDS = b"twelve bytes"


@pytest.fixture
async def said() -> list[bytes]:
    return []


@pytest.fixture
async def line(said: list[bytes]) -> AsyncIterator[Line]:
    """To a server that says everything again."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(1 << 16):
            writer.write(piece)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(echo, LOOPBACK, 0)
    port = server.sockets[0].getsockname()[1]
    async with server, line_to(port, lambda _, piece: said.append(piece)) as between:
        yield between


async def dial(line: Line) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection(LOOPBACK, int(line.url.rsplit(":", 1)[1]))


async def test_a_good_line_passes_everything_both_ways(line: Line, said: list[bytes]) -> None:
    reader, writer = await dial(line)
    writer.write(WORDS)

    assert await reader.readexactly(len(WORDS)) == WORDS
    writer.write_eof()
    assert await reader.read() == b""
    assert b"".join(said) == WORDS
    writer.close()


async def test_a_cut_line_passes_half_of_a_piece_and_is_reset(line: Line, said: list[bytes]) -> None:
    reader, writer = await dial(line)
    writer.write(WORDS)
    await reader.readexactly(len(WORDS))
    await line.cut()

    writer.write(WORDS)

    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await reader.readexactly(len(WORDS))
    assert b"".join(said) == 2 * WORDS
    writer.close()


async def test_a_dropped_line_resets_what_stands_and_what_comes(line: Line) -> None:
    reader, writer = await dial(line)
    writer.write(WORDS)
    await reader.readexactly(len(WORDS))
    dropping = asyncio.create_task(line.drop(60))

    with pytest.raises(ConnectionError):
        await reader.readexactly(1)
    other, its_writer = await dial(line)
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await other.readexactly(1)
    dropping.cancel()
    writer.close()
    its_writer.close()


async def test_a_half_open_line_says_nothing_more_and_a_new_one_is_good(line: Line) -> None:
    reader, writer = await dial(line)
    writer.write(WORDS)
    await reader.readexactly(len(WORDS))
    await line.half_open()
    writer.write(WORDS)
    new_reader, new_writer = await dial(line)
    new_writer.write(WORDS)

    assert await new_reader.readexactly(len(WORDS)) == WORDS

    unheard = asyncio.create_task(reader.read(1))
    await asyncio.sleep(0)
    assert not unheard.done()
    unheard.cancel()
    writer.close()
    new_writer.close()
