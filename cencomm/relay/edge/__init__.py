"""HTTP and WebSocket: parse, call, answer. Nothing behind this package has heard of HTTP."""
