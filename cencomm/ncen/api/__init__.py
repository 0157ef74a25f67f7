"""What an nCEN's API answers beside what every node's does (docs/api.md)."""
