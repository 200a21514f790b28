"""A real systemd as process 1 of namespaces of its own, which runs the unit file as it stands: the service of a stage
under its sandbox, its user and its watchdog, on the loopback of this machine.

Needs root, systemd and a writable cgroup tree; nothing outside of the namespaces is changed but two cgroups, which go
with them. What the unit expects in /opt, /etc/hotline and /var is mounted there from the stage.
"""

import asyncio
import contextlib
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from hotline_agi.lab.pbx import CONF
from hotline_agi.lab.stage import Stage

UNIT = CONF / "systemd/hotline.service"
ROOT = Path(__file__).parents[2]
UID, ASTERISK_GID = 64_741, 64_742
"""Of the users `hotline` and `asterisk` in the namespaces; nobody's on this machine."""
SYSTEMD = Path("/lib/systemd/systemd")
CGROUPS = (Path("/sys/fs/cgroup/systemd"), Path("/sys/fs/cgroup/unified"), Path("/sys/fs/cgroup"))
STUBS = ("network-online.target", "sysinit.target", "basic.target", "shutdown.target", "multi-user.target")


def why_not() -> str:
    """Why there can be no box here; empty if there can."""
    if os.geteuid() != 0:
        return "needs root, for namespaces"
    if not SYSTEMD.exists() or shutil.which("unshare") is None or shutil.which("nsenter") is None:
        return "needs systemd and util-linux"
    tried = subprocess.run(
        ("unshare", "--mount", "--pid", "--cgroup", "--fork", "true"), capture_output=True, check=False
    )
    if tried.returncode != 0 or not _cgroups():
        return "this machine allows no namespaces or cgroups"
    return ""


def _cgroups() -> list[Path]:
    """Where systemd keeps its groups here: one tree (cgroup 2), or its own of several."""
    found = [path for path in CGROUPS if (path / "cgroup.procs").exists() and os.access(path / "cgroup.procs", os.W_OK)]
    return found[:2]


