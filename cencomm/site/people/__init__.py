"""The people of one server: how they sign in there, what they may do, and what they looked at (docs/api.md)."""
