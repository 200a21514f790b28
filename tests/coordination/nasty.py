"""Valid rosters that are hard to edit: odd indentation, comments in every place, quotes, both styles, other line ends.

Comments are numbered (``#1``, ``#2``…) and ``#`` with a digit stands nowhere else, so that a test can count them
without a parser.
"""

import re

_LINE = b"name: {zh: a, en: b}\ntime_zone: Europe/Berlin\nnumbers: ['100']\n...\n"

_BLOCK = {
    "line.yaml": _LINE,
    "people.yaml": b"""\
#1 people
volunteers:   #2
     ann:  #3
         name: "Ann #no comment: [x] "   #4
         # 5 blanks deep
         endpoints:  #5
         - softphone: v01   #6
         #7
         -   mobile
     #8
     'bob': {name: Bob, endpoints: [mobile]} #9
     "cat":
       endpoints:
           [  #10
             mobile,   #11
             {softphone: v03}   #12
           ]
       name: >-   #13
          Cat
          of nine
     #14

     ? dan   #15
     : name: Dan
       endpoints: [softphone: v04]


     eve:
       endpoints: [mobile]
       languages:
       - zh
       - en #16
       name: 'Eve'
 #17
...
""",
    "shifts.yaml": b"""\
#1
"shifts": #2
 #3
 night: #4

   from: 22:00   #5
   until: 06:00
   people: [ann, bob]   #6
   backup: #7
   - cat #8

   #9
   - dan
 'day':
     until: 22:00
     people:   #10
         #11
         "mon-fri":   [ann,   bob , cat]   #12
         ? 'sat, sun' #13
         : - dan
           #14
           -     eve   #15
         #16
     from: 06:00

 #17
 noon: {from: "12:00", until: 13:00, people: [ #18
    ann, #19
    #20
    bob  #21
    , cat, #22
    ], min: 0}
 late:
  from: 20:00
  until: 23:00
  people:
     since: 2026-02-02
     turns: #23
     - [ann]
     -  #24
        mon: [bob] #25
        tue-sun: [cat, ann]   #26
     - - dan #27
       - eve
     turn_days: 7
  coordinator: ann #28
#29
...

""",
    "covers.yaml": b"""\
#1
covers:   #2
  #3
  - sick: cat #4
    from: 2026-02-14
    #5
    note: "a # in a note"   #6
  -   {extra: [bob,   dan], date: 2026-03-01, slot: noon} #7
  # -8

  - swap: #9
    - ann
    - eve #10
    date: 2026-03-02
    slot: day
  - away: dan
    from: 2026-03-05 04:00 #11
    until: 2026-03-07
    instead: eve #12
#13
...
""",
    "days.yaml": b"""\
special_days: #1
    2026-05-01:
      name: Labour day #2
      people: {day: [ann, #3
         eve]}
      backup:
        day:
        - dan #4
        - bob
...
""",
    "months/2026-04.yaml": b"""\
people:
   2026-04-01: {night: [ann, cat], day: [eve]} #1
   2026-04-02:
     night:
     - bob #2
     - dan #3
backup: {2026-04-01: {night: [dan]}} #4
...
""",
}

_FLOW = {
    "line.yaml": _LINE,
    "people.yaml": b"""\
--- #1
{"volunteers": {"ann": {"name": "Ann", "endpoints": ["mobile"]}, #2
"bob": {"name": "Bob", "endpoints": ["mobile"]}, "cat":{"name":"Cat","endpoints":["mobile"]}, #3
  dan: {name: Dan, endpoints: [mobile]}, eve: {name: Eve, endpoints: [softphone: v5]},},} #4
...
""",
    "shifts.yaml": b"""\
{"shifts": {
  "night": {"from": "22:00", "until": "06:00", "people": ["ann","bob"], "backup": [cat, dan,]}, #1
  "day": {"from": "06:00", "until": "22:00", "people": {"mon-fri": ["ann", "bob", "cat"], "sat, sun": [dan, #2
       eve]}}, #3
  noon: {from: 12:00, until: 13:00, people: {daily: [ann, bob]}},
  "late": {"from": 20:00, "until": "23:00", "people": {"turn_days": "7", "since": "2026-02-02",
    "turns": [["ann"], {"mon": ["bob"], "tue-sun": ["cat", ann]}, [dan, eve]]}, "coordinator": "ann"}}}
...
""",
    "covers.yaml": b"""\
{covers: [{sick: cat, from: 2026-02-14}, #1
  {extra: [bob, dan], date: 2026-03-01, slot: noon},{swap: [ann, eve], date: 2026-03-02, slot: day}]}
...
""",
}

_EMPTY = {
    **_BLOCK,
    "covers.yaml": b"#1\n'covers' : [] #2\n#3\n...\n",
}


def _ending(files: dict[str, bytes], end: bytes) -> dict[str, bytes]:
    return {f"haven/{name}": text.replace(b"\n", end) for name, text in files.items()}


ROSTERS = {
    "block": _ending(_BLOCK, b"\n"),
    "block-crlf": _ending(_BLOCK, b"\r\n"),
    "block-cr": _ending(_BLOCK, b"\r"),
    "flow": _ending(_FLOW, b"\n"),
    "flow-crlf": _ending(_FLOW, b"\r\n"),
    "no-covers": {path: text for path, text in _ending(_BLOCK, b"\n").items() if "covers" not in path},
    "empty-covers": _ending(_EMPTY, b"\r\n"),
}


def comments(text: bytes) -> list[str]:
    """The numbered comments, in order, found without a parser."""
    return re.findall(r"#(?:\d+)(?=[ \r\n])[^\r\n]*", text.decode())
