"""What hospital IT configures, read once at start, from one YAML file. Every problem in it is reported at once.

Secrets are never in this file: `ami.secret_file` and `contacts_key` name files. Where systemd hands over a file of that
name (``LoadCredential=ami-secret:…``), it is read instead, so that the named one may be root's alone.
"""

import ipaddress
import os
import re
from dataclasses import dataclass, replace
from pathlib import Path

from hotline_agi.alarm_settings import AlarmSettings, alarm_settings
from hotline_agi.archive import Archive
from hotline_agi.asterisk.dial_rules import USUAL, DialRules, dial_rules
from hotline_agi.campaign_settings import OFF, CampaignSettings, campaign_settings
from hotline_agi.canary_settings import NEVER, CanarySettings, canary_settings
from hotline_agi.encryption import SoftphoneTls, softphone_tls
from hotline_agi.errors import SetupError
from hotline_agi.recording_settings import NOTHING, RecordingSettings, recording_settings
from hotline_agi.report_settings import USUAL as USUAL_REPORTS
from hotline_agi.report_settings import ReportSettings, report_settings
from hotline_agi.retention import Ages, keep_section
from hotline_agi.roster.document import Node, parse
from hotline_agi.roster.fields import Fields
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.values import integer, scalar, yes_no
from hotline_agi.terms.ids import NodeId, is_id

MAX_BYTES = 64 * 1024
MAX_TEXT_BYTES = 900
"""Of one value, and of the secret: a line for Asterisk holds 1,000."""
WATCH_ROSTERS_S = 5
"""On without being asked: whoever pulls a roster and forgets to reload would leave yesterday's people on shift. Nothing
half done is read (`rosters/settled.py`), and a look costs about a millisecond."""
_WORD = re.compile(r"[A-Za-z0-9_-]{16,128}")
"""What may stand in a dialplan variable and in an AGI answer without any quoting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where everything is. Paths in the file may be relative to the file."""

    rosters: Path
    """Folder with one folder per line."""
    contacts: Path | None
    """The file with people's numbers; None: none is used, and mobiles cannot be rung."""
    contacts_key: Path | None
    """The key of an encrypted contacts file; None for a plain one."""
    watch_rosters_s: int
    """How often to look whether rosters or contacts have changed; 0: never, only when told to reload."""
    state: Path
    """Folder that is ours to write: the journal of calls."""
    messages: Path
    """Folder where Asterisk records callers' messages (HOTLINE_MESSAGES in site/globals.conf)."""
    sounds: Path
    """Asterisk's sounds folder; prompts are ``LANGUAGE/hotline/*.wav`` in it."""
    node: NodeId
    """Name of the Asterisk (``systemname`` in its asterisk.conf)."""
    trunk: str
    """PJSIP endpoint of the trunk, over which mobiles are reached."""
    caller_id: str
    """What volunteers see when they are rung; never a caller's number."""
    ami_host: str
    ami_port: int
    ami_user: str
    ami_secret_file: Path
    fastagi_host: str
    fastagi_port: int
    keep: Ages
    """How long is kept what is kept."""
    fastagi_word_file: Path | None
    """The file with HOTLINE_WORD of site/globals.conf; None: whoever reaches the port is believed, as before 0.4."""
    softphone_tls: SoftphoneTls
    alarms: AlarmSettings
    """Who is told of what is wrong, and from when on."""
    canary: CanarySettings
    """How test calls are placed, and how often."""
    log_format: str
    """``auto`` (JSON unless a terminal), ``json`` or ``console``."""
    recordings: RecordingSettings = NOTHING
    """For whom recordings are encrypted, and where they lie."""
    dialling: DialRules = USUAL
    """Which numbers may be dialled, and how many legs in an hour."""
    campaigns: CampaignSettings = OFF
    """Whether people are rung by campaigns, and how many."""
    reports: ReportSettings = USUAL_REPORTS
    """What counts as a short abandon, and who gets the weekly report."""
    source: Path | None = None
    """The file that says all this; None: it was read from none."""

    @property
    def archive(self) -> Archive:
        """Where recordings lie."""
        return Archive(self.recordings, messages=self.messages, state=self.state)

    def ami_secret(self) -> str:
        """The AMI user's secret.

        :raises SetupError: if its file is missing, unreadable or empty.
        """
        return _ami_secret(self.ami_secret_file)

    def campaign_secret(self) -> str:
        """The secret of the AMI user of campaigns.

        :raises SetupError: if campaigns are not enabled, or its file is missing, unreadable or empty.
        """
        if not self.campaigns.enabled or self.campaigns.secret_file is None:
            raise SetupError(
                "campaigns are not enabled, so nobody is rung: `campaigns: {enabled: yes, …}` in the settings allows "
                "them; asterisk-conf/README.md says what else they need"
            )
        return _ami_secret(self.campaigns.secret_file)

    def fastagi_word(self) -> str | None:
        """The word by which the dialplan proves itself; None if the settings name none.

        :raises SetupError: if its file is missing, unreadable, or holds no such word.
        """
        if self.fastagi_word_file is None:
            return None
        word = _read(self.fastagi_word_file, "FastAGI word", "HOTLINE_WORD of site/globals.conf")
        if _WORD.fullmatch(word) is None:
            raise SetupError(
                f"{self.fastagi_word_file} holds no word of 16 to 128 letters, digits, - and _: write there the "
                "HOTLINE_WORD of site/globals.conf (openssl rand -hex 24 makes one)"
            )
        return word


