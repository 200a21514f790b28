"""``python -m hotline_agi.cli``: what a supervisor starts."""

from hotline_agi.cli import main

main()
