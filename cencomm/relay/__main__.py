"""`python -m cencomm.relay`."""

from pathlib import Path

import click

from cencomm.errors import UsageError
from cencomm.relay.config import RelayConfig
from cencomm.relay.run import run
from cencomm.secret import Secret


@click.command()
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for everything.")
@click.option("--name", default="relay", show_default=True, help="The relay's name; part of every account: keep it.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8440, show_default=True)
@click.option("--tls-certificate", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="PEM chain.")
@click.option("--tls-key", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="PEM key.")
@click.option(
    "--registration-code-file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="File with the code that new accounts need. Without it anybody may make one.",
)
def main(
    data: Path,
    name: str,
    host: str,
    port: int,
    tls_certificate: Path | None,
    tls_key: Path | None,
    registration_code_file: Path | None,
) -> None:
    """Deliver sealed messages between the members of operations."""
    code = None if registration_code_file is None else Secret(registration_code_file.read_bytes().strip())
    try:
        config = RelayConfig(
            data=data,
            name=name,
            host=host,
            port=port,
            tls_certificate=tls_certificate,
            tls_key=tls_key,
            registration_code=code,
        )
    except UsageError as exc:
        raise click.UsageError(str(exc)) from None
    run(config)


if __name__ == "__main__":
    main()
