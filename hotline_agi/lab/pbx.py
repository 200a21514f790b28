"""A private Asterisk: the project's own asterisk-conf/ on free loopback ports, in a folder of its own.

The configuration is used as it stands; only `site/` (what differs from hospital to hospital) and the directories are
written here.
"""

import asyncio
import contextlib
import os
import random
import secrets
import shutil
import signal
import socket
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from hotline_agi.certificates import self_signed
from hotline_agi.encryption import CERTIFICATE, KEY
from hotline_agi.errors import SetupError
from hotline_agi.lab.install import AsteriskInstall

CONF = Path(__file__).resolve().parents[2] / "asterisk-conf"
START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 8.0
RTP_PORTS = 2000
ENVIRONMENT = {"MALLOC_ARENA_MAX": "2"}
"""As in asterisk-conf/systemd/: glibc's arenas, one for many of Asterisk's threads, tripled its memory in a surge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Softphone:
    """An account on the private Asterisk."""

    name: str
    password: str
    is_caller: bool = False
    """May ring the hotline's numbers (a person who tries the demo); a volunteer's may call nothing."""
    encrypted: bool = False
    """TLS and SRTP, nothing less."""


@dataclass(slots=True, kw_only=True)
class Site:
    """What `site/` says for one private Asterisk. Ports of 0 are filled in."""

    host: str = "127.0.0.1"
    sip_port: int = 0
    tls_port: int = 0
    ami_port: int = 0
    agi_port: int = 0
    ami_secret: str = "only-on-loopback-of-a-private-asterisk"
    agi_word: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    """HOTLINE_WORD; empty: a deployment of 0.3, which has none."""
    carrier: tuple[str, int] = ("127.0.0.10", 5060)
    softphones: tuple[Softphone, ...] = ()
    rtp_timeout_s: int = 30
    guard_s: int = 3
    """How long the dialplan waits for the service; longer where a story must not depend on how busy this machine is."""
    emergency: str = ""
    modules: tuple[str, ...] = ()
    """Further modules, for the benchmark's comparison."""
    files: dict[str, str] = field(default_factory=dict)
    """Further configuration files by name, for the benchmark."""
    dialplan: str = ""
    """Further dialplan, for tests and the benchmark."""

    def __post_init__(self) -> None:
        self.sip_port = self.sip_port or free_port(socket.SOCK_DGRAM, self.host)
        self.tls_port = self.tls_port or free_port(socket.SOCK_STREAM, self.host)
        self.ami_port = self.ami_port or free_port(socket.SOCK_STREAM)
        self.agi_port = self.agi_port or free_port(socket.SOCK_STREAM)


def free_port(kind: int, host: str = "127.0.0.1") -> int:
    """A port that nobody uses now, below the range from which Linux gives ports to whoever asks for any.

    Between this look and the start of the server phones on the same machine open sockets by the dozen; from that range
    one of them would now and then be ours.

    :raises SetupError: if there is none, e.g. because `host` is no address of this machine.
    """
    for _ in range(200):
        port = random.randrange(10_000, 20_000)
        with socket.socket(socket.AF_INET, kind) as sock, contextlib.suppress(OSError):
            sock.bind((host, port))
            return port
    raise SetupError(f"no free port on {host}: is it an address of this machine?")