class Box:
    """See `open_box`."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self.stage, self.folder = stage, folder
        self.log_path = folder / "service.log"
        self._process: asyncio.subprocess.Process | None = None
        self._pid = 0

    async def start(self, drop_in: str) -> None:
        self._prepare(drop_in)
        groups = [group / "hotline-box" for group in _cgroups()]
        for group in groups:
            group.mkdir(exist_ok=True)
        enter = "".join(f"echo $$ > {shlex.quote(str(group))}/cgroup.procs; " for group in groups)
        boot = shlex.quote(str(self.folder / "boot"))
        with (self.folder / "systemd.log").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(
                    "/bin/sh",
                    "-c",
                    f"{enter} exec unshare --pid --fork --kill-child --mount --cgroup --uts --ipc {boot}",
                ),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        async with asyncio.timeout(10.0):
            while not self._pid:
                self._pid = _child_of(self._process.pid)
                await asyncio.sleep(0.02)

    async def stop(self) -> None:
        """End process 1, and with it all that runs in its namespaces."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            if self._pid:
                os.kill(self._pid, 9)
            self._process.kill()
        await self._process.wait()
        for group in _cgroups():
            for path in sorted((group / "hotline-box").rglob("*"), reverse=True):
                if path.is_dir():
                    with contextlib.suppress(OSError):
                        path.rmdir()
            with contextlib.suppress(OSError):
                (group / "hotline-box").rmdir()

    async def inside(self, *words: str) -> str:
        """What a command says that runs in the box, as root."""
        process = await asyncio.create_subprocess_exec(
            *("nsenter", "-t", str(self._pid), "-m", "-p", "--", *words),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await asyncio.wait_for(process.communicate(), 20.0)
        return said.decode(errors="replace")

    async def show(self, name: str) -> str:
        """A property of the unit."""
        return (await self.inside("systemctl", "show", "--value", "--property", name, "hotline.service")).strip()

    async def until(self, state: str, within_s: float = 20.0) -> None:
        """Wait until the unit's ActiveState is `state`.

        :raises AssertionError: with the logs, if it does not come to be.
        """
        try:
            async with asyncio.timeout(within_s):
                while await self.show("ActiveState") != state:
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"not {state}:\n{self.logs()}") from None

    async def main_pid(self) -> int:
        """The service's process, as the world outside numbers it."""
        return self._outside(await self.show("MainPID"))

    def _outside(self, inner: str) -> int:
        for path in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                numbers = [line for line in (path / "status").read_text().splitlines() if line.startswith("NSpid:")]
                if numbers and numbers[0].split()[-1] == inner and len(numbers[0].split()) == 3 and self._holds(path):
                    return int(path.name)
        raise AssertionError(f"no process {inner} in the box:\n{self.logs()}")

    def _holds(self, path: Path) -> bool:
        return (path / "ns/pid").readlink() == Path(f"/proc/{self._pid}/ns/pid").readlink()

    def logs(self) -> str:
        texts = [
            path.read_text(errors="replace") for path in (self.folder / "systemd.log", self.log_path) if path.exists()
        ]
        return "\n".join("\n".join(text.splitlines()[-25:]) for text in texts)

    # ---- files

    def _prepare(self, drop_in: str) -> None:
        folder, stage = self.folder, self.stage
        units = folder / "units"
        (units / "hotline.service.d").mkdir(parents=True)
        shutil.copy(UNIT, units)
        # there is no journald here; and Python and its packages lie elsewhere than where they were installed
        places = (
            "Environment=LD_LIBRARY_PATH=/opt/python/lib PYTHONPATH=/opt/hotline_agi:/opt/packages\n"
            "StandardOutput=append:/opt/log/service.log\n"
        )
        (units / "hotline.service.d/box.conf").write_text(f"[Service]\n{places}{drop_in}")
        for stub in STUBS:
            (units / stub).write_text("[Unit]\nDefaultDependencies=no\n")
        (units / "box.target").write_text("[Unit]\nDefaultDependencies=no\nAllowIsolate=yes\nWants=hotline.service\n")
        for name, line in (
            ("passwd", f"hotline:x:{UID}:{UID}::/var/lib/hotline:/usr/sbin/nologin\n"),
            ("group", f"hotline:x:{UID}:\nasterisk:x:{ASTERISK_GID}:\n"),
        ):
            (folder / name).write_text(Path("/etc", name).read_text() + line)
        etc = folder / "etc"
        shutil.copytree(stage.rosters, etc / "rosters")
        for name in ("contacts.yaml", "contacts.yaml.age", "age-key", "ami-secret", "agi-word"):
            if (stage.folder / name).exists():
                shutil.copy(stage.folder / name, etc)
        text = stage.config.read_text()
        for old, new in (
            (f"rosters: {stage.rosters}", "rosters: /etc/hotline/rosters"),
            (f"contacts: {stage.contacts}", "contacts: contacts.yaml"),
            (f"state: {stage.state}", "state: /var/lib/hotline"),
            (f"messages: {stage.pbx.messages}", "messages: /var/spool/asterisk/hotline"),
            (f"secret_file: {stage.folder / 'ami-secret'}", "secret_file: ami-secret"),
        ):
            assert old in text
            text = text.replace(old, new)
        for name in ("contacts_key", "word_file"):
            text = text.replace(f"{name}: {stage.folder}/", f"{name}: ")
        lines = [line for line in text.splitlines() if not line.startswith("sounds: ")]
        (sounds,) = (line.partition(": ")[2] for line in text.splitlines() if line.startswith("sounds: "))
        (etc / "hotline.yaml").write_text("\n".join(["sounds: /opt/sounds", *lines, ""]))
        for path in (etc, *etc.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        for path in (*etc.glob("contacts*"), etc / "age-key", etc / "agi-word"):
            os.chown(path, 0, UID)
            path.chmod(0o640)
        (etc / "ami-secret").chmod(0o600)  # root's alone: LoadCredential= hands it to the service
        stage.state.mkdir(exist_ok=True)
        os.chown(stage.pbx.messages, 0, UID)
        stage.pbx.messages.chmod(0o2770)
        self._write_boot(Path(sounds))

    def _write_boot(self, sounds: Path) -> None:
        folder, stage = self.folder, self.stage
        packages = next(Path(path) for path in sys.path if path.endswith("site-packages"))
        binds: Sequence[tuple[Path, str]] = (
            (Path(sys.base_prefix), "/opt/python"),
            (packages, "/opt/packages"),
            (ROOT / "hotline_agi", "/opt/hotline_agi/hotline_agi"),
            (ROOT / "asterisk-conf", "/opt/hotline_agi/asterisk-conf"),
            (sounds, "/opt/sounds"),
            (folder, "/opt/log"),
            (folder / "etc", "/etc/hotline"),
            (stage.state, "/var/lib/hotline"),
            (stage.pbx.messages, "/var/spool/asterisk/hotline"),
        )
        python = "/opt/python/bin/python3" if sys.base_prefix != "/usr" else "/usr/bin/python3"
        script = f"#!{python}\nfrom hotline_agi.cli import main\nmain()\n"
        lines = ["#!/bin/sh", "set -e", "mount --make-rprivate /", "mount -t proc proc /proc"]
        # folders that must not come to be on this machine are made on overlays of it
        for where in ("/etc", "/var"):
            up, work = f"{folder}/over{where}-up", f"{folder}/over{where}-work"
            layers = f"lowerdir={where},upperdir={up},workdir={work}"
            lines.append(f"mkdir -p {up} {work}; mount -t overlay overlay -o {layers} {where}")
        lines += ["mount -t tmpfs tmpfs /opt", "mkdir -p /opt/hotline_agi/.venv/bin"]
        lines += [f"mkdir -p {where}; mount --bind {shlex.quote(str(what))} {where}" for what, where in binds]
        lines += [
            f"cat > /opt/hotline_agi/.venv/bin/hotline <<'END'\n{script}END",
            "chmod 755 /opt/hotline_agi/.venv/bin/hotline",
        ]
        lines += [f"cp {folder}/passwd /etc/passwd", f"cp {folder}/group /etc/group"]
        lines += [
            f"cp -r {folder}/units /opt/units",
            "mount -t tmpfs tmpfs /run",
            "mkdir -p /etc/asterisk/site /run/asterisk",
            "rm -rf /etc/systemd; mkdir -p /etc/systemd",
        ]
        # credentials are mounted by a child of systemd and must be seen by it
        lines += ["mount --make-rshared /", "export container=box SYSTEMD_UNIT_PATH=/opt/units"]
        lines += ["exec /lib/systemd/systemd --system --unit=box.target --log-target=console --show-status=0"]
        (folder / "boot").write_text("\n".join(lines) + "\n")
        (folder / "boot").chmod(0o755)


@asynccontextmanager
async def open_box(stage: Stage, *, drop_in: str = "") -> AsyncIterator[Box]:
    """systemd runs `hotline.service` for `stage`, whose own service must not run; all is gone afterwards.

    :param drop_in: further lines of the section ``[Service]``.
    """
    folder = stage.folder / "box"
    folder.mkdir()
    (folder / "over").mkdir()
    box = Box(stage, folder)
    over = str(folder / "over")  # an overlay's upper folder may be on no overlay
    await asyncio.to_thread(subprocess.run, ("mount", "-t", "tmpfs", "tmpfs", over), check=True)
    try:
        await box.start(drop_in)
        yield box
    finally:
        await box.stop()
        await asyncio.to_thread(subprocess.run, ("umount", over), check=False)


def _child_of(pid: int) -> int:
    """Its only child, as soon as there is one; else 0."""
    try:
        return int(Path(f"/proc/{pid}/task/{pid}/children").read_text())
    except (OSError, ValueError):
        return 0
