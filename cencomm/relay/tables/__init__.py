"""The relay's tables, by noun. docs/relay.md says what each is for and when its rows go."""
