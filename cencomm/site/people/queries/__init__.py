"""SQL over the tables of people. Every function works in its caller's transaction and never commits."""
