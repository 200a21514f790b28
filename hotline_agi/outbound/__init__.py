"""The shell of outbound campaigns: `hotline campaign`. What it decides is in `hotline_agi.campaign`.

- ``preparation``  a campaign's file, the settings and the roster, checked against each other
- ``lists``        a spreadsheet of numbers into the journal
- ``desk``         the journal, asked in a thread of its own
- ``interview``    the dialplan's questions while people listen
- ``running``      the loop: who is due is rung, until nobody is

It is a process of its own, with its own link to Asterisk: whatever happens to it, no call of the hotline waits for it.
"""
