"""Pure: what a roster means for people: coverage, hand-overs, hours and nights, the effect of a change."""
