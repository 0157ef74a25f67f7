"""What is where, who everybody is, and what somebody who watches can type next, ready to be copied."""

import sys
from pathlib import Path

from cencomm.demo.cast import AT_BROWSERS, NEWCOMER, YOU, Part
from cencomm.demo.folder import DemoFolder
from cencomm.demo.production import Production


def invitation(folder: DemoFolder, production: Production) -> str:
    names = [f"    {part.name:<12} {part.profile().name}" for part in production.cast.everybody]
    command = _command()
    you = f"{command} --data {folder.mailbox(YOU.name)} --password-file {folder.password_file(YOU.name)}"
    return "\n".join(
        [
            "",
            "Sign-in names, all in this operation (their passwords: accounts/*.txt in the demonstration's folder):",
            *names,
            f"    {YOU.name:<12} yours: nobody holds this mailbox; the others are locked while the demonstration runs",
            "",
            f"In a browser: {production.audience.relay.address}",
            *(_at_a_browser(folder, Part(post)) for post in AT_BROWSERS),
            f"    or enrol there with the access letter {folder.letter(NEWCOMER.name)}",
            "",
            "In a second terminal:",
            f"    {you} inbox",
            f"    {you} operation channel list",
            f"    {you} --language en show 1",
            f"    {you} watch",
            f"    {you} --language fr send note --set text='Bonjour de Bruxelles'",
            f"    {command} archive search ivory --data {folder.archive}",
            f"    {command} ncen tally --data {folder.node('ncen')}",
            f"    {command} cen statistics --by route --data {folder.node('cen')}",
            "",
        ]
    )


def _at_a_browser(folder: DemoFolder, part: Part) -> str:
    password = folder.password_file(part.name).read_text(encoding="utf-8").strip()
    return f"    {part.name:<12} {password}   {part.profile().name}"


def _command() -> str:
    """How this program was called, so that the lines work where they are copied."""
    called = Path(sys.argv[0])
    if called.name != "cencomm":
        return "python -m cencomm"
    return str(called.relative_to(Path.cwd())) if called.is_relative_to(Path.cwd()) else str(called)
