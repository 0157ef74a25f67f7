"""Many who come at once, as one process: who missed everything and reads it, or who signs in with a password.

    python -m bench._rush read PORT TOKEN LOG_PATH MESSAGES DEVICES
    python -m bench._rush sign-in PORT FILE SECONDS     (a sign-in of one account on each line)

Answers are counted, not looked at, so that the relay is what is measured. Prints `begun`, then what was reached.
"""

import asyncio
import sys
from pathlib import Path
from time import perf_counter

PAGE_ENTRIES = 500


async def answered(reader: asyncio.StreamReader) -> int:
    """Bytes of one answer's body.

    Raises:
        RuntimeError: it is not a 200.
    """
    head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").lower()
    if " 200 " not in head.splitlines()[0]:
        raise RuntimeError(head)
    length = next(int(line.split(":")[1]) for line in head.splitlines() if line.startswith("content-length:"))
    await reader.readexactly(length)
    return length


async def read_everything(port: int, token: str, path: str, messages: int) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 24)
    size = 0
    for after in range(0, messages, PAGE_ENTRIES):
        writer.write(
            f"GET {path}?after={after} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode("ascii")
        )
        size += await answered(reader)
    writer.close()
    return size


async def read(port: int, token: str, path: str, messages: int, devices: int) -> None:
    print("begun", flush=True)
    began = perf_counter()
    sizes = await asyncio.gather(*(read_everything(port, token, path, messages) for _ in range(devices)))
    seconds = perf_counter() - began
    assert len(set(sizes)) == 1
    print(f"{devices * messages / seconds:.0f} messages a second, {sum(sizes) / seconds / 1e6:.0f} MB a second")


async def sign_in(port: int, documents: list[bytes], seconds: float) -> None:
    done = 0
    until = perf_counter() + seconds
    request = b"POST /v1/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"

    async def one(body: bytes) -> None:
        nonlocal done
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while perf_counter() < until:
            writer.write(request % (len(body), body))
            await answered(reader)
            done += 1
        writer.close()

    print("begun", flush=True)
    await asyncio.gather(*(one(document) for document in documents))
    print(f"{done / seconds:.1f} sign-ins a second")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["read", port, token, path, messages, devices]:
            asyncio.run(read(int(port), token, path, int(messages), int(devices)))
        case ["sign-in", port, file, seconds]:
            asyncio.run(sign_in(int(port), Path(file).read_bytes().splitlines(), float(seconds)))
        case _:
            raise SystemExit(__doc__)
