"""`cencomm web manifest`: what the browser is given, to be compared with what another installation gives."""

import click

from cencomm.errors import UsageError
from cencomm.relay.browser_client import load_browser_client


@click.command("manifest")
def manifest_command() -> None:
    """List the SHA-256 of each file of the browser client, as this installation serves it."""
    try:
        client = load_browser_client()
    except UsageError as error:
        raise click.ClickException(str(error)) from None
    for path, digest in client.manifest.items():
        click.echo(f"{digest}  {path}")
