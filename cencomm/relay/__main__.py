"""`python -m cencomm.relay`."""

from pathlib import Path

import click

from cencomm.errors import Unavailable, UsageError
from cencomm.relay.config import RelayConfig
from cencomm.relay.run import run
from cencomm.secret import Secret
from cencomm.wire.limits import PUBLISHES_PER_MINUTE, STREAMS_PER_ACCOUNT


@click.command()
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for everything.")
@click.option("--name", default="relay", show_default=True, help="The relay's name; part of every account: keep it.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8440, show_default=True)
@click.option(
    "--metrics-port",
    type=click.IntRange(0, 65535),
    help="Serve http://127.0.0.1:PORT/metrics; 0: any free port, which the log names.",
)
@click.option("--tls-certificate", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="PEM chain.")
@click.option("--tls-key", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="PEM key.")
@click.option(
    "--registration-code-file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="File with the code that new accounts need. Without it anybody may make one.",
)
@click.option("--streams-per-account", type=click.IntRange(1), default=STREAMS_PER_ACCOUNT, show_default=True)
@click.option("--publishes-per-minute", type=click.IntRange(1), default=PUBLISHES_PER_MINUTE, show_default=True)
def main(
    data: Path,
    name: str,
    host: str,
    port: int,
    metrics_port: int | None,
    tls_certificate: Path | None,
    tls_key: Path | None,
    registration_code_file: Path | None,
    streams_per_account: int,
    publishes_per_minute: int,
) -> None:
    """Deliver sealed messages between the members of operations."""
    code = None if registration_code_file is None else Secret(registration_code_file.read_bytes().strip())
    try:
        config = RelayConfig(
            data=data,
            name=name,
            host=host,
            port=port,
            metrics_port=metrics_port,
            tls_certificate=tls_certificate,
            tls_key=tls_key,
            registration_code=code,
            streams_per_account=streams_per_account,
            publishes_per_minute=publishes_per_minute,
        )
    except UsageError as exc:
        raise click.UsageError(str(exc)) from None
    try:
        run(config)
    except (UsageError, Unavailable) as exc:  # served already, a key file others can read, a read-only disk
        raise click.ClickException(str(exc)) from None


if __name__ == "__main__":
    main()
