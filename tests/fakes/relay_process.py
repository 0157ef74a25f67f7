"""The real relay as a process, with the settings that only tests may have: `python -m tests.fakes.relay_process`."""

from pathlib import Path
from typing import Literal

import click

from cencomm.relay.config import RelayConfig
from cencomm.relay.run import run


@click.command()
@click.option("--data", type=click.Path(path_type=Path), required=True)
@click.option("--port", type=int, required=True)
@click.option("--synchronous", type=click.Choice(["FULL", "OFF"]), default="FULL")
@click.option("--lock-timeout-seconds", type=float, default=5.0)
def main(data: Path, port: int, synchronous: Literal["FULL", "OFF"], lock_timeout_seconds: float) -> None:
    run(
        RelayConfig(
            data=data,
            name="relay.example",
            port=port,
            synchronous=synchronous,
            lock_timeout_seconds=lock_timeout_seconds,
        )
    )


if __name__ == "__main__":
    main()
