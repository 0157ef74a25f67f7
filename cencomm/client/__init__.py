"""A member's device: everything that an officer's computer does, and what a node builds on.

    account/     signing up and in, the password's two keys, the vault that the relay keeps sealed
    vault/       what lies on this computer, sealed
    transport/   HTTP and WebSocket to the relay
    operation/   an operation as we verified it: its ledger, names, keys
    unit/        what only coordinators do: found, invite, admit, revoke, declare
    channel/     one MLS group and its log: joining, receiving, sending, enacting
    commands/    the command line, over desk.py

`mailbox.py` holds it together: the one place where any of it changes.
"""
