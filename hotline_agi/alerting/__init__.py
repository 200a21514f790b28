"""Telling the outside of alarms, without ever waiting for it.

- ``sink``      what a sink is, and its only promise: it ends when it is told to
- ``mail``      e-mail by SMTP
- ``webhook``   HTTPS POST of JSON, signed
- ``outbox``    one task per sink: the newest state, a time limit, back-off
- ``alarm_state``  the state file ``alarms.json``
"""
