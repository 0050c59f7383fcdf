"""READMEs, Makefile and CHANGELOG stay true: their commands run, their names exist."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from converter import __version__
from tests.conftest import ROOT, Command

READMES = ("README.md", "README.zh-CN.md")


def commands(name: str) -> list[str]:
    """The lines of the sh blocks of a README, in order."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL)
    lines = [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line]


def test_every_command_of_the_readmes_runs(tmp_path: Path, jixiao: Command, libreoffice: str) -> None:
    """One after the other, a line of both READMEs once."""
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    lines = {name: [line for line in commands(name) if line.startswith("jixiao ")] for name in READMES}
    assert min(map(len, lines.values())) >= 5
    for line in dict.fromkeys(line for name in READMES for line in lines[name]):
        arguments = shlex.split(line)[1:]
        placed = [str(tmp_path / a) if a.startswith(("samples", "out")) else a for a in arguments]
        done = jixiao(*placed)
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        assert done.stdout.strip()


@pytest.mark.parametrize("name", READMES)
def test_the_first_commands_are_make_run_and_make_test(name: str) -> None:
    assert commands(name)[:2] == ["make run", "make test"]


def test_make_run_converts_the_samples_and_never_fails_on_findings() -> None:
    shown = subprocess.run(["make", "-n", "run"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "-m converter run samples -o out --fail-on never" in shown


def test_the_tree_of_the_readme_names_every_module() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    modules = [p for p in (ROOT / "converter").rglob("*.py") if not p.name.startswith("__")]
    unnamed = [str(p.relative_to(ROOT)) for p in modules if not re.search(rf"\b{p.stem}\b", text)]
    assert not unnamed


def test_the_changelog_has_an_entry_for_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {__version__}" in text


def test_pinned_requirements_have_hashes_and_no_addresses() -> None:
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-bundle.txt"):
        text = (ROOT / ".ci" / name).read_text(encoding="utf-8")
        assert "://" not in text
        assert "--index-url" not in text
        pins = re.findall(r"^[a-z0-9._-]+==", text, re.MULTILINE)
        blocks = re.split(r"\n(?=[a-z0-9])", text.strip())
        assert len(pins) == len(blocks)
        assert all("--hash=sha256:" in block for block in blocks)


@pytest.mark.parametrize("name", READMES)
def test_the_pictures_are_there_and_small(name: str) -> None:
    shown = re.findall(r"!\[[^\]]+\]\((\S+)\)", (ROOT / name).read_text(encoding="utf-8"))
    assert shown
    assert sum((ROOT / path).stat().st_size for path in shown) <= 300_000
