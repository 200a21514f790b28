"""Outbound campaigns, pure: what a campaign's file says, who is rung next and when, and what a call asks.

- ``model``, ``campaign_file``  a campaign, and its text
- ``calling_hours``             when anybody may be rung at all
- ``listing``                   a list of numbers, row by row: what is taken, and what is wrong
- ``pacing``, ``dialler``       how many calls now, to whom, and what becomes of each person
- ``questionnaire``             what is said next, by the key that was pressed
- ``phrases``                   what is spoken

Nothing here does I/O or reads a clock. The shell is `hotline_agi.outbound`.
"""
