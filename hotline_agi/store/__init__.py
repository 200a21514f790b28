"""The journal of calls in SQLite: written by the service without ever waiting, read by the commands.

- ``journal``   what the service holds; ``writer`` is its thread, ``database`` and ``spool`` the two files
- ``records``   what it is given, as rows; ``schema`` the tables
- ``reading``   the other side, read-only
"""
