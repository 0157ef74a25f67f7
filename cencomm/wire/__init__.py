"""What client and relay say to each other: JSON documents, error codes and limits (docs/protocol.md sections 8 and 9).

Shapes only. Whether bytes inside a document are an MLSMessage, an entry or a certificate is judged by who uses them.
"""
