"""``hotline report``: the report on a period, made from the journal, and the weekly mail that carries it.

- ``book``  what the journal and the rosters give → a report per line
- ``mail``  the report as a message, and its sending
"""
