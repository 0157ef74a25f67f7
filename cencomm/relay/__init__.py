"""The delivery service: orders, keeps and passes on what it cannot read (docs/relay.md)."""
