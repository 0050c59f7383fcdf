"""`pip install .` into a clean environment gives a working `jixiao` with the built-in mappings inside the wheel."""

import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_carries_every_mapping_and_no_test(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    mappings = {
        f"converter/mappings/{p.relative_to(ROOT / 'mappings').as_posix()}" for p in (ROOT / "mappings").rglob("*.yaml")
    }
    assert mappings <= names
    assert not [name for name in names if name.startswith(("tests/", "samples/", "mappings/"))]


def test_the_installed_command_works_away_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    clean = tmp_path / "clean"
    venv.create(clean, with_pip=False)
    python = clean / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(pip, check=True, capture_output=True)
    site = next((clean / "lib").glob("python*/site-packages"))
    (site / "dependencies.pth").write_text(
        sysconfig.get_paths()["purelib"], encoding="utf-8"
    )  # pinned, already installed
    jixiao = clean / "bin" / "jixiao"
    shown = subprocess.run(
        [jixiao, "scheme", "list"], cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=True
    )
    assert "430527 绥宁县 2019 年" in shown.stdout
    arguments: list[str | Path] = ["run", ROOT / "samples" / "绥宁县人社局", "-o", tmp_path / "OUT", "-q"]
    done = subprocess.run(
        [jixiao, *arguments], cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 1, done.stderr
    assert (tmp_path / "OUT" / "评分汇总_2019.xlsx").is_file()
