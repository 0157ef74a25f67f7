"""All tables at once, for migrations: whoever imports a table's module registers it."""

from cencomm.relay.tables import accounts, attachments, devices, history, logs, mailboxes, operations, pulse
from cencomm.relay.tables.metadata import METADATA

__all__ = ["METADATA", "accounts", "attachments", "devices", "history", "logs", "mailboxes", "operations", "pulse"]
