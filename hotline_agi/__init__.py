"""hotline_agi: the call controller of a volunteer crisis line.

The hospital's Asterisk hands each incoming call to this service (FastAGI); the service reads from YAML rosters
who is on shift and rings them together (AMI ``Originate``); the first who accepts talks to the caller.
"""
