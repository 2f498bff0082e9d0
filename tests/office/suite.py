"""What ``./office test`` and ``./office check`` run: style, types, floors, then the tests on SQLite and PostgreSQL
at once, the browser last. What this machine lacks is named with its install line and left out; with ``CI=true``
anything left out is a failure.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.office import postgres

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
IN_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")
# A skip for one of these reasons is no gap: the other database runs it, or the file is the machine owner's own.
# What a person may say to the tests of a run: where real files lie, how often and from where the proofs draw.
KEPT = ("STEWARD_SAMPLES", "STEWARD_LONG", "STEWARD_COUNT", "STEWARD_SEED")
HARMLESS = re.compile(r"left out on (SQLite|PostgreSQL)|only (SQLite|PostgreSQL) knows|real files|samples", re.I)
CLOSING = re.compile(
    r"^=*\s*(\d+ (?:passed|failed|error|skipped|deselected|warnings?)|no tests ran).* in [\d.]+s", re.M
)


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


@dataclass
class Part:
    """One program of the run, with its output kept in a file."""

    name: str
    command: list[str]
    env: dict[str, str] = field(default_factory=dict)
    log: Path = Path()
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    code: int = -1

    def start(self, folder: Path, stack: ExitStack | None = None) -> Part:
        self.log = folder / (re.sub(r"\W+", "-", self.name) + ".log")
        self.began = time.monotonic()
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.env or _env(),
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )
        if stack is not None:
            stack.callback(self.end)
        return self

    def wait(self) -> Part:
        assert self.process is not None
        self.code = self.process.wait()
        if self.code == 5 and self.name != "SQLite":  # pytest: no test was selected
            self.code = 0
        verdict = "ok" if self.code == 0 else f"FAILED ({self.code})"
        say(f"  {self.name:<22} {verdict:<12} {time.monotonic() - self.began:6.1f} s")
        if self.code:
            say(self.text().rstrip())
        return self

    def end(self) -> None:
        """End it if it still runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()

    def text(self) -> str:
        return self.log.read_text(errors="replace")

    def closing(self) -> str:
        """pytest's last line of the run."""
        found = [m.group(0) for m in CLOSING.finditer(self.text())]
        return found[-1].strip("= ") if found else "no closing line"

    def figures(self) -> list[str]:
        """The lines of figures that the proofs told (``tests/proofs/report.py``)."""
        _before, _line, told = self.text().partition("== proofs ==")
        return [line for line in told.partition("\n==")[0].splitlines()[1:] if line]

    def left_out(self) -> list[str]:
        """What pytest says it skipped, and why."""
        return [line[8:].strip() for line in self.text().splitlines() if line.startswith("SKIPPED")]


