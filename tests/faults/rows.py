"""Every fault that ASTERISK.md names (2.3 and 4.1): the columns of the matrix that have it, or the tests that do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    section: str
    fault: str
    columns: tuple[str, ...] = ()
    """Faults of the matrix."""
    elsewhere: tuple[str, ...] = ()
    """Tests, as pytest names them."""
    without: str = ""
    """Why there is neither."""


def _row(section: str, fault: str, *columns: str, tests: tuple[str, ...] = (), without: str = "") -> Row:
    return Row(section=section, fault=fault, columns=columns, elsewhere=tests, without=without)


_FASTAGI = "tests/e2e/test_faults_fastagi.py::"
_NOBODY = "tests/e2e/test_nobody_comes.py::"
_ABSENT = "tests/e2e/test_faults_absent.py::"
_ACCEPT = "tests/e2e/test_accept.py::"
_TWO_ACCEPT = (f"{_ACCEPT}test_two_mobiles_press_1_within_5_ms", f"{_ACCEPT}test_two_softphones_pick_up_within_5_ms")
_GONE = (f"{_NOBODY}test_all_are_busy", f"{_NOBODY}test_all_are_unreachable", f"{_NOBODY}test_all_decline")
_ZONES = ("tests/roster/test_clock.py::test_a_clock_change_opens_no_gap_in_any_zone",)

ROWS: tuple[Row, ...] = (
    # ---- 2.3
    _row("2.3", "controller SIGKILL before the call", "sigkill"),
    _row("2.3", "SIGKILL during AGI", "sigkill", "sigkill restarted"),
    _row("2.3", "SIGKILL while ringing / after bridge", "sigkill", "sigkill restarted"),
    _row("2.3", "SIGSTOP / deadlock / 100 % CPU", "sigstop 20 s", "sigstop watched"),
    _row("2.3", "restart loop", tests=("tests/test_supervisor.py::test_who_ends_is_started_anew_for_ever",)),
    _row("2.3", "AMI lost / half open", "ami reset 1 s", "ami reset 30 s", "ami silent 1 s", "ami silent 30 s"),
    _row("2.3", "Asterisk crash", "asterisk killed"),
    _row("2.3", "Asterisk upgrade", tests=("tests/e2e/test_faults_asterisk.py::test_asterisk_restarts_under_calls",)),
    _row("2.3", "core/dialplan reload", "core reload", "bad reload"),
    _row("2.3", "AGI refused / backlog full", "agi refused"),
    _row("2.3", "name server down", without="no name is looked up: HOTLINE_AGI is an address (site/globals.conf)"),
    _row("2.3", "roster missing, half-written, conflict markers, wrong types", "roster broken"),
    _row("2.3", "nobody on shift (gap)", tests=(f"{_NOBODY}test_none_is_on_shift",)),
    _row("2.3", "all busy/unreachable", tests=_GONE),
    _row("2.3", "mobile voicemail picks up", "voicemail"),
    _row("2.3", "volunteer's phone in the lift (registered, dead)", "softphone vanishes", "mobile vanishes"),
    _row("2.3", "two accept at once", tests=_TWO_ACCEPT),
    _row("2.3", "caller hangs up at any time", "caller leaves"),
    _row("2.3", "SQLite/Postgres down, disk full, locked", "journal locked", "journal replaced", "disk full"),
    _row("2.3", "MQTT down / slow / hanging TLS", without="there is no MQTT yet"),
    _row("2.3", "clock jump", "clock +1 h", "clock -1 h"),
    _row(
        "2.3",
        "DST, time zone, shift end during ringing",
        tests=(*_ZONES, f"{_ABSENT}test_shift_changes_without_the_service"),
    ),
    _row("2.3", "registration/INVITE flood", "flood"),
    _row("2.3", "TLS connection exhaustion", without="the firewall's; see the security part of this issue"),
    _row("2.3", "log disk full", "log disk full"),
    _row("2.3", "two controllers", without="there is one controller; a standby is a later issue"),
    _row(
        "2.3",
        "wrong plan from a buggy controller",
        "agi half a line",
        tests=(f"{_FASTAGI}test_nonsense_for_an_answer_leads_to_survival",),
    ),
    _row("2.3", "no audio on the volunteer's leg", "mobile vanishes", "bad network, SIP and RTP"),
    _row("2.3", "trunk unreachable", without="the carrier's own forwarding: nothing of it reaches this Asterisk"),
    # ---- 4.1
    _row(
        "4.1",
        "controller SIGKILL, SIGSTOP, SIGABRT, loop, exception, OOM",
        "sigkill",
        "sigkill restarted",
        "sigabrt restarted",
        "sigterm restarted",
        "sigstop 20 s",
        "sigstop watched",
    ),
    _row(
        "4.1",
        "TCP probe on AGI port, half header, 1 MiB header, no newline, RST in mid-answer",
        "agi half a line",
        "agi slow",
        tests=(f"{_FASTAGI}test_garbage_disturbs_no_call",),
    ),
    _row(
        "4.1",
        "AMI: close, RST, black hole 30 s, wrong banner, login refused, forged events, burst",
        "ami reset 1 s",
        "ami reset 30 s",
        "ami silent 30 s",
        "ami wrong banner",
        "ami login refused",
        tests=("tests/asterisk/test_ami.py::test_garbage_between_events_costs_nothing",),
    ),
    _row(
        "4.1",
        "Asterisk SIGKILL, SIGSTOP 30 s, core reload, stop gracefully, bad config reload",
        "asterisk killed",
        "asterisk still 6 s",
        "core reload",
        "bad reload",
        tests=("tests/e2e/test_faults_asterisk.py::test_asterisk_restarts_under_calls",),
    ),
    _row(
        "4.1",
        "roster: truncate, flip, conflict markers, missing, 0 bytes, symlink swap, bombs",
        "roster broken",
        tests=("tests/roster/test_mutations.py::test_every_truncation_of_every_file_is_refused_or_equal",),
    ),
    _row(
        "4.1",
        "no shift, one volunteer, all busy, all decline, all dead, 50 legs",
        "mobile busy",
        "mobile declines",
        tests=(f"{_NOBODY}test_none_is_on_shift", *_GONE, f"{_ABSENT}test_forty_on_shift_are_rung_together"),
    ),
    _row("4.1", "voicemail answers on k of n legs", "voicemail", tests=(f"{_ACCEPT}test_a_voicemail_does_not_win",)),
    _row("4.1", "n presses of 1 within 10 ms", tests=_TWO_ACCEPT),
    _row(
        "4.1",
        "caller CANCEL/BYE at a random time",
        "caller leaves",
        tests=("tests/e2e/test_caller_leaves.py::test_around_accept_and_bridge",),
    ),
    _row(
        "4.1",
        "DB locked/down/full; MQTT; log, spool, AstDB disk full",
        "journal locked",
        "journal replaced",
        "disk full",
        "log disk full",
    ),
    _row("4.1", "clock steps; DST nights; shift end within ringing", "clock +1 h", "clock -1 h", tests=_ZONES),
    _row(
        "4.1",
        "floods of REGISTER and INVITE; idle connections",
        "flood",
        tests=(f"{_FASTAGI}test_idle_connections_disturb_no_call",),
    ),
    _row("4.1", "two controllers, network split, epoch race", without="there is one controller"),
    _row("4.1", "chaos soak", without="a run of its own, in this issue: tests/chaos"),
)
