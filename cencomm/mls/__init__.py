"""Messaging Layer Security, RFC 9420, without input or output.

Import the module that you need: the relay reads public framing and must not load what knows secrets.
"""
