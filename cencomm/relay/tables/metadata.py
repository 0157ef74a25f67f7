"""Where the relay's tables are registered."""

from cencomm.site.naming import new_metadata

METADATA = new_metadata()
