"""Two coordinators who found an operation together: nouns of the unit's scenarios."""

from cencomm.client.operation.operation import Operation
from cencomm.client.unit import as_planned, cofounding
from cencomm.client.watch import catch_up
from cencomm.forms.operation import OperationPlan
from cencomm.ids import OperationId
from tests.scenarios.people import Person, profile


async def found_together(creator: Person, second: Person, plan: OperationPlan) -> OperationId:
    """The operation of `plan`, no exercise, with both in its channels."""
    waiting = await cofounding.begin_founding(creator.mailbox, plan.name, second=profile(second, None))
    await cofounding.answer_founding(second.mailbox, waiting.letter(creator.mailbox))
    operation = await as_planned.found_together(creator.mailbox, plan, waiting, profile=profile(creator, None))
    assert await cofounding.founded(second.mailbox, waiting.letter(creator.mailbox)) == operation
    await catch_up(second.mailbox)
    return operation


def known(person: Person, operation: OperationId) -> Operation:
    return person.mailbox.operation(operation)
