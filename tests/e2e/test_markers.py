"""What the relay must not know is nowhere in its reach: not in its files, not in its logs, not on its lines."""

import asyncio
import base64
import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from cencomm.clock import system_clock
from cencomm.demo.folder import DemoFolder
from cencomm.demo.production import relay_plan
from cencomm.demo.repertoire import Repertoire
from cencomm.demo.server import free_port, serving
from cencomm.forms.envelope import Body
from cencomm.forms.operation import OperationPlan
from tests.e2e.crew import archive_for, archived, crew_at
from tests.e2e.fullest_report import Planted, fullest_reports
from tests.e2e.leaks import leaked
from tests.fakes.recording_proxy import tapped, unmasked

ROOT = "Qxvékw"  # with a letter that JSON, URLs and UTF-16 write in other ways


def files_of(*folders: Path) -> list[tuple[str, bytes]]:
    paths = [path for folder in folders for path in (folder.rglob("*") if folder.is_dir() else [folder])]
    return [(path.name, path.read_bytes()) for path in sorted(paths) if path.is_file()]


async def fetched(url: str) -> bytes:
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        assert answer.status == 200
        return await answer.read()


async def doctors_word(folder: Path) -> bytes:
    """What `cencomm doctor` says of a node to whoever stands beside."""
    words = ("-m", "cencomm", "doctor", "--data", str(folder))
    doctor = await asyncio.create_subprocess_exec(sys.executable, *words, stdout=-1, stderr=-1)
    said, warned = await doctor.communicate()
    assert b"key packages" in said
    return said + warned


def with_markers(plan: OperationPlan, planted: Planted) -> OperationPlan:
    """Every name and title of the operation, of its posts, channels and forms says where it was planted."""

    def labels(path: str) -> Mapping[str, str]:
        return {"en": planted.text(path), "fr": planted.text(path)}

    return replace(
        plan,
        label=labels("operation: title"),
        purpose=labels("operation: purpose"),
        legal_basis=labels("operation: legal basis"),
        posts=tuple(replace(post, label=labels(f"operation: post {post.name}")) for post in plan.posts),
        channels=tuple(
            replace(channel, label=labels(f"operation: channel {channel.name}")) for channel in plan.channels
        ),
        forms={name: replace(form, label=labels(f"operation: form {name}")) for name, form in plan.forms.items()},
    )


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_what_members_say_is_in_no_file_and_on_no_line_of_the_relay(
    folder: DemoFolder, repertoire: Repertoire
) -> None:
    planted = Planted(ROOT)
    marked = replace(repertoire, plan=with_markers(repertoire.plan, planted))
    port = free_port()
    async with serving(relay_plan(folder, port)), tapped(port) as tap:
        async with (
            crew_at(tap.url, folder, marked, officers=1) as crew,
            archive_for(crew, folder, marked) as archive,
        ):
            officer = crew.members[1]
            for name, form in marked.plan.forms.items():
                reports = fullest_reports(form, marked.lists, planted, written_at=system_clock())
                assert {path for path, _ in form.all_fields()} <= planted.answered
                for report in reports:
                    await crew.send_body(
                        officer,
                        name,
                        Body(
                            values=report,
                            language="en",
                            written_at=system_clock(),
                            expected_action=planted.text("body: expected action"),
                            handling_text=planted.text("body: handling text"),
                        ),
                    )
                planted.answered.clear()
            await archived(archive, crew)
            while_running = files_of(folder.relay, folder.log("relay"))
            kept = files_of(folder.archive)
            watched = [("archive's numbers", await fetched(archive.health_url.replace("/healthz", "/metrics")))]
            watched.append(("archive's health", await fetched(archive.health_url)))
            watched.append(("doctor", await doctors_word(folder.archive)))
        heard = [(f"line {number}", said) for number, said in enumerate(tap.heard())]
    secrets = [path.read_text("utf-8").strip() for path in (folder.path / "accounts").iterdir()]
    codes = [line for path in (folder.path / "letters").iterdir() for line in path.read_text("utf-8").split("\n")]
    secrets += [line.removeprefix("Code: ") for line in codes if line.startswith("Code: ")]

    telling = [*planted.texts, *secrets]
    assert leaked(telling, while_running) == []
    assert leaked(telling, files_of(folder.relay, folder.log("relay"))) == []
    assert leaked(telling, heard) == []
    assert leaked(telling, [*watched, *files_of(folder.log("archive"))]) == []

    # So that this test could fail: where each text was meant to arrive it did, and the tap heard what was said.
    sent = {text for text, path in planted.texts.items() if text.startswith(ROOT) and not path.startswith("operation:")}
    assert {text for text, _ in leaked(sent, kept)} == sent
    assert leaked([crew.stage.operation.hex()], heard)
    assert len([name for name, _ in while_running if name.startswith("relay.sqlite")]) == 3  # database, WAL, index


@pytest.mark.parametrize(
    "hidden",
    [
        b"before \xc3\xa9 Qxv\xc3\xa9kw001 after",
        "Qxvékw001".encode("utf-16-le"),
        json.dumps({"text": "Qxvékw001"}).encode(),
        "Qxvékw001".encode().hex().encode(),
        *(base64.b64encode(bytes(before) + "Qxvékw001 and more".encode()) for before in range(4)),
        *(base64.urlsafe_b64encode(bytes(before) + b"..." + "Qxvékw001".encode()) for before in range(4)),
        base64.b64encode("Qxvékw001".encode("utf-16-be")),
        b"text=Qxv%C3%A9kw001&",
    ],
    ids=repr,
)
def test_a_text_is_found_however_it_is_written(hidden: bytes) -> None:
    assert leaked(["Qxvékw001"], [("here", hidden)]) == [("Qxvékw001", "here")]
    assert leaked(["Qxvékw011"], [("here", hidden)]) == []


def test_the_tap_sees_through_the_mask_of_a_websocket_frame() -> None:
    head = b"GET /v1/stream HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"
    mask, text = b"\x01\x02\x03\x04", b"Qxv" * 50
    masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(text))
    frame = b"\x81" + bytes([0x80 | 126]) + len(text).to_bytes(2, "big") + mask + masked

    assert unmasked(head + frame) == head + text
