"""The journal of calls: written by the service without ever waiting, read by the commands. SQLAlchemy Core over SQLite.

- ``journal``   what the service holds; ``writer`` is its thread, ``database`` and ``spool`` the two files
- ``records``   what it is given, as rows; ``steps`` what the machine did, ``purging`` how long
- ``schema``    the tables; ``migrations`` how a file gets them, ``opening`` it, ``dialect`` what is SQLite's own
- ``reading``   the other side, read-only; ``tape`` for replays, ``standings`` of volunteers, ``remembering`` at a start
- ``callers``   who calls, as tokens, and the flags on them
- ``past``      all that a service finds in its state folder
"""
