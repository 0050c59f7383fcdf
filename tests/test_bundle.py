"""The offline bundles: every pin has a wheel for every Python of every platform, the same bytes each time, and they start."""

import base64
import ensurepip
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import ROOT
from tests.workbooks import suining


def module(path: str, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    before = list(sys.path)
    spec.loader.exec_module(made)
    sys.path[:] = before  # the start script puts its library there
    return made


bundle = module(".ci/bundle.py", "bundle")
start = module(".ci/bundle/start.py", "start")
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"

# --- what belongs into them ----------------------------------------------------------------------------------------------


def test_pins_are_those_of_the_platform_and_the_python() -> None:
    windows, linux = bundle.pins("windows", "3.11"), bundle.pins("linux-x86_64", "3.13")
    assert any(pin.startswith("colorama==") for pin in windows)
    assert not any(pin.startswith("colorama==") for pin in linux)
    numpy = [[pin for pin in pins if pin.startswith("numpy==")] for pins in (windows, linux)]
    assert [len(found) for found in numpy] == [1, 1]
    assert numpy[0] != numpy[1]
    for pin, text in linux.items():
        assert text.startswith(f"{pin} --hash=sha256:")
        assert ";" not in text


def names(platform: str, python: str) -> list[str]:
    """Wheels that would do: numpy for this Python and platform, the others for any."""
    made = ["jixiao-0.1.0-py3-none-any.whl"]
    for pin in bundle.pins(platform, python):
        name, _, version = pin.partition("==")
        made_for = f"cp{python.replace('.', '')}-abi3-{bundle.PLATFORMS[platform][0][-1]}"
        made.append(f"{name.replace('-', '_')}-{version}-{made_for if name == 'numpy' else 'py3-none-any'}.whl")
    return made


@pytest.mark.parametrize("python", ["3.11", "3.14"])
@pytest.mark.parametrize("platform", bundle.PLATFORMS)
def test_what_is_missing_is_named(platform: str, python: str) -> None:
    wheels = names(platform, python)
    assert list(bundle.missing(platform, [python], wheels)) == []
    (numpy,) = [name for name in wheels if name.startswith("numpy-")]
    others = [name for name in wheels if name != numpy]
    wrong = [numpy.replace(numpy.rpartition("-")[2], "macosx_11_0_arm64.whl"), numpy.replace("numpy-2", "numpy-1")]
    for instead in ([], [wrong[0]], [wrong[1]]):
        (line,) = bundle.missing(platform, [python], [*others, *instead])
        assert line.startswith(f"{platform}：Python {python} 缺 numpy==2.")
    assert list(bundle.missing(platform, [python], wheels[1:])) == [f"{platform}：缺 jixiao"]


def test_a_wheel_of_a_later_python_is_none_of_an_earlier_one() -> None:
    wheels = names("windows", "3.12")
    assert [line for line in bundle.missing("windows", ["3.11"], wheels) if "numpy" in line]


def fake_wheel(folder: Path, version: str = "0.1.0") -> Path:
    """A jixiao that says what it was asked."""
    path, info = folder / f"jixiao-{version}-py3-none-any.whl", f"jixiao-{version}.dist-info"
    program = "import os, sys\n\ndef main():\n    print('asked', os.getcwd(), *sys.argv)\n    sys.exit(7)\n"
    files = {
        "converter/__init__.py": "",
        "converter/__main__.py": program,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: jixiao\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    for name, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record += f"{name},sha256={digest},{len(text)}\n"
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n"
    with zipfile.ZipFile(path, "w") as package:
        for name, text in files.items():
            package.writestr(name, text)
    return path


def test_a_bundle_is_the_same_each_time_and_fit_for_its_platform(tmp_path: Path) -> None:
    wheel = fake_wheel(tmp_path)
    for platform in ("windows", "linux-x86_64"):
        target = tmp_path / f"jixiao-{platform}.zip"
        bundle.write(target, bundle.contents(platform, [wheel]))
        first = target.read_bytes()
        os.utime(wheel, (0, 0))
        bundle.write(target, bundle.contents(platform, [wheel]))
        assert target.read_bytes() == first
        with zipfile.ZipFile(target) as package:
            files = {name.partition("/")[2]: package.read(name) for name in package.namelist()}
            rights = {one.filename.rpartition("/")[2]: one.external_attr >> 16 for one in package.infolist()}
        script = "开始.bat" if platform == "windows" else "开始.sh"
        assert sorted(files) == sorted([f"wheels/{wheel.name}", script, "start.py", "说明.txt", "清单.txt"])
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        assert files["清单.txt"].decode() == f"{digest}  wheels/{wheel.name}\n"
        ends = files[script].count(b"\r\n")
        assert ends == (files[script].count(b"\n") if platform == "windows" else 0)
        assert rights[script] & 0o111 == (0 if platform == "windows" else 0o111)


def test_the_script_for_windows_says_everything_after_the_code_page_is_set() -> None:
    lines = (ROOT / ".ci" / "bundle" / "开始.bat").read_text(encoding="utf-8").splitlines()
    assert lines.index("chcp 65001 >nul") < next(i for i, line in enumerate(lines) if not line.isascii())
    versions = ".".join(map(str, start.VERSIONS[0])), ".".join(map(str, start.VERSIONS[1]))
    assert versions == (bundle.PYTHONS[0], bundle.PYTHONS[-1])
    assert all(python in "\n".join(lines) for python in bundle.PYTHONS)


# --- how they start ------------------------------------------------------------------------------------------------------


def test_what_the_start_script_is_asked_for(tmp_path: Path) -> None:
    home = tmp_path / "工作"
    assert start.request(tmp_path, []) == (None, ["init", str(home)])
    (home / "收件箱").mkdir(parents=True)
    (home / "设置.yaml").touch()
    run = ["run", "--log-file", "run.log"]
    assert start.request(tmp_path, []) == (home, run)
    assert start.request(tmp_path, [str(home)]) == (home, run)
    inbox, file = tmp_path / "2019.年报", tmp_path / "甲局.xlsx"
    inbox.mkdir()
    file.touch()
    dragged = [str(inbox), str(file)]
    assert start.request(tmp_path, dragged) == (None, ["run", *dragged, "-o", str(tmp_path / "2019.年报_结果")])
    assert start.request(tmp_path, dragged[1:]) == (None, ["run", str(file), "-o", str(tmp_path / "甲局_结果")])
    assert start.request(tmp_path, ["verify", str(inbox)]) == (None, ["verify", str(inbox)])


def unpacked(zipped: Path, folder: Path) -> Path:
    """A bundle as a user unpacks it: with the rights of its files."""
    with zipfile.ZipFile(zipped) as package:
        for member in package.infolist():
            Path(package.extract(member, folder)).chmod(member.external_attr >> 16)
    return folder / zipped.stem


def started(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """开始.sh without network, HOME and locale; a proxy that is none refuses whoever asks for an index."""
    env = {"PATH": os.defpath, "LANG": "C", "PYTHON": sys.executable, "https_proxy": "http://127.0.0.1:9"}
    command = [str(place / "开始.sh"), *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, encoding="utf-8", check=False, timeout=300)


def test_a_bundle_installs_itself_once_and_starts(tmp_path: Path) -> None:
    """After an installation that failed, for want of a wheel, it begins anew."""
    pip = next((Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl"))
    bundle.write(tmp_path / "jixiao-linux-x86_64.zip", bundle.contents("linux-x86_64", [pip]))
    place = unpacked(tmp_path / "jixiao-linux-x86_64.zip", tmp_path / "装 在 这里")
    failed = started(place)
    assert failed.returncode == 2
    assert "安装没有完成" in failed.stderr
    shutil.copy(fake_wheel(tmp_path), place / "wheels")
    done = started(place, "fields", "--json")
    assert (done.returncode, done.stderr) == (7, "")
    assert done.stdout.splitlines()[0].startswith("第一次使用")
    assert done.stdout.splitlines()[1].endswith(" jixiao fields --json")
    assert started(place).stdout == f"asked {Path.cwd()} jixiao init {place / '工作'}\n"


# --- the real ones -------------------------------------------------------------------------------------------------------


@pytest.mark.soak
def test_the_bundles_are_complete_and_the_one_for_this_machine_scores(tmp_path: Path) -> None:
    """Downloads every wheel; needs a package registry."""
    here = f"linux-{os.uname().machine}"
    made = {name: bundle.bundle(name, bundle.PYTHONS, tmp_path) for name in bundle.PLATFORMS}
    for name, path in made.items():
        with zipfile.ZipFile(path) as package:
            wheels = [one.rpartition("/")[2] for one in package.namelist() if one.endswith(".whl")]
        assert list(bundle.missing(name, bundle.PYTHONS, wheels)) == []
    place = unpacked(made[here], tmp_path / "here")
    assert started(place).returncode == 0
    suining(place / "工作" / "收件箱" / "绥宁县人社局")
    done = started(place)
    assert done.returncode == 1, done.stderr
    assert (place / "工作" / "结果" / "评分汇总_2019.xlsx").is_file()
