"""A hotline to try and to test against: a real Asterisk of its own, callers and volunteers as real SIP phones.

``install`` says which Asterisk is run and fetches a private one where the machine has none.
"""
