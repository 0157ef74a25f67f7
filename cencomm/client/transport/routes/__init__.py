"""The routes of docs/protocol.md section 8, by what they are about; `relay_client.py` is all of them."""
