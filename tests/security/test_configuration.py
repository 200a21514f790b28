"""What must stand in asterisk-conf, and what must not: quick looks beside the proofs on a real Asterisk."""

import re
from pathlib import Path

from hotline_agi.lab.pbx import CONF

DIALPLAN = CONF / "hotline/extensions.conf"
CODE = [line.partition(";")[0].strip() for line in DIALPLAN.read_text(encoding="utf-8").splitlines()]
DIALLED = {
    "${HOTLINE_LEGS}",
    "${HOTLINE_PLAN_TRANSFER}",
    "${CUT(HOTLINE_ROW,:,3)}",
}
"""Survival rings what `hotline-plan` made of checked rows, or the operator's HOTLINE_EMERGENCY; nothing else."""
HARMLESS = set("ciIgdmU")
"""Options of Dial. Left out: t T (transfer), h H (hang up by key), k K (park), w W x X (record), o f (caller id)."""


def settings(name: str, section: str = "") -> dict[str, str]:
    """The options of a file (or of one section of it); of repeated ones the last."""
    found: dict[str, str] = {}
    here = not section
    for line in (CONF / name).read_text(encoding="utf-8").splitlines():
        text = line.partition(";")[0].strip()
        if text.startswith("["):
            here = not section or text.startswith(f"[{section}]")
        elif here and "=" in text:
            key, _, value = text.partition("=")
            found[key.strip()] = value.strip().lstrip("> ")
    return found


def test_dial_is_told_by_checked_rows_alone_and_lets_nobody_transfer():
    dials = [line.partition("Dial(")[2] for line in CODE if re.search(r",Dial\(", line)]
    assert len(dials) == 5
    for dial in dials:
        target = next((one for one in DIALLED if dial.startswith(f"{one},")), None)
        assert target is not None, dial
        options = re.sub(r"\([^()]*(\([^()]*\))?[^()]*\)", "", dial.removeprefix(f"{target},").partition(",")[2])
        assert set(options.rstrip(")")) <= HARMLESS, dial
        assert {"i", "I"} <= set(options), dial  # no forwarding, no connected line


def test_no_pattern_takes_any_text_and_no_application_leaves_the_dialplan():
    extensions = [line.partition("=>")[2].split(",")[0].strip() for line in CODE if line.startswith("exten")]
    assert len(extensions) > 60
    assert all(re.fullmatch(r"[A-Za-z-]+|\*|_[+]?X+|_eXXXX|000|1|2", one) for one in extensions), extensions
    text = "\n".join(CODE)
    for word in ("System(", "TrySystem", "SHELL(", "FILE(", "EVAL(", "CURL(", "Exec(", "DISA", "ChanSpy", "Originate("):
        assert word not in text, word
    for place in re.findall(r"CALLERID\([a-z]+\)[^)]*\)", text):
        assert place == "CALLERID(all)=${HOTLINE_CALLERID})", place


def test_features_are_off_and_anonymous_calls_come_over_the_trunk_alone():
    features = (CONF / "features.conf").read_text()
    assert not [line for line in features.splitlines() if "=" in line and not line.startswith(";")]
    modules = (CONF / "modules.conf").read_text().splitlines()
    for name in ("res_pjsip_endpoint_identifier_anonymous", "res_pjsip_refer", "res_pjsip_messaging", "app_disa"):
        assert f"noload = {name}.so" in modules
    templates = (CONF / "hotline/pjsip.conf").read_text()
    for option in ("allow_transfer", "allow_subscribe", "send_pai", "send_rpid", "trust_id_inbound", "direct_media"):
        assert re.findall(rf"^{option} = (\S+)", templates, re.MULTILINE) == ["no"], option


def test_ami_stays_at_home_and_limits_guessing():
    manager = settings("manager.conf")
    assert settings("site/manager-general.conf")["bindaddr"] == "127.0.0.1"
    assert manager["webenabled"] == "no"
    assert int(manager["authtimeout"]) <= 5
    assert int(manager["authlimit"]) <= 20
    assert settings("http.conf")["enabled"] == "no"
    user = (CONF / "hotline/manager.conf").read_text()
    assert "deny = 0.0.0.0/0.0.0.0\ndeny = ::/0\npermit = 127.0.0.0/255.0.0.0\n" in user
    assert "write = originate,call\n" in user
    assert settings("site/globals.conf")["HOTLINE_AGI"] == "agi://127.0.0.1:4573"


def test_the_ami_user_of_campaigns_places_calls_and_looks_and_no_more():
    user = (CONF / "hotline/manager.conf").read_text().partition("[hotline-campaigns](!)\n")[2]
    options = [line for line in user.splitlines() if re.match(r"(deny|permit|read|write) = ", line)]
    assert options == [
        "deny = 0.0.0.0/0.0.0.0",
        "deny = ::/0",
        "permit = 127.0.0.0/255.0.0.0",
        "read = system,call",
        "write = originate,reporting",
    ]


def test_no_caller_is_refused_by_a_counter():
    options = settings("site/options.conf")
    assert (options["maxcalls"], options["maxload"]) == ("0", "0")
    transport = settings("pjsip.conf", "global")
    assert transport["taskprocessor_overload_trigger"] == "none"
    assert int(transport["unidentified_request_count"]) > 0
    assert options["live_dangerously"] == "no"


def test_no_secret_is_in_the_repository():
    for path in Path(CONF).rglob("*.conf"):
        for key, value in settings(str(path.relative_to(CONF))).items():
            if key in ("secret", "password", "HOTLINE_WORD", "md5_cred"):
                assert value in ("", "CHANGE-ME"), path


def test_the_recorder_runs_nothing_and_names_its_files_itself():
    """MixMonitor's third argument is a command for the shell; its file name may hold nothing that somebody typed."""
    lines = [
        line.partition(";")[0].strip()
        for path in sorted((CONF / "hotline").glob("extensions*.conf"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    recorders = [line for line in lines if "MixMonitor(" in line and "StopMixMonitor(" not in line]
    assert [line.partition("MixMonitor(")[2] for line in recorders] == ["${HOTLINE_TALKS}/${HOTLINE_TALK_FILE}.wav,b)"]
    names = [line.partition("Set(HOTLINE_TALK_FILE=")[2] for line in lines if "Set(HOTLINE_TALK_FILE=" in line]
    did, call = "FILTER(0-9,${IMPORT(${ARG1},HOTLINE_DID)})", "FILTER(-a-z0-9.,${IMPORT(${ARG1},CHANNEL(uniqueid))})"
    assert set(names) == {")", f"${{EPOCH}}_${{{did}}}_${{{call}}})"}
    assert settings("site/globals.conf")["HOTLINE_TALKS"] == ""
