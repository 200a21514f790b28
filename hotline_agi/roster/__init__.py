"""Pure: text of YAML rosters in, who is on shift at an instant out. No files, no clock."""
