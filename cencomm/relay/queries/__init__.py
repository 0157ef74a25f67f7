"""SQL, and the only importers of it. A query takes a connection, returns our values and never commits."""
