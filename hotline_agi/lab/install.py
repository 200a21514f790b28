"""The Asterisk that the lab runs: the machine's own if it is new enough, otherwise a private one.

Debian 12 and 13 have no Asterisk package; later suites have 22, a long-term series. mmdebstrap unpacks that package
and what it needs into the cache, from the mirror that this machine's apt uses. Nothing is installed: the programme
runs from there through its own dynamic loader, without chroot and without root, and the machine's libraries stay
untouched. It takes about 8 s and 165 MB.

``python -m hotline_agi.lab.install`` makes what is missing, Asterisk and the spoken prompts, and says where it is.
"""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hotline_agi.cache import Say, cache_root, made_once, recipe_key
from hotline_agi.errors import SetupError
from hotline_agi.lab.mirror import mirrors
from hotline_agi.prompts.collection import shared_sounds

OLDEST_MAJOR = 20
"""``BridgeWait``, ``Originate`` with ``ChannelId`` and AMI event filters as this project uses them."""

SUITES = ("forky", "sid")
PACKAGES = ("asterisk", "asterisk-moh-opsound-gsm")
NEEDED_MODULES = ("chan_pjsip.so", "app_bridgewait.so", "bridge_holding.so", "res_agi.so", "res_musiconhold.so")
KEPT = (
    "usr/sbin/asterisk",
    "usr/lib/*-linux-*",
    "usr/share/asterisk",  # its XML documentation too: Asterisk 22 refuses to load modules whose options it lacks
    "usr/share/zoneinfo",
    "usr/share/doc/asterisk*/copyright",  # the hold music is CC BY-SA: its notice goes where it goes
)
DROPPED = ("usr/lib/*-linux-*/perl*", "usr/lib/*-linux-*/gconv", "usr/share/asterisk/phoneprov")
APT_OPTIONS = (
    'Acquire::Check-Valid-Until "false"',  # the index of a moving suite on a mirror may be past its date
    'APT::Install-Recommends "false"',
    'APT::Sandbox::User "root"',  # the cache may lie where apt's own user cannot read
    'Acquire::Retries "3"',
    'Acquire::http::Timeout "30"',
)
FETCH_TIMEOUT_S = 900.0
"""8 s on a fast line; on a slow hospital line the 90 MB may take minutes."""
PROBE_TIMEOUT_S = 20.0

SYSTEM_PATH = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskInstall:
    """An Asterisk that was seen to run."""

    argv: tuple[str, ...]
    """What a command line begins with: append ``-f -C <asterisk.conf>``, or ``-rx <command> -C <asterisk.conf>``.
    The path must be absolute: Asterisk changes its folder first."""
    module_dir: Path
    """For ``astmoddir``."""
    data_dir: Path
    """For ``astdatadir``: XML documentation, hold music, Asterisk's own sounds."""
    version: str
    """As Asterisk says it, e.g. ``22.10.1+dfsg``."""

    @property
    def hold_music(self) -> Path | None:
        """A calm piece among the ones that came with it; None if it came without."""
        pieces = sorted(self.data_dir.glob("moh/*.gsm")) or sorted(self.data_dir.glob("moh/*.wav"))
        calm = [piece for piece in pieces if "morning_coffee" in piece.name]
        return next(iter(calm + pieces), None)


def asterisk(say: Say = lambda _: None) -> AsteriskInstall:
    """The Asterisk to run: the machine's, or the private one, which is fetched if it is not there yet.

    Raises SetupError if there is none and none can be fetched.
    """
    if ours := system_asterisk():
        return ours
    return _unpacked(made_once(private_place(), lambda folder: _fetch(folder, say), say=say))


def sounds(install: AsteriskInstall, say: Say = lambda _: None) -> Path:
    """The folder of development prompts in all languages, made if it is not there yet. Raises SetupError."""
    return shared_sounds(install.hold_music, say)


def private_place() -> Path:
    """Where the private Asterisk is or would be. The name changes with the recipe, so a new recipe fetches anew."""
    return cache_root() / f"asterisk-{recipe_key(*SUITES, *PACKAGES, *KEPT, *DROPPED, 'layout 1')}"


def system_asterisk(path: str | None = None) -> AsteriskInstall | None:
    """The machine's own Asterisk, if it is new enough and has the modules that the hotline needs."""
    binary = shutil.which("asterisk", path=path) or shutil.which("asterisk", path=SYSTEM_PATH)
    if binary is None:
        return None
    version = _version((binary,))
    if version is None or int(version.partition(".")[0]) < OLDEST_MAJOR:
        return None
    folders = configured_folders(Path("/etc/asterisk/asterisk.conf"))
    modules = [folders["astmoddir"]] if "astmoddir" in folders else []
    for prefix in (Path("/usr"), Path("/usr/local")):
        modules += [*prefix.glob("lib/*/asterisk/modules"), *prefix.glob("lib*/asterisk/modules")]
    data = [folders["astdatadir"]] if "astdatadir" in folders else []
    data += [Path("/usr/share/asterisk"), Path("/usr/local/share/asterisk"), Path("/var/lib/asterisk")]
    module_dir = next((folder for folder in modules if _is_complete(folder)), None)
    data_dir = next((folder for folder in data if (folder / "documentation").is_dir()), None)
    if module_dir is None or data_dir is None:
        return None
    return AsteriskInstall(argv=(binary,), module_dir=module_dir, data_dir=data_dir, version=version)


def configured_folders(conf: Path) -> dict[str, Path]:
    """The ``[directories]`` of an asterisk.conf; empty if it cannot be read or is only a template, ``(!)``."""
    try:
        text = conf.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    section = re.search(r"^\[directories\]\s*$(.*?)(?=^\[|\Z)", text, re.MULTILINE | re.DOTALL)
    pairs = re.findall(r"^\s*(ast\w+)\s*=>?\s*([^;\s]+)", section[1], re.MULTILINE) if section else []
    return {name: Path(value) for name, value in pairs}