def read_settings(path: Path) -> Settings:
    """Read the settings file.

    :raises SetupError: if there is none; `InvalidText` with every problem if something in it is wrong.
    """
    try:
        content = path.read_bytes()[: MAX_BYTES + 1]
    except OSError as error:
        raise SetupError(
            f"cannot read the settings {path} ({_reason(error)}): give their path with --config; "
            "asterisk-conf/hotline.example.yaml is one to start from"
        ) from error
    findings = Findings()
    fields = Fields.of(parse(str(path), content), findings, "the settings")
    if fields is None:
        findings.refuse()
        raise AssertionError
    base = path.resolve().parent
    settings = _settings(fields, base, findings, path.resolve())
    fields.close()
    findings.refuse()
    assert settings is not None
    return settings


def _settings(fields: Fields, base: Path, findings: Findings, source: Path) -> Settings | None:
    def place(node: Node, found: Findings) -> Path | None:
        text = _text(node, found)
        # $CREDENTIALS_DIRECTORY is where systemd puts LoadCredential= files
        return None if text is None else base / os.path.expandvars(text)

    rosters = fields.required("rosters", place)
    contacts = fields.optional("contacts", place, None)
    contacts_key = fields.optional("contacts_key", place, None)
    watch_rosters_s = fields.optional("watch_rosters_s", integer(0, 3600), WATCH_ROSTERS_S)
    state = fields.required("state", place)
    messages = fields.required("messages", place)
    sounds = fields.optional("sounds", place, Path("/usr/share/asterisk/sounds"))
    node = fields.optional("node", _id, "pbx1")
    trunk = fields.optional("trunk", _id, "trunk")
    caller_id = fields.optional("caller_id", _text, '"hotline" <100>')
    log_format = fields.optional("log_format", _log_format, "auto")
    keep = fields.optional("keep", keep_section, Ages())
    dialling = fields.optional("dialling", dial_rules, USUAL)
    alarms = fields.optional("alarms", alarm_settings(place), AlarmSettings())
    recordings = fields.optional("recordings", recording_settings(place), NOTHING)
    test_calls = fields.optional("canary", canary_settings, NEVER)
    reports = fields.optional("reports", report_settings, USUAL_REPORTS)
    if reports.weekly is not None and alarms.email is None:
        findings.error(
            fields.mark("reports"),
            "`reports.weekly` has no mail server",
            "fill in `alarms.email`: the report goes out by the same server, from the same address",
        )
    ami_host, ami_port = "127.0.0.1", 5038
    ami_user, secret_file = "hotline-agi", None
    ami = fields.required("ami", lambda node, found: Fields.of(node, found, "ami"))
    if ami is not None:
        ami_host = ami.optional("host", _text, ami_host)
        ami_port = ami.optional("port", _port, ami_port)
        ami_user = ami.optional("user", _text, ami_user)
        secret_file = ami.required("secret_file", place)
        _stay_on_this_machine(ami, ami_host, findings)
        ami.close()
    agi_host, agi_port, word_file = "127.0.0.1", 4573, None
    agi = fields.optional("fastagi", lambda node, found: Fields.of(node, found, "fastagi"), None)
    if agi is not None:
        agi_host = agi.optional("host", _text, agi_host)
        agi_port = agi.optional("port", _port, agi_port)
        word_file = agi.optional("word_file", place, None)
        _stay_on_this_machine(agi, agi_host, findings)
        agi.close()
    campaigns = fields.optional("campaigns", campaign_settings(place), OFF)
    tls = fields.optional("softphone_tls", softphone_tls(place), SoftphoneTls())
    if rosters is None or state is None or messages is None or secret_file is None:
        return None
    secret_file = _handed_over(secret_file)
    contacts_key = _handed_over(contacts_key) if contacts_key is not None else None
    word_file = _handed_over(word_file) if word_file is not None else None
    if recordings.identity_file is not None:
        recordings = replace(recordings, identity_file=_handed_over(recordings.identity_file))
    if campaigns.secret_file is not None:
        campaigns = replace(campaigns, secret_file=_handed_over(campaigns.secret_file))
    return Settings(
        rosters=rosters,
        contacts=contacts,
        contacts_key=contacts_key,
        watch_rosters_s=watch_rosters_s,
        state=state,
        messages=messages,
        sounds=sounds,
        node=NodeId(node),
        trunk=trunk,
        caller_id=caller_id,
        ami_host=ami_host,
        ami_port=ami_port,
        ami_user=ami_user,
        ami_secret_file=secret_file,
        fastagi_host=agi_host,
        fastagi_port=agi_port,
        keep=keep,
        fastagi_word_file=word_file,
        softphone_tls=tls,
        log_format=log_format,
        dialling=dialling,
        alarms=alarms,
        canary=test_calls,
        recordings=recordings,
        reports=reports,
        source=source,
        campaigns=campaigns,
    )


