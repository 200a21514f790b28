"""What coordinators do with rosters: see, enter, edit, compare. Files, git, spreadsheets and pictures stand here."""
