"""A node's JSON API for its people and their programs (docs/api.md)."""