class PrivateAsterisk:
    """One Asterisk process. `start` and `stop` may be repeated: the folder, and AstDB in it, stay."""

    def __init__(self, folder: Path, install: AsteriskInstall, sounds: Path, site: Site) -> None:
        """Writes everything below `folder`, which must be short: it holds a Unix socket (108 bytes with its name)."""
        self.folder, self.site, self._install = folder, site, install
        self._process: asyncio.subprocess.Process | None = None
        self.messages, self.talks = folder / "messages", folder / "talks"
        self._write(sounds)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def certificate(self) -> Path:
        """What softphones must trust (PEM)."""
        return self.folder / "keys" / CERTIFICATE

    async def start(self) -> None:
        """Start and wait until AMI answers.

        :raises SetupError: if it does not come up; the message holds the end of its log.
        """
        output = (self.folder / "console.txt").open("ab")
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._install.argv,
                "-f",
                "-C",
                str(self.folder / "etc/asterisk.conf"),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                env={**os.environ, **ENVIRONMENT},
            )
        finally:
            output.close()
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                while not await self._answers():
                    if self._process.returncode is not None:
                        raise SetupError(f"Asterisk ended at once:\n{self._last_words()}")
                    await asyncio.sleep(0.02)
                await self.ask("core waitfullybooted")
        except TimeoutError:
            await self.stop()
            raise SetupError(f"Asterisk did not start in {START_TIMEOUT_S:g} s:\n{self._last_words()}") from None

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the process and wait until it is gone."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGCONT)
            process.send_signal(how)
        try:
            await asyncio.wait_for(process.wait(), STOP_TIMEOUT_S)
        except TimeoutError:
            process.kill()
            await process.wait()

    async def ask(self, command: str) -> str:
        """The answer of the console (``asterisk -rx``): for tests and the doctor's proof, not for the service."""
        process = await asyncio.create_subprocess_exec(
            *self._install.argv,
            "-C",
            str(self.folder / "etc/asterisk.conf"),
            "-rx",
            command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await asyncio.wait_for(process.communicate(), 10.0)
        return out.decode(errors="replace")

    async def channels(self) -> int:
        """How many channels live now."""
        answer = await self.ask("core show channels count")
        return int(answer.split(" active channel")[0].split()[-1])

    def cpu_s(self) -> float:
        """CPU seconds of the process so far (user and system), from /proc."""
        return cpu_seconds(self.pid)

    def log(self) -> str:
        """What Asterisk logged: notices, warnings and errors."""
        path = self.folder / "log/messages.log"
        return path.read_text(errors="replace") if path.exists() else ""

    # ---- files

    async def _answers(self) -> bool:
        """Whether AMI accepts connections; it does so after all modules are loaded."""
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.site.ami_port)
        except OSError:
            return False
        try:
            greeting = await asyncio.wait_for(reader.readline(), 1.0)
        except TimeoutError:
            return False
        finally:
            writer.close()
        return greeting.startswith(b"Asterisk Call Manager")

    def _last_words(self) -> str:
        console = (self.folder / "console.txt").read_text(errors="replace")
        return "\n".join((console + self.log()).splitlines()[-12:])

    def _write(self, sounds: Path) -> None:
        for name in ("var", "spool", "run", "log", "messages", "talks", "data", "keys"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        etc = self.folder / "etc"
        shutil.copytree(CONF, etc, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.md", "systemd"))
        for link, target in (("sounds", sounds), ("documentation", self._install.data_dir / "documentation")):
            path = self.folder / "data" / link
            if not path.is_symlink():
                path.symlink_to(target)
        places = {
            "astetcdir": "etc",
            "astvarlibdir": "var",
            "astdbdir": "var",
            "astkeydir": "keys",
            "astdatadir": "data",
            "astagidir": "data",
            "astspooldir": "spool",
            "astrundir": "run",
            "astlogdir": "log",
        }
        directories = "".join(f"{name} => {self.folder / place}\n" for name, place in places.items())
        (etc / "asterisk.conf").write_text(
            f"[directories]\nastmoddir => {self._install.module_dir}\n{directories}\n#include {etc}/site/options.conf\n"
        )
        self._write_certificate()
        for name, text in self._site_files().items():
            path = etc / name
            path.write_text(text)
            path.chmod(0o640)

    def _write_certificate(self) -> None:
        if not self.certificate.exists():
            key, certificate = self_signed((self.site.host,), days=365, now=datetime.now(UTC))
            place = self.certificate.with_name(KEY)
            place.touch(mode=0o600)
            place.write_bytes(key)
            self.certificate.write_bytes(certificate)

    def _transports(self) -> str:
        site = self.site
        return (
            (CONF / "site/pjsip-transports.conf")
            .read_text()
            .replace("0.0.0.0:5060", f"{site.host}:{site.sip_port}")
            .replace("0.0.0.0:5061", f"{site.host}:{site.tls_port}")
            .replace("/etc/asterisk/keys", str(self.folder / "keys"))
        )

    def _site_files(self) -> dict[str, str]:
        site = self.site
        rtp_start = random.randrange(20_000, 58_000, 2)
        carrier_host, carrier_port = site.carrier
        files = {
            "site/globals.conf": (CONF / "site/globals.conf")
            .read_text()
            .replace("agi://127.0.0.1:4573", f"agi://127.0.0.1:{site.agi_port}")
            .replace("HOTLINE_GUARD_S = 3", f"HOTLINE_GUARD_S = {site.guard_s}")
            .replace("/var/spool/asterisk/hotline", str(self.messages))
            .replace("HOTLINE_TALKS =", f"HOTLINE_TALKS = {self.talks}")
            .replace("HOTLINE_EMERGENCY =", f"HOTLINE_EMERGENCY = {site.emergency}")
            .replace("HOTLINE_WORD =", f"HOTLINE_WORD = {site.agi_word}"),
            "site/rtp.conf": f"rtpstart = {rtp_start}\nrtpend = {rtp_start + RTP_PORTS}\n",
            "site/acl.conf": "[hotline-carrier]\ndeny = 0.0.0.0/0\ndeny = ::/0\n"
            f"permit = {carrier_host}/255.255.255.255\n",
            "site/manager-general.conf": f"bindaddr = 127.0.0.1\nport = {site.ami_port}\n",
            "site/manager-secret.conf": f"[hotline-agi](hotline)\nsecret = {site.ami_secret}\n"
            f"[hotline-campaign](hotline-campaigns)\nsecret = {site.ami_secret}\n",
            "site/pjsip-transports.conf": self._transports(),
            "site/pjsip-trunk.conf": "[trunk](hotline-trunk)\ntransport = transport-udp\nacl = hotline-carrier\n"
            f"aors = trunk\nrtp_timeout = {site.rtp_timeout_s}\n"
            f"[trunk]\ntype = aor\ncontact = sip:{carrier_host}:{carrier_port}\n"
            f"[trunk]\ntype = identify\nendpoint = trunk\nmatch = {carrier_host}\n",
            "site/pjsip-volunteers.conf": "".join(map(self._account, site.softphones)),
        }
        if site.modules:
            modules = (CONF / "modules.conf").read_text()
            files["modules.conf"] = modules + "".join(f"require = {module}\n" for module in site.modules)
        if site.dialplan:
            files["extensions.conf"] = (CONF / "extensions.conf").read_text() + site.dialplan
        return files | site.files

    def _account(self, phone: Softphone) -> str:
        context = "context = hotline-in\n" if phone.is_caller else ""
        template = "hotline-softphone-tls" if phone.encrypted else "hotline-softphone"
        return (
            f"[{phone.name}]({template})\nauth = {phone.name}\naors = {phone.name}\n"
            f"rtp_timeout = {self.site.rtp_timeout_s}\n{context}"
            f"[{phone.name}](hotline-softphone-aor)\n"
            f"[{phone.name}](hotline-softphone-auth)\nusername = {phone.name}\npassword = {phone.password}\n"
        )


def cpu_seconds(pid: int) -> float:
    """CPU seconds of a process so far, from /proc/PID/stat (fields 14 and 15, proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
