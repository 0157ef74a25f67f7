"""The plan that an operation was founded from, as this computer kept it."""

from cencomm.client.desk import Desk
from cencomm.client.unit import as_planned
from cencomm.errors import UsageError
from cencomm.forms.code_list import load_code_lists
from cencomm.forms.language import pick
from cencomm.forms.library import load_forms
from cencomm.forms.operation import OperationPlan, Post, decode_operation
from cencomm.ids import OperationId

MAX_TOML_BYTES = 1 << 20
PLAN_PREFIX = "plan-source/"


def read_plan(source: str) -> OperationPlan:
    lists = load_code_lists()
    return decode_operation(source, load_forms(lists), lists)


async def plan_of(desk: Desk, chosen: OperationId) -> OperationPlan | None:
    """The plan that the operation was founded from, if it was on this computer."""
    source = await desk.mailbox.store.get(PLAN_PREFIX + chosen.hex())
    return None if source is None else read_plan(source.decode())


async def find_post(desk: Desk, chosen: OperationId, name: str) -> Post:
    plan = await plan_of(desk, chosen)
    if plan is None:
        raise UsageError("the plan of this operation is not in this mailbox: give --role and --name")
    found = next((post for post in plan.posts if post.name == name), None)
    if found is None:
        raise UsageError(f"the plan has no post {name!r}; it has {', '.join(post.name for post in plan.posts)}")
    return found


async def open_channels(desk: Desk, chosen: OperationId, language: str) -> list[str]:
    """Titles of the plan's channels that could be opened now, since their posts are filled."""
    plan = await plan_of(desk, chosen)
    opened = [] if plan is None else await as_planned.open_planned_channels(desk.mailbox, chosen, plan)
    return [pick(channel.label, language) for channel in opened]
