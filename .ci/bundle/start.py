"""Starts jixiao from the bundle: installs the wheels beside it the first time, then does what it is asked.

开始.bat and 开始.sh call it. Without arguments it works in the folder 工作; folders or files dragged onto it are
converted into a folder beside the first; anything else is a command of jixiao.
"""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VERSIONS = ((3, 11), (3, 14))
HOME, SETTINGS = "工作", "设置.yaml"


def library(here: Path) -> Path:
    """Where the wheels are installed for this Python."""
    return here / "lib" / f"{sys.version_info.major}.{sys.version_info.minor}"


def install(here: Path) -> None:
    """Installs the wheels, from this folder alone, by the pip that lies among them; an interrupted installation is begun anew."""
    target = library(here)
    done = target / "完成"
    if done.exists():
        return
    print("第一次使用，正在安装，约一分钟……", flush=True)
    (pip,) = (here / "wheels").glob("pip-*.whl")
    command = [sys.executable, str(pip / "pip"), "install", "--quiet", "--disable-pip-version-check", "--no-index"]
    command += [
        "--no-warn-conflicts",
        "--root-user-action",
        "ignore",
        "--upgrade",
        "--find-links",
        str(here / "wheels"),
        "--target",
        str(target),
        "jixiao",
    ]
    subprocess.run(command, check=True, env={**os.environ, "PIP_CONFIG_FILE": os.devnull})
    done.touch()


def request(here: Path, given: list[str]) -> tuple[Path | None, list[str]]:
    """The folder to go to (None: stay) and the command of jixiao, for the arguments of the start script."""
    if not given:
        home = here / HOME
        if (home / SETTINGS).is_file():
            return home, ["run", "--log-file", "run.log"]
        return None, ["init", str(home)]
    first = Path(given[0])
    if not all(Path(name).exists() for name in given):
        return None, given
    if len(given) == 1 and (first / SETTINGS).is_file():
        return first, ["run", "--log-file", "run.log"]
    place = first.resolve()
    name = place.stem if place.is_file() else place.name
    return None, ["run", *given, "-o", str(place.parent / f"{name}_结果")]


def main(given: list[str]) -> int:
    """Installs, then runs; the exit code is that of jixiao."""
    if not VERSIONS[0] <= sys.version_info[:2] <= VERSIONS[1] or sys.maxsize < 2**32:
        print("请用 64 位的 Python 3.11 到 3.14", file=sys.stderr)
        return 2
    try:
        install(HERE)
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        print(f"安装没有完成：{error}（请把压缩包完整解开到可以写入的文件夹后重试）", file=sys.stderr)
        return 2
    folder, command = request(HERE, given)
    own = [sys.executable, "-X", "utf8", str(Path(__file__).resolve()), "--jixiao", *command]
    return subprocess.run(own, cwd=folder, check=False).returncode


def jixiao(arguments: list[str]) -> None:
    """The program itself, in this process."""
    from converter.__main__ import main as program  # found in the library of this Python

    sys.argv = ["jixiao", *arguments]
    program()


sys.path.insert(0, str(library(HERE)))
if __name__ == "__main__":
    if sys.argv[1:2] == ["--jixiao"]:
        jixiao(sys.argv[2:])
    else:
        sys.exit(main(sys.argv[1:]))