def _env(**more: str) -> dict[str, str]:
    """The environment without what would point the tests at somebody's data."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("STEWARD_") or k in KEPT}
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "DJANGO_SETTINGS_MODULE"):
        kept.pop(name, None)
    return {**kept, "PYTHONPATH": str(ROOT / "src"), **more}


def _program(name: str, *words: str) -> list[str]:
    return [str(BIN / name), *words]


def static_parts() -> list[Part]:
    """Style, floors and types."""
    return [
        Part("ruff", _program("ruff", "check", "--quiet", "src", "tests", "bench")),
        Part("import floors", _program("lint-imports")),
        Part("types", _program("mypy", "--no-error-summary")),
    ]


def pytest_part(name: str, *words: str, coverage: bool = False, **env: str) -> Part:
    """One run of pytest; ``-rs`` so that nothing is left out in silence."""
    run = ["-m", "coverage", "run", "--parallel-mode", "-m", "pytest"] if coverage else ["-m", "pytest"]
    return Part(name, [sys.executable, *run, "-rs", "--durations=12", *words], _env(**env))


def lacking() -> list[str]:
    """What this machine lacks, each with its install line."""
    found = []
    if postgres.programs() is None:
        found.append(f"PostgreSQL server (the whole suite on PostgreSQL): {postgres.INSTALL}")
    if not Path("/usr/bin/chromium").exists():
        found.append("chromium (browser tests): apt-get install chromium")
    if shutil.which("hledger") is None:
        found.append("hledger (differential tests of the books): apt-get install hledger")
    return found


def test(words: list[str]) -> int:
    """Everything; with pytest options only those tests, on both databases, without style, types and floors."""
    missing = lacking()
    for line in missing:
        say(f"LEFT OUT, not on this machine: {line}")
    began = time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="steward-suite-")))
        parts = _tests(words, folder, stack) if words else _whole(folder, stack)
        failed = [part.name for part in parts if part.code]
        gaps = _gaps(parts)
        for reason in gaps:
            say(f"LEFT OUT: {reason}")
        if IN_CI and (missing or gaps):
            failed.append("tests left out in CI")
        say(f"{'FAILED: ' + ', '.join(failed) if failed else 'All passed'} after {time.monotonic() - began:.0f} s")
        for part in parts:
            if "pytest" in part.command:
                say(f"{part.name}:\n{part.closing()}")
    return 1 if failed else 0


def _gaps(parts: list[Part]) -> list[str]:
    seen = dict.fromkeys(line for part in parts for line in part.left_out())
    return [line for line in seen if not HARMLESS.search(line)]


def _tests(words: list[str], folder: Path, stack: ExitStack) -> list[Part]:
    parts = [pytest_part("SQLite", *words).start(folder, stack)]
    if postgres.programs() is not None:
        url = stack.enter_context(postgres.server())
        parts.append(pytest_part("PostgreSQL", *words, DATABASE_URL=url).start(folder, stack))
    return [part.wait() for part in parts]


def _whole(folder: Path, stack: ExitStack) -> list[Part]:
    """Style and types beside the tests; both databases at once; the browser alone at the end,
    so that nothing slows it.
    """
    cores = str(max(2, os.cpu_count() or 2))
    often = ["-n", cores, "--dist", "worksteal", "-m", "not browser and not long"]
    once = "PostgreSQL" if postgres.programs() is not None else "SQLite"
    tests = [
        pytest_part(
            "SQLite",
            *often,
            STEWARD_ONCE=once,
            STEWARD_TEST_ROOT=_root(folder, "s"),
        )
    ]
    if postgres.programs() is not None:
        url = stack.enter_context(postgres.server())
        root = _root(folder, "p")
        tests.append(pytest_part("PostgreSQL", *often, DATABASE_URL=url, STEWARD_ONCE=once, STEWARD_TEST_ROOT=root))
    say("Running style, types, floors and the tests on both databases ...")
    started = [part.start(folder, stack) for part in [*tests, *static_parts()]]
    done = [part.wait() for part in reversed(started)]
    say("Running the browser tests ...")
    browser = (
        pytest_part("browser", "-n", cores, "-m", "browser and not long", STEWARD_TEST_ROOT=_root(folder, "b"))
        .start(folder, stack)
        .wait()
    )
    return [
        *reversed([p for p in done if "pytest" not in p.command]),
        *[p for p in done if "pytest" in p.command],
        browser,
    ]


def _root(folder: Path, name: str) -> str:
    path = folder / f"data-{name}"
    path.mkdir()
    return str(path)


def _covered(folder: Path) -> bool:
    """Whether every floor of ``floors.toml`` holds. Percent of lines and branches, by glob."""
    env = _env(COVERAGE_FILE=str(folder / "coverage"))
    subprocess.run(
        [sys.executable, "-m", "coverage", "combine", "--quiet", str(folder)], cwd=ROOT, env=env, check=False
    )
    floors = tomllib.loads((ROOT / "tests" / "office" / "floors.toml").read_text())["floors"]
    held = True
    for glob, floor in floors.items():
        report = subprocess.run(
            [sys.executable, "-m", "coverage", "report", "--format=total", f"--include={glob}"],
            cwd=ROOT, env=env, capture_output=True, text=True, check=False,
        )  # fmt: skip
        found = report.stdout.strip()
        ok = found.isdigit() and int(found) >= floor
        held &= ok
        say(f"  coverage {glob:<28} {found or '?':>3} %   floor {floor} %{'' if ok else '   BELOW'}")
    return held


def check(words: list[str]) -> int:
    """Style, types, floors; with ``--long`` also the proofs at their full counts, on both databases one after another.

    What stands after ``--long`` goes to pytest (``./office check --long -k kill``).
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="steward-check-")))
        parts = [part.wait() for part in [part.start(folder, stack) for part in static_parts()]]
        left = []
        if "--long" in words:
            left = lacking()
            long = _long([word for word in words if word != "--long"], folder, stack)
            left += _gaps(long)
            for part in long:
                say(f"{part.name}: {part.closing()}\n" + "\n".join(part.figures()))
            parts += long
        for line in left:
            say(f"LEFT OUT: {line}")
    return 1 if any(part.code for part in parts) or (IN_CI and left) else 0


def _long(options: list[str], folder: Path, stack: ExitStack) -> list[Part]:
    """The floors of coverage, then the proofs, one process at a time: each may then have the machine for itself.

    Coverage costs half as much time again, so that the run that lands does without it.
    """
    parts: list[Part] = [] if options else [_coverage(folder, stack)]
    chosen = ["-m", "(proof or race or long) and not browser", "--durations=10", *options]
    root = {"STEWARD_TEST_ROOT": _root(folder, "s")}
    parts.append(pytest_part("SQLite, long", *chosen, STEWARD_LONG="1", **root).start(folder, stack).wait())
    if postgres.programs() is not None:
        url = stack.enter_context(postgres.server(long=True))
        root = {"STEWARD_TEST_ROOT": _root(folder, "p")}
        part = pytest_part("PostgreSQL, long", *chosen, STEWARD_LONG="1", DATABASE_URL=url, **root)
        parts.append(part.start(folder, stack).wait())
    return parts


def _coverage(folder: Path, stack: ExitStack) -> Part:
    """What every run tests, on SQLite, with the lines and branches it reached held to their floors."""
    cores = str(max(2, os.cpu_count() or 2))
    where = {"COVERAGE_FILE": str(folder / "coverage"), "STEWARD_TEST_ROOT": _root(folder, "c")}
    often = ["-n", cores, "--dist", "worksteal", "-m", "not browser and not long"]
    part = pytest_part("SQLite, coverage", *often, coverage=True, **where).start(folder, stack).wait()
    if not part.code and not _covered(folder):
        part.code = 1
    return part


def main(words: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the server and the folders of this run go too
    return {"test": test, "check": check}[words[0]](words[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
