"""The types of fields. `types.py` has the table of all."""
