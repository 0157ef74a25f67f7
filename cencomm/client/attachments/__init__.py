"""Files that go with messages: read, cleaned, sealed, sent, fetched and saved."""
