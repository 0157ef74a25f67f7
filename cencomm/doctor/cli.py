"""`cencomm doctor`."""

import asyncio
import json
from pathlib import Path

import click

from cencomm.client.commands.translated import TranslatedCommand, answers_programs, json_option, option, words_of
from cencomm.client.terminal import default_data_folder, harmless
from cencomm.client.words import Words, load_words
from cencomm.clock import system_clock
from cencomm.doctor.examination import Question, examine
from cencomm.doctor.finding import Finding, Verdict, look, worst
from cencomm.doctor.patient import find_patient
from cencomm.forms.code_list import LANGUAGES
from cencomm.secret import system_entropy

_MARKS = {Verdict.OK: "  ok    ", Verdict.LOOK: "  LOOK  ", Verdict.BROKEN: "  BROKEN"}


@click.command("doctor", cls=TranslatedCommand)
@option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="CENCOMM_DATA",
    help="Folder of a relay, a node or a mailbox; else your computer's usual place for mailboxes.",
)
@option("--url", help="Address of the relay, if not the one that the folder names.")
@option("--connections", type=click.IntRange(0), help="How many connections a server is to hold at once.")
@option("--quick", is_flag=True, help="Leave out reading every ledger, log and state.")
@option("--language", type=click.Choice(LANGUAGES), help="Language of what you read; else your computer's.")
@json_option("Answer with one JSON document.")
@click.pass_context
def doctor(
    context: click.Context,
    data: Path | None,
    url: str | None,
    connections: int | None,
    language: str | None,
    *,
    quick: bool,
    as_json: bool,
) -> None:
    """Say how this computer and a folder are, and what mends what is not well. Exit code: 0 well, 1 look, 2 broken."""
    words = words_of(context) if language is None else load_words(language)
    as_json = as_json or answers_programs(context)
    folder = data or default_data_folder()
    patient = find_patient(folder)
    asked = Question(
        patient=patient,
        url=url,
        connections=connections,
        thorough=not quick,
        clock=system_clock,
        entropy=system_entropy,
        progress=lambda what: click.echo(f"{what} …", err=True),
    )

    async def run() -> list[Finding]:
        found = []
        if patient is None and data is not None:
            found.append(_nothing_there(folder))
        elif not as_json and patient is not None:
            click.echo(f"{patient.kind.value}: {folder}")
        for finding in found:
            _show(finding, words, as_json=as_json)
        async for finding in examine(asked):
            _show(finding, words, as_json=as_json)
            found.append(finding)
        return found

    found = asyncio.run(run())
    verdict = worst(found)
    if as_json:
        kind = None if patient is None else patient.kind.value
        answer = {"kind": kind, "verdict": verdict.name.lower(), "findings": [one.document(words) for one in found]}
        click.echo(json.dumps(answer, ensure_ascii=False))
    context.exit(verdict)


def _nothing_there(folder: Path) -> Finding:
    mend = "Give the folder of the relay, node or mailbox with --data."
    return look("folder", "There is no relay, no node and no mailbox in {path}.", mend, path=folder)


def _show(finding: Finding, words: Words, *, as_json: bool) -> None:
    if as_json:
        return
    click.echo(harmless(f"{_MARKS[finding.verdict]}  {finding.said(words)}"))
    advice = finding.advice(words)
    if advice is not None:
        click.echo(harmless(f"            {advice}"))