def _handed_over(path: Path) -> Path:
    """The secret of this name that systemd hands to the service (``LoadCredential=NAME:…``); `path` where there is
    none, as for a command that somebody gives."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    handed = Path(folder) / path.name if folder else path
    return handed if handed.is_file() else path


def _stay_on_this_machine(section: Fields, host: str, findings: Findings) -> None:
    """AMI and AGI are clear text: secrets, callers' numbers, and whoever is between them is the PBX."""
    if not section.optional("insecure", yes_no, False) and not _is_loopback(host):
        findings.error(
            section.mark("host"),
            "not an address of this machine alone (127.0.0.1, ::1, localhost), and nothing is encrypted on the way",
            "let a tunnel (stunnel, ssh, WireGuard) end at a port of 127.0.0.1 and name that; on a cable of your own, "
            "with the firewall closed, `insecure: yes` beside `host` allows it",
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


_port = integer(1, 65535)


def _text(node: Node, findings: Findings) -> str | None:
    found = scalar(node, findings, "one value")
    if found is not None and not _is_line(found.text):
        what = f"not one line of at most {MAX_TEXT_BYTES} bytes"
        findings.error(found.mark, what, "no line breaks, control or invisible signs")
        return None
    return None if found is None else found.text


def _is_line(text: str) -> bool:
    return text.isprintable() and len(text.encode()) <= MAX_TEXT_BYTES


def _id(node: Node, findings: Findings) -> str | None:
    text = _text(node, findings)
    if text is not None and not is_id(text):
        findings.error(node.mark, "not a name", "small letters, digits and -, beginning with a letter")
        return None
    return text


def _log_format(node: Node, findings: Findings) -> str | None:
    text = _text(node, findings)
    if text is not None and text not in ("auto", "json", "console"):
        findings.error(node.mark, "no such log format", "auto, json or console")
        return None
    return text


def _ami_secret(path: Path) -> str:
    secret = _read(path, "AMI secret", "`secret` of site/manager-secret.conf")
    if not secret:
        raise SetupError(f"{path} is empty: write there the `secret` of site/manager-secret.conf")
    if not _is_line(secret):
        raise SetupError(
            f"{path} holds more than one line of text: write there the `secret` of site/manager-secret.conf and "
            "nothing else"
        )
    return secret


def _read(path: Path, what: str, where_else: str) -> str:
    """A secret that stands in Asterisk's files too.

    :raises SetupError: if the file is missing or unreadable.
    """
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(
            f"cannot read the {what} from {path} ({_reason(error)}): write there the {where_else}, readable by this "
            "user alone"
        ) from error


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__
