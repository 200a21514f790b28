"""Pure: the machine that decides who rings, who wins, and what a caller meets next. No I/O, no clock, no chance."""
