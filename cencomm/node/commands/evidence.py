"""`verify` and `quarantine`: whether the records can be relied on, and what could not be taken in."""

import asyncio
from pathlib import Path

import click
from rich.progress import Progress as ProgressBar

from cencomm.client.account.account import sign_in
from cencomm.client.account.session import Computer, kept_source
from cencomm.client.commands.translated import TranslatedCommand, option
from cencomm.client.transport.relay_client import open_relay
from cencomm.forms.canonical_json import JsonValue
from cencomm.ids import OPERATION_ID_BYTES, OperationId, from_hex, short
from cencomm.node.commands.desk import Desk, desk_of, desk_options
from cencomm.node.key_file import read_keys
from cencomm.node.membership import opened
from cencomm.node.operations import known_operations
from cencomm.node.quarantine import SetAside, list_set_aside
from cencomm.node.records.inspection import Progress, inspect_log, inspect_records
from cencomm.node.records.sheets import instant
from cencomm.node.records.verify import Check, Verification
from cencomm.node.sealing import Sealer
from cencomm.node.store import NodeStore

UNSOUND = 3  # exit code: there is a record that is not what was signed


@click.command("verify", cls=TranslatedCommand)
@option("--with-log", is_flag=True, help="Also read the relay's log again and compare what it committed to.")
@desk_options
@click.pass_context
def verify(context: click.Context, data: Path, language: str | None, *, with_log: bool, as_json: bool) -> None:
    """See whether every record is what its author signed; exit code 3 if one is not."""
    desk = desk_of(context, data, language, as_json=as_json)
    with ProgressBar(disable=as_json, transient=True) as bar:
        task = bar.add_task(desk.say("Verifying"), total=None)
        verification = asyncio.run(
            examine(desk, with_log=with_log, progress=lambda done: bar.update(task, completed=done))
        )
    checks = [*Check] if with_log else [check for check in Check if check not in {Check.LOG, Check.SENDER}]
    rows = [[check.value, str(verification.passed[check]), str(verification.failed[check])] for check in checks]
    desk.show_table(["Check", "Passed", "Failed"], rows, _document(verification, checks))
    if not as_json:
        for finding in verification.findings:
            click.echo(f"{finding.record} {finding.message[:8]} {finding.check.value}: {finding.detail}")
        click.echo(desk.say("{records} records", records=verification.records))
        if verification.absent_files:
            click.echo(
                desk.say(
                    "{count} files are not here: cencomm {node} files",
                    count=verification.absent_files,
                    node=desk.kind.name,
                )
            )
    if not verification.sound:
        context.exit(UNSOUND)


@click.command("quarantine", cls=TranslatedCommand)
@option("--operation", help="Its id, in hexadecimal.")
@option("--limit", type=click.IntRange(1, 1000), default=100, help="Messages on a page.")
@option("--before", type=int, help="Number of the last one seen.")
@desk_options
@click.pass_context
def quarantine(
    context: click.Context,
    operation: str | None,
    limit: int,
    before: int | None,
    data: Path,
    language: str | None,
    *,
    as_json: bool,
) -> None:
    """List messages that could not be taken, the newest first, and why."""
    desk = desk_of(context, data, language, as_json=as_json)
    wanted = None if operation is None else OperationId(from_hex(operation, length=OPERATION_ID_BYTES))
    found = asyncio.run(_set_aside(desk, wanted, before, limit))
    rows = [
        [
            str(one.id),
            instant(one.set_aside_at) or "",
            f"{short(one.place.channel)} {one.place.sequence}",
            desk.say("alarm") if one.alarm else "",
            one.reason.value,
            one.detail,
        ]
        for one in found
    ]
    desk.show_table(
        ["Number", "Set aside (UTC)", "Place", "", "Reason", "Detail"], rows, [_listed(one) for one in found]
    )


async def examine(desk: Desk, *, with_log: bool, progress: Progress) -> Verification:
    """Every record looked at."""
    around = desk.surroundings()
    keys = await asyncio.to_thread(read_keys, desk.folder.key_file)
    async with opened(desk.folder) as database, database.reading() as connection:
        store = NodeStore(database, Sealer(keys.store_key, around.entropy))
        operations = await known_operations(store)
        verification = await inspect_records(connection, operations, around.reports, progress)
        if with_log:
            async with open_relay(keys.relay_url) as relay:
                password = keys.password.expose().decode()
                access = await sign_in(
                    relay,
                    name=keys.name,
                    password=password,
                    device_secret=keys.device_secret,
                    computer=Computer(source=await kept_source(store)),
                )
                try:
                    await inspect_log(connection, access.relay, operations, verification)
                finally:
                    await access.relay.sign_out()
        return verification


async def _set_aside(desk: Desk, operation: OperationId | None, before: int | None, limit: int) -> list[SetAside]:
    async with opened(desk.folder) as database, database.reading() as connection:
        return await list_set_aside(connection, operation=operation, before=before, limit=limit)


def _document(verification: Verification, checks: list[Check]) -> JsonValue:
    return {
        "sound": verification.sound,
        "records": verification.records,
        "absent_files": verification.absent_files,
        "checks": {
            check.value: {"passed": verification.passed[check], "failed": verification.failed[check]}
            for check in checks
        },
        "findings": [
            {
                "record": finding.record,
                "message": finding.message,
                "check": finding.check.value,
                "detail": finding.detail,
            }
            for finding in verification.findings
        ],
    }


def _listed(one: SetAside) -> JsonValue:
    return {
        "number": one.id,
        "operation": one.place.operation.hex(),
        "channel": one.place.channel.hex(),
        "generation": one.place.generation,
        "sequence": one.place.sequence,
        "reason": one.reason.value,
        "alarm": one.alarm,
        "detail": one.detail,
        "account": None if one.account is None else one.account.hex(),
        "evidence": one.evidence.hex(),
        "set_aside_at": instant(one.set_aside_at),
    }
