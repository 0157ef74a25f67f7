"""`cencomm web manifest`, `fingerprint`: what the browser is given, to be compared with what a page was given."""

import click

from cencomm.errors import UsageError
from cencomm.relay.browser_client import BrowserClient, load_browser_client


@click.command("manifest")
def manifest_command() -> None:
    """List the SHA-256 of each file of the browser client, as this installation serves it."""
    for path, digest in _client().manifest.items():
        click.echo(f"{digest}  {path}")


@click.command("fingerprint")
def fingerprint_command() -> None:
    """Show one number for the whole browser client, as a page shows it under "This program"."""
    click.echo(_client().fingerprint)


def _client() -> BrowserClient:
    try:
        return load_browser_client()
    except UsageError as error:
        raise click.ClickException(str(error)) from None
