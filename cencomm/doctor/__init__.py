"""`cencomm doctor`: looks at a computer and the folder of a relay, a node or a mailbox, and says what to do."""
