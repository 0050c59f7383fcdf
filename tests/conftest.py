"""Shared fixtures: the built-in mappings, loaded once, and the programs that some tests need."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from converter.audit.verify import find_libreoffice
from converter.mapping.library import Library
from converter.scoring.checks import Checks, load_checks
from converter.scoring.choosing import choose
from converter.scoring.derivations import Derivations
from converter.scoring.schemes import Scheme
from converter.scoring.shelf import load_schemes
from tests.records import Review, reviewer
from tests.workbooks import suining

ROOT = Path(__file__).resolve().parent.parent
Completed = subprocess.CompletedProcess[str]
Command = Callable[..., Completed]

# The same examples on every machine, so that a red check can be repeated; make soak draws new ones each time.
settings.register_profile("jixiao", deadline=None, derandomize="JIXIAO_SOAK" not in os.environ)
settings.load_profile("jixiao")


@pytest.fixture(scope="session")
def library() -> Library:
    return Library()


@pytest.fixture(scope="session")
def scheme(library: Library) -> Scheme:
    return choose(load_schemes(library), 2019, "430527", ())


@pytest.fixture(scope="session")
def derivations(library: Library) -> Derivations:
    return Derivations(library.dictionary)


@pytest.fixture(scope="session")
def checks(library: Library) -> Checks:
    return load_checks(library)


@pytest.fixture(scope="session")
def review(library: Library, scheme: Scheme, derivations: Derivations, checks: Checks) -> Review:
    return reviewer(library, scheme, derivations, checks)


@pytest.fixture(scope="session")
def jixiao() -> Command:
    """Runs the command in a process of its own: jixiao("run", folder, "-o", out) → returncode, stdout, stderr."""

    def call(*arguments: object, **environment: str) -> Completed:
        command = [sys.executable, "-m", "converter", *map(str, arguments)]
        env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **environment}
        return subprocess.run(
            command, capture_output=True, text=True, encoding="utf-8", env=env, check=False, timeout=300
        )

    return call


@pytest.fixture(scope="session")
def suining_inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return suining(tmp_path_factory.mktemp("suining") / "绥宁县人社局")


@pytest.fixture(scope="session")
def suining_out(tmp_path_factory: pytest.TempPathFactory, suining_inbox: Path, jixiao: Command) -> Path:
    """OUT of the Suining case. Tests must not change it; copy it first."""
    out = tmp_path_factory.mktemp("out") / "OUT"
    done = jixiao("run", suining_inbox, "-o", out)
    assert done.returncode == 1, done.stderr
    return out


def _program(path: str | None, name: str) -> str:
    """The program; skips where it is missing, fails where .ci/run has made it mandatory."""
    if path is None:
        if os.environ.get("JIXIAO_REQUIRE_PROGRAMS"):
            pytest.fail(f"{name} is missing, and JIXIAO_REQUIRE_PROGRAMS makes it mandatory")
        pytest.skip(f"{name} is not installed")
    return path


@pytest.fixture
def libreoffice() -> str:
    return _program(find_libreoffice(), "LibreOffice")


@pytest.fixture
def chromium() -> str:
    return _program(shutil.which("chromium") or shutil.which("chromium-browser"), "Chromium")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says how many tests did not run for want of a program."""
    skipped = [r for r in terminalreporter.stats.get("skipped", ()) if "not installed" in str(r.longrepr)]
    if skipped:
        terminalreporter.write_line(f"{len(skipped)} tests skipped because a program is not installed")
