"""Many who sign in at once with a password, as one process.

    python -m bench._rush PORT FILE SECONDS     (a sign-in of one account on each line)

Prints `begun`, then what was reached.
"""

import asyncio
import sys
from pathlib import Path
from time import perf_counter


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
    asyncio.run(sign_in(int(sys.argv[1]), Path(sys.argv[2]).read_bytes().splitlines(), float(sys.argv[3])))
