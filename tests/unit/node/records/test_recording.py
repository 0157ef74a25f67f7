"""What the archive keeps of a message: the envelope as columns, the answers as typed cells, the exact bytes."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from sqlalchemy import select

from cencomm.client.events import EpochBegan, Event, RemovedFromChannel, Repeated
from cencomm.forms.envelope import Addressee, Evaluation, Handling, SignedEnvelope, sign_envelope
from cencomm.forms.form import Form
from cencomm.forms.form_json import encode_form
from cencomm.ids import AccountId, MessageId
from cencomm.node.records.criteria import Criteria, Labels
from cencomm.node.records.tables import CELLS, FIELDS, FORMS, MESSAGES
from tests.unit.node.records.keep import Keep
from tests.unit.node.records.operation import NOW, Desk, Values, without_names

Cell = tuple[str, str, int, int, str | None, str | None, str | None, float | None]


async def cells(archive: Keep) -> set[Cell]:
    columns = CELLS.c
    query = select(
        FIELDS.c.block,
        FIELDS.c.name,
        columns.row,
        columns.ordinal,
        columns.code,
        columns.text,
        columns.moment,
        columns.number,
    ).join(FIELDS, FIELDS.c.id == columns.field)
    async with archive.database.reading() as connection:
        return {
            (row.block, row.name, row.row, row.ordinal, row.code, row.text, row.moment, row.number)
            for row in await connection.execute(query)
        }


async def test_each_answer_is_a_cell_of_its_type(archive: Keep, desk: Desk, ivory: Values) -> None:
    await archive.take(desk.message("seizure", ivory))

    found = await cells(archive)

    assert ("", "case_ref", 0, 0, None, "KE-2026-0117", None, None) in found
    assert ("", "seizure_date", 0, 0, None, None, "2026-11-05", None) in found
    assert ("", "detection_method", 0, 1, "dog", None, None, None) in found
    assert ("", "arrests", 0, 0, None, None, None, 1.0) in found
    assert ("items", "quantity_amount", 0, 0, None, "12.50", None, 12.5) in found
    assert ("items", "quantity_unweighed", 1, 0, None, None, None, 1.0) in found
    assert ("route", "place_country", 1, 0, "TH", None, None, None) in found
    assert ("route", "date", 1, 0, None, None, "2026-11", None) in found
    assert ("conveyances", "container_no", 0, 0, None, "TEMU9305413", None, None) in found


async def test_the_envelope_is_kept_as_columns_and_as_exact_bytes(
    archive: Keep, desk: Desk, forms: Mapping[str, Form]
) -> None:
    plain = desk.message("note", {"text": "Bonjour"})
    body = replace(
        plain.envelope.body,
        to=(Addressee(country="FR"), Addressee(role="coordinator"), Addressee(account=AccountId(b"\x01" * 16))),
        answer_by=NOW + 3600,
        handling=Handling.H3,
        handling_text="à rendre",
        evaluation=Evaluation("B", "2"),
        language="fr",
    )
    envelope = replace(plain.envelope, body=body, reply_to=MessageId(b"\x02" * 16))
    author = desk.officers["KE"]
    event = desk.deliver(envelope, sign_envelope(envelope, author.device.signing_key), author, author_revoked=True)
    await archive.take(event)

    async with archive.database.reading() as connection:
        (row,) = (await connection.execute(select(MESSAGES, FORMS.c.definition).join(FORMS))).all()

    assert SignedEnvelope.decode(row.signed) == event.signed
    assert (row.salt, row.certificate, row.log_hash) == (event.salt, event.certificate, event.place.log_hash)
    assert (row.operation, row.channel, row.generation, row.sequence, row.epoch) == (
        desk.operation.id,
        event.place.channel,
        1,
        event.place.sequence,
        1,
    )
    assert row.addressees == '[{"country":"FR"},{"role":"coordinator"},{"account":"01010101010101010101010101010101"}]'
    assert (row.answer_by, row.handling, row.handling_text) == (NOW + 3600, "H3", "à rendre")
    assert (row.source, row.information, row.language) == ("B", "2", "fr")
    assert (row.reply_to, row.author_revoked) == (b"\x02" * 16, 1)
    assert row.definition == encode_form(forms["note"])


async def test_a_name_that_the_relay_withholds_does_not_hold_up_a_record(
    archive: Keep, desk: Desk, labels: Labels
) -> None:
    event = desk.message("note", {"text": "x"})
    desk.operation = without_names(desk).operation

    await archive.take(event)

    (found,) = (await archive.page(Criteria(), labels)).found
    assert (found.author_name, found.author_country) == (None, None)


async def test_two_versions_of_a_form_share_the_fields_that_mean_the_same(
    archive: Keep, desk: Desk, ivory: Values
) -> None:
    await archive.take(desk.message("seizure", ivory), desk.message("seizure", ivory))

    async with archive.database.reading() as connection:
        fields = (await connection.scalars(select(FIELDS.c.name).where(FIELDS.c.block == "items"))).all()
        kept = (await connection.scalars(select(FORMS.c.id))).all()

    assert len(fields) == len(set(fields))
    assert len(kept) == 1


@pytest.mark.parametrize("kind", ["epoch", "repeated", "removed"])
async def test_what_is_no_message_moves_the_cursor_and_records_nothing(
    archive: Keep, desk: Desk, labels: Labels, kind: str
) -> None:
    place, account = desk.next_place(), AccountId(bytes(16))
    events: dict[str, Event] = {
        "epoch": EpochBegan(place=place, committer=account, added=(), removed=(), own=False),
        "repeated": Repeated(place=place),
        "removed": RemovedFromChannel(place=place, committer=account),
    }

    await archive.take(events[kind])

    assert archive.version == 1
    assert (await archive.page(Criteria(), labels)).found == ()