def _unpacked(folder: Path) -> AsteriskInstall:
    """Describe the Asterisk below `folder` after asking it for its version."""
    module_dir = next(folder.glob("usr/lib/*/asterisk/modules"), folder / "usr/lib/asterisk/modules")
    libraries = module_dir.parent.parent
    # The loader is named after the architecture: ld-linux-x86-64.so.2, ld-linux-aarch64.so.1.
    loader = next(libraries.glob("ld-linux*.so.*"), libraries / "ld-linux.so.2")
    argv = (str(loader), "--library-path", str(libraries), str(folder / "usr/sbin/asterisk"))
    version = _version(argv)
    if version is None or not _is_complete(module_dir):
        raise SetupError(f"the Asterisk in {folder} does not run: remove that folder and run `make setup` again")
    return AsteriskInstall(argv=argv, module_dir=module_dir, data_dir=folder / "usr/share/asterisk", version=version)


def _is_complete(module_dir: Path) -> bool:
    return all((module_dir / name).is_file() for name in NEEDED_MODULES)


def _version(argv: tuple[str, ...]) -> str | None:
    """What ``asterisk -V`` says, without the packager's suffix; None if it does not run."""
    try:
        said = subprocess.run([*argv, "-V"], capture_output=True, text=True, timeout=PROBE_TIMEOUT_S, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.match(r"Asterisk (?:certified[-/])?(\d[\w.]*)", said.stdout)
    return found[1] if found else None


def _fetch(folder: Path, say: Say) -> None:
    """Unpack Asterisk into `folder`, from the first mirror and suite that has it."""
    if shutil.which("mmdebstrap") is None:
        raise SetupError("mmdebstrap is missing: run `make setup`, or install the package mmdebstrap")
    archives = mirrors()
    if not archives:
        raise SetupError(
            "apt knows no Debian archive: set HOTLINE_DEBIAN_MIRROR to the address of one, or install Asterisk "
            f"{OLDEST_MAJOR} or newer"
        )
    complaints = []
    for archive in archives:
        for suite in SUITES:
            whole = folder / "whole"
            complaint = _unpack(whole, suite, archive, say)
            if not complaint:
                _keep_needed(whole, folder)
                shutil.rmtree(whole)
                _unpacked(folder)
                return
            complaints.append(complaint)
            shutil.rmtree(whole, ignore_errors=True)
    raise SetupError(
        f"no Asterisk could be fetched from the Debian mirrors that apt uses ({complaints[0]}): point apt, or "
        f"HOTLINE_DEBIAN_MIRROR, to a mirror that carries {' or '.join(SUITES)}, or install Asterisk {OLDEST_MAJOR} "
        "or newer"
    )


def _unpack(folder: Path, suite: str, archive: str, say: Say) -> str:
    """Let mmdebstrap unpack the packages; return the complaint, empty if it went well.

    Mode ``chrootless`` needs neither root nor user namespaces, and with variant ``extract`` no package's script is
    ever run, so its warning about the host (``check/chrootless`` in newer versions) has no object here.
    """
    say(f"fetching Asterisk 22 from Debian {suite} …")
    started = time.monotonic()
    command = ["mmdebstrap", "--mode=chrootless", "--skip=check/chrootless", "--variant=extract"]
    command += [f"--aptopt={option}" for option in (*APT_OPTIONS, *_proxies())]
    command += [f"--include={','.join(PACKAGES)}", suite, str(folder), archive]
    try:
        # With our files open: should we be killed, mmdebstrap holds the cache's lock as long as it goes on writing.
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=FETCH_TIMEOUT_S, check=False, close_fds=False
        )
    except subprocess.TimeoutExpired:
        return f"not finished after {FETCH_TIMEOUT_S / 60:.0f} minutes"
    if done.returncode == 0:
        say(f"fetching Asterisk 22 from Debian {suite} … {time.monotonic() - started:.0f} s")
        return ""
    errors = [line for line in done.stderr.splitlines() if line.startswith("E:")]
    return (errors or ["E: mmdebstrap failed"])[0].removeprefix("E:").strip()


def _proxies() -> Iterator[str]:
    """How this machine's apt reaches its mirror. mmdebstrap reads none of the host's apt settings by itself."""
    try:
        dump = subprocess.run(
            ["apt-config", "dump"], capture_output=True, text=True, timeout=PROBE_TIMEOUT_S, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return
    for line in dump.stdout.splitlines():
        if re.match(r'Acquire::(https?::(?!User-Agent)\S+|Check-Date) "[^"]+";$', line):
            yield line.rstrip(";")


def _keep_needed(whole: Path, folder: Path) -> None:
    """Move what Asterisk needs to run: about half of what its packages and the ones they drag in bring."""
    for pattern in DROPPED:
        for path in whole.glob(pattern):
            shutil.rmtree(path)
    for pattern in KEPT:
        for path in whole.glob(pattern):
            target = folder / path.relative_to(whole)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(target)


def main(arguments: Sequence[str] = ()) -> int:
    """Make what is missing; with ``--quiet`` speak only of that. Exit status 2 and one sentence if the machine must
    be mended first."""

    def say(sentence: str) -> None:
        print(sentence, flush=True)

    try:
        found = asterisk(say)
        folder = sounds(found, say)
    except SetupError as error:
        print(f"hotline: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130  # as a shell says it; nothing half-made is left
    if "--quiet" not in arguments:
        say(f"Asterisk {found.version} at {found.argv[-1]}")
        say(f"prompts at {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
