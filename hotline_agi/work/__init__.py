"""The list of work: callers who are to be called back. Pure: what may become of an entry, and which comes next.

- ``entry``      one entry, and every move that it may make
- ``gathering``  which calls make an entry, which belong to one that is there, and which entries close by themselves
- ``order``      who is called first
"""
