"""Pure: past calls → a timeline in plain words, rows for tables, totals with their formulas."""
