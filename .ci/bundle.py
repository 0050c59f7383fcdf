"""Makes the offline bundles: a ZIP for each platform with every wheel, pinned by hash, and a script to start from.

    python .ci/bundle.py FOLDER [PLATFORM…] [--python 3.12 …]

The same pins give the same bytes. A bundle that lacks a wheel for one of its Pythons is not written (exit 1).
"""

import argparse
import hashlib
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).resolve().parent.parent
TEXTS = ROOT / ".ci" / "bundle"
PINS = (ROOT / ".ci" / "requirements.txt", ROOT / ".ci" / "requirements-bundle.txt")
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
_GLIBC = ("2_28", "2_27", "2_26", "2_24", "2_17")
#: Name of a bundle → the platforms its wheels may be made for, and what markers see there.
PLATFORMS: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "windows": (("win_amd64",), {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"}),
    **{
        f"linux-{machine}": (
            (*(f"manylinux_{glibc}_{machine}" for glibc in _GLIBC), f"manylinux2014_{machine}"),
            {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": machine},
        )
        for machine in ("x86_64", "aarch64")
    },
}
_DATE = (1980, 1, 1, 0, 0, 0)


def pins(platform: str, python: str) -> dict[str, str]:
    """Name==version of what is needed on a platform under a Python → its pin with hashes, markers settled."""
    environment = {**PLATFORMS[platform][1], "python_version": python, "python_full_version": f"{python}.0"}
    needed = {}
    for text in PINS:
        for block in re.split(r"\n(?=\S)", text.read_text(encoding="utf-8").strip()):
            head, *hashes = block.replace("\\\n", " ").split("--hash=")
            name, _, marker = head.partition(";")
            if not marker.strip() or Marker(marker.strip()).evaluate(environment):
                needed[name.strip()] = " ".join([name.strip(), *(f"--hash={one.strip()}" for one in hashes)])
    return needed


def tags(platform: str, python: str) -> set[Tag]:
    """The tags of wheels that a Python of a platform can use."""
    major, minor = map(int, python.split("."))
    platforms = PLATFORMS[platform][0]
    own = cpython_tags((major, minor), platforms=platforms)
    return {*own, *compatible_tags((major, minor), f"cp{major}{minor}", platforms)}


def missing(platform: str, pythons: Iterable[str], wheels: Iterable[str]) -> Iterator[str]:
    """What a bundle with these wheels lacks, one line for each pin and Python."""
    have = [parse_wheel_filename(name) for name in wheels]
    for python in pythons:
        usable = tags(platform, python)
        there = {f"{name}=={version}" for name, version, _, made_for in have if made_for & usable}
        for pin in pins(platform, python):
            name, _, version = pin.partition("==")
            if f"{canonicalize_name(name)}=={version}" not in there:
                yield f"{platform}：Python {python} 缺 {pin}"
        if not any(name == "jixiao" for name, *_ in have):
            yield f"{platform}：缺 jixiao"


def download(platform: str, python: str, folder: Path) -> None:
    """Fetches the pinned wheels for a platform and a Python into a folder; those that are there stay."""
    with tempfile.TemporaryDirectory() as place:
        listed = Path(place) / "requirements.txt"
        listed.write_text("\n".join(pins(platform, python).values()), encoding="utf-8")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--require-hashes", "--only-binary=:all:", "--implementation", "cp", "--python-version", python]
        command += [option for name in PLATFORMS[platform][0] for option in ("--platform", name)]
        subprocess.run([*command, "--dest", str(folder), "-r", str(listed)], check=True)


def own_wheel(folder: Path) -> None:
    """Builds jixiao's own wheel into a folder."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def contents(platform: str, wheels: Sequence[Path]) -> dict[str, bytes]:
    """The files of a bundle by name: the wheels, their hashes, and what starts them."""
    script = "开始.bat" if platform == "windows" else "开始.sh"
    files = {f"wheels/{path.name}": path.read_bytes() for path in wheels}
    files["清单.txt"] = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items())
    ).encode()
    for name in (script, "start.py", "说明.txt"):
        text = (TEXTS / name).read_text(encoding="utf-8")
        files[name] = (text.replace("\n", "\r\n") if platform == "windows" else text).encode()
    return files


def write(target: Path, files: dict[str, bytes]) -> None:
    """Writes a bundle: names in order, one date, wheels as they are."""
    folder = target.stem
    with zipfile.ZipFile(target, "w") as package:
        for name, content in sorted(files.items()):
            member = zipfile.ZipInfo(f"{folder}/{name}", _DATE)
            mode = 0o100755 if name.endswith(".sh") else 0o100644
            member.create_system, member.external_attr = 3, mode << 16
            member.compress_type = zipfile.ZIP_STORED if name.endswith(".whl") else zipfile.ZIP_DEFLATED
            package.writestr(member, content)


def bundle(platform: str, pythons: Sequence[str], folder: Path) -> Path:
    """Makes one bundle. Raises ValueError with what is missing."""
    store = folder / "wheels" / platform
    store.mkdir(parents=True, exist_ok=True)
    for old in store.glob("jixiao-*.whl"):
        old.unlink()
    for python in pythons:
        download(platform, python, store)
    own_wheel(store)
    wanted = {pin for python in pythons for pin in pins(platform, python)}
    wheels = [path for path in sorted(store.glob("*.whl")) if _is_wanted(path, wanted)]
    if lacking := list(missing(platform, pythons, [path.name for path in wheels])):
        raise ValueError("\n".join(lacking))
    target = folder / f"jixiao-{platform}.zip"
    write(target, contents(platform, wheels))
    return target


def _is_wanted(path: Path, wanted: set[str]) -> bool:
    """Whether a wheel is ours or pinned: an older download may lie in the store."""
    name, version, *_ = parse_wheel_filename(path.name)
    pinned = {(canonicalize_name(pin.partition("==")[0]), pin.partition("==")[2]) for pin in wanted}
    return name == "jixiao" or (name, str(version)) in pinned


def main() -> int:
    """Makes the bundles that the command line names, all of them by default."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("platforms", nargs="*", choices=[[], *PLATFORMS], default=[])
    parser.add_argument("--python", action="append", choices=PYTHONS)
    asked = parser.parse_args()
    for platform in asked.platforms or PLATFORMS:
        try:
            made = bundle(platform, asked.python or PYTHONS, asked.folder)
        except ValueError as error:
            print(error, file=sys.stderr)
            return 1
        print(f"{made}  {made.stat().st_size / 2**20:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
