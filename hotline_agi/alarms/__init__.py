"""What is wrong now, told once: conditions become alarms, alarms become digests. Pure: no I/O, `now` is an argument.

- ``kinds``       what there are alarms about, and how each is damped
- ``conditions``  facts in, conditions out
- ``counts``      how many of a thing there were lately
- ``book``        conditions come and go; an alarm is raised once, is over once, and each sink hears both once
- ``wording``     a digest as words and as JSON
"""
