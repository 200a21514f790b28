"""A whole hotline on loopback: a private Asterisk, the service in a process of its own, and simulated telephones.

The demo, the end-to-end tests and the benchmark play on it. Everything is real but the people: Asterisk runs the
project's asterisk-conf/, the service is `hotline run`, phones speak SIP and RTP.
"""

import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from hotline_agi.encryption import KEY
from hotline_agi.errors import SetupError
from hotline_agi.lab.behaviour import Behaviour, Carrier
from hotline_agi.lab.call import PhoneCall
from hotline_agi.lab.install import asterisk, sounds
from hotline_agi.lab.pbx import PrivateAsterisk, Site, Softphone
from hotline_agi.lab.phone import SipPeer

READY_TIMEOUT_S = 20.0
STOP_TIMEOUT_S = 8.0
PASSWORD = "not-a-secret-on-loopback"


class Stage:
    """See `open_stage`."""

    def __init__(self, folder: Path, pbx: PrivateAsterisk, carrier: Carrier) -> None:
        self.folder, self.pbx, self.carrier = folder, pbx, carrier
        self.rosters, self.contacts = folder / "rosters", folder / "contacts.yaml"
        self.state = folder / "state"
        self.config = folder / "hotline.yaml"
        self.log_path = folder / "service.log"
        self.phones: dict[str, SipPeer] = {}
        self._service: asyncio.subprocess.Process | None = None
        self._log_mark = 0

    # ---- the service

    @property
    def service_pid(self) -> int:
        assert self._service is not None
        return self._service.pid

    def service_argv(self) -> tuple[str, ...]:
        """The command that serves this stage."""
        return (sys.executable, "-m", "hotline_agi.cli", "run", "--config", str(self.config))

    async def start_service(self, *, until_plan: bool = True) -> None:
        """Start `hotline run` and wait until it serves calls (and has written the survival plan).

        :raises SetupError: if it does not; the message holds the end of its log.
        """
        self._log_mark = self.log_path.stat().st_size if self.log_path.exists() else 0
        with self.log_path.open("ab") as log:
            self._service = await asyncio.create_subprocess_exec(
                *self.service_argv(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        await self.until_logged("ready")
        if until_plan:
            await self.until_logged("survival plan written")

    async def until_logged(self, event: str, *, timeout_s: float = READY_TIMEOUT_S) -> dict[str, Any]:
        """Wait for a line of the service's log of this run whose event is `event`."""
        assert self._service is not None
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    for line in self.logged():
                        if line.get("event") == event:
                            return line
                    if self._service.returncode is not None:
                        raise SetupError(f"the service ended with {self._service.returncode}:\n{self._last_words()}")
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise SetupError(f"no log line {event!r} within {timeout_s:g} s:\n{self._last_words()}") from None

    def logged(self) -> list[dict[str, Any]]:
        """The service's log lines since its last start."""
        if not self.log_path.exists():
            return []
        with self.log_path.open("rb") as file:
            file.seek(self._log_mark)
            lines = []
            for line in file.read().decode(errors="replace").splitlines():
                with suppress(ValueError):
                    lines.append(json.loads(line))
            return lines

    def signal_service(self, number: signal.Signals) -> None:
        """Send a signal: SIGKILL, SIGSTOP, SIGCONT, SIGHUP…"""
        os.kill(self.service_pid, number)

    async def kill_service(self) -> None:
        """kill -9, and wait until it is gone."""
        assert self._service is not None
        self.signal_service(signal.SIGKILL)
        await self._service.wait()

    async def stop_service(self) -> int:
        """SIGTERM; returns the exit status."""
        process = self._service
        if process is None:
            return 0
        if process.returncode is None:
            process.send_signal(signal.SIGCONT)
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), STOP_TIMEOUT_S)
            except TimeoutError:
                process.kill()
                await process.wait()
        return process.returncode or 0

    # ---- phones

    async def softphone(self, name: str, behaviour: Behaviour, *, host: str = "127.0.0.1") -> SipPeer:
        """A volunteer's softphone at `host` registers and behaves."""
        encrypted = any(phone.encrypted and phone.name == name for phone in self.pbx.site.softphones)
        if encrypted:
            peer = await SipPeer.secure(self.tls_server, self.pbx.certificate, host=host)
        else:
            peer = await SipPeer.open(host=host)
        peer.on_invite = behaviour
        await peer.register(server=self.tls_server if encrypted else self.server, user=name, password=PASSWORD)
        self.phones[name] = peer
        return peer

    def mobile(self, number: str, behaviour: Behaviour) -> None:
        """A mobile in the telephone network behaves."""
        self.carrier.mobiles[number] = behaviour

    def call(self, number: str, **how: Any) -> PhoneCall:
        """A caller rings the hotline's `number` over the trunk."""
        return self.carrier.call(self.server, number, **how)

    @property
    def server(self) -> tuple[str, int]:
        return (self.pbx.site.host, self.pbx.site.sip_port)

    @property
    def tls_server(self) -> tuple[str, int]:
        """Where softphones with TLS register."""
        return (self.pbx.site.host, self.pbx.site.tls_port)

    async def until_quiet(self, timeout_s: float = 10.0) -> None:
        """Wait until Asterisk has no channel left."""
        async with asyncio.timeout(timeout_s):
            while await self.pbx.channels():
                await asyncio.sleep(0.05)

    def write_roster(self, files: Mapping[str, str], contacts: str) -> None:
        """Put roster files in place (the service reads them at its start and on SIGHUP)."""
        shutil.rmtree(self.rosters, ignore_errors=True)
        for name, text in files.items():
            path = self.rosters / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self.contacts.write_text(contacts, encoding="utf-8")
        self.contacts.chmod(0o600)

    def _last_words(self) -> str:
        if not self.log_path.exists():
            return ""
        return "\n".join(self.log_path.read_text(errors="replace").splitlines()[-15:])


