"""The cryptographic building blocks, and the only importer of nacl and cryptography.

Raw keys and raw bytes go in and out here and nowhere above. libsodium trusts the lengths that it is told, and its
Python binding hands it pointers unchecked: every length is checked in these modules before it is called.
"""
