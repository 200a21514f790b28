"""The report on a period, for coordinators: what was offered, answered, abandoned, who carried it, what was lacking.

- ``span``      the period, as people type it, and the one before
- ``calls``     one call as the report takes it in, and in which part it counts
- ``tally``     calls counted: service level, waits, talks
- ``hours``     the same by hour, weekday and day; a map of the week
- ``waves``     ring step by ring step
- ``carried``   what each volunteer did
- ``missed``    whoever reached nobody, and whether they ever did
- ``coverage``  people promised by the roster against those who could be rung
- ``maker``     takes calls in, one after the other, and gives the whole report
- ``words``     names and formulas, in English and Chinese
- ``sheets``    tables of all that, for terminal and page
- ``values``    every figure with a stable name, for CSV and JSON
- ``markup``, ``charts``, ``page``  one HTML file
- ``letter``    the weekly mail's text
"""
