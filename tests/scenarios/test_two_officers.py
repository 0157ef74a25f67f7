"""A coordinator founds an operation, two officers join it, and one tells the other of a seizure."""

from cencomm.client.events import MessageDelivered
from cencomm.client.posting import send
from cencomm.client.watch import catch_up
from cencomm.forms.canonical_json import JsonValue
from tests.scenarios.people import Person, Place, draft

SEIZURE: dict[str, JsonValue] = {
    "case_ref": "FR-2026-0117",
    "seizure_date": "2026-11-20",
    "reporting_country": "FR",
    "location_type": "airport",
    "place": {"code": "CDG", "city": "Paris", "country": "FR"},
    "items": [{"category": "CIT", "quantity": {"amount": "12.50", "unit": "KGM", "basis": "net"}}],
}


async def test_what_one_officer_reports_the_other_reads(ana: Person, bob: Person, carla: Person, place: Place) -> None:
    sent = await send(ana.mailbox, place.operation, place.channel, draft(place, SEIZURE))

    await catch_up(bob.mailbox)
    await catch_up(carla.mailbox)

    for reader in (bob, carla):
        (message,) = reader.said(MessageDelivered)
        assert message.account == ana.account
        assert message.envelope.body.values == SEIZURE
        assert message.place.sequence == sent.sequence
        assert not message.own
