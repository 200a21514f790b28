"""Rosters on disk: read from a folder in bounded time and memory, kept aside, watched, followed in git.

```text
folder, contacts, work_tree → settled (one state of them all) ┐
                                                    last_good ┴→ child ═ transfer ═ loading → following → the service
```
"""

from hotline_agi.rosters.folder import load, read_bounded, read_files

__all__ = ["load", "read_bounded", "read_files"]
