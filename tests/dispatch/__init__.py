"""Tests of the machine that decides."""