@asynccontextmanager
async def open_stage(
    *,
    files: Mapping[str, str],
    contacts: str,
    softphones: tuple[str, ...],
    encrypted: Collection[str] = (),
    say: Callable[[str], None] = lambda _: None,
    keep: bool = False,
    prompts: Path | None = None,
    pbx_files: Mapping[str, str] | None = None,
    carrier: Carrier | None = None,
    **site: Any,
) -> AsyncIterator[Stage]:
    """Asterisk and the telephone network are up, the service is configured but not started; all is gone afterwards.

    :param softphones: PJSIP names of the roster's softphones.
    :param encrypted: those of them that use TLS and SRTP.
    :param pbx_files: further configuration files of Asterisk, by name.
    :param carrier: the telephone network, in place of a plain one; closed at the end.
    :param site: further fields of `Site`.
    :param keep: leave the folder, to look at logs.
    :param prompts: folder of sounds in place of the spoken ones.
    """
    install = asterisk(say)
    prompts = prompts or sounds(install, say)
    folder = Path(tempfile.mkdtemp(prefix="hotline-"))
    carrier = carrier or await Carrier.open()
    accounts = tuple(Softphone(name=name, password=PASSWORD, encrypted=name in encrypted) for name in softphones)
    pbx = PrivateAsterisk(
        folder / "pbx",
        install,
        prompts,
        Site(
            carrier=carrier.address,
            softphones=accounts + site.pop("accounts", ()),
            files=dict(pbx_files or {}),
            **site,
        ),
    )
    stage = Stage(folder, pbx, carrier)
    stage.write_roster(files, contacts)
    configure(stage, prompts)
    try:
        await pbx.start()
        yield stage
    finally:
        await stage.stop_service()
        for phone in stage.phones.values():
            await phone.close()
        await carrier.close()
        # an orderly end takes Asterisk a second, to put in order what is thrown away here
        await pbx.stop(signal.SIGTERM if keep else signal.SIGKILL)
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def configure(stage: Stage, prompts: Path) -> None:
    """Write the service's settings and its secrets."""
    site = stage.pbx.site
    secret, word = stage.folder / "ami-secret", stage.folder / "agi-word"
    for path, text in ((secret, site.ami_secret), (word, site.agi_word)):
        path.touch(mode=0o600)
        path.write_text(text)
    word_file = f", word_file: {word}" if site.agi_word else ""
    stage.config.write_text(
        f"""rosters: {stage.rosters}
contacts: {stage.contacts}
state: {stage.state}
messages: {stage.pbx.messages}
sounds: {prompts}
log_format: json
dialling: {{home: GB}}
ami: {{port: {site.ami_port}, secret_file: {secret}}}
fastagi: {{port: {site.agi_port}{word_file}}}
softphone_tls:
  certificate: {stage.pbx.certificate}
  key: {stage.pbx.certificate.with_name(KEY)}
  host: {site.host}
  port: {site.tls_port}
...
"""
    )
