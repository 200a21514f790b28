"""A hotline in virtual time: the real machine, seeded callers and volunteers, and the queues of Asterisk beside it.

Nothing here reads a clock. What happens by chance comes from seeds, so that the same seed plays the same day.
"""
