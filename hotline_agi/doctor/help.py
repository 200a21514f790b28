"""Of help in talks: the modules, and whether keys in a talk do what they should."""

from hotline_agi.asterisk.inspection import HelpInspection
from hotline_agi.doctor.check import Check, failed, ok


def judge_help(seen: HelpInspection) -> list[Check]:
    """Of an Asterisk whose roster has a line with ``high_risk``."""
    name = "help in talks"
    if seen.missing_modules:
        remedy = "asterisk -rx 'module load NAME.so' for each; `load` them in modules.conf, and `noload` none of them"
        return [failed(name, f"not loaded: {', '.join(seen.missing_modules)}", remedy)]
    if seen.deaf_keys:
        remedy = (
            "#include hotline/features.conf under [applicationmap] of features.conf, let the keys there (or in "
            "site/features.conf) be those of site/globals.conf, then: module reload features"
        )
        return [failed(name, f"keys that do nothing in a talk: {', '.join(seen.deaf_keys)}", remedy)]
    return [ok(name, "keys in a talk reach the service")]
