"""The floor of a finished run: its own input and output bytes inflated, parsed and deflated again, without any meaning.

Run as: python -m tests.benchmarks.floor IN OUT. Reading OUT's parts is not counted; prints the seconds of two processes.
"""

import sys
import time
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from xml.parsers import expat

PROCESSES = 2


def parse(path: Path) -> None:
    """Every part of a workbook, inflated and parsed by nothing but expat."""
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            if name.endswith(".xml"):
                expat.ParserCreate().Parse(package.read(name), True)


def inflated(path: Path) -> list[bytes]:
    """The parts of a package, or the bytes of any other file."""
    if path.suffix != ".xlsx":
        return [path.read_bytes()]
    with zipfile.ZipFile(path) as package:
        return [package.read(name) for name in package.namelist()]


def deflate(parts: Iterable[bytes]) -> None:
    """Every part, deflated as xlsxwriter does."""
    for part in parts:
        packer = zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -15)
        packer.compress(part)
        packer.flush()
        zlib.crc32(part)


def share(inputs: Sequence[Path], outputs: Sequence[Path]) -> float:
    """Seconds that one process takes for its share."""
    parts = [inflated(path) for path in outputs]
    started = time.perf_counter()
    for path in inputs:
        parse(path)
    for of_file in parts:
        deflate(of_file)
    return time.perf_counter() - started


def floor(inbox: Path, out: Path) -> float:
    """Seconds for all of it: those of the slower process."""
    inputs = sorted(inbox.glob("*.xlsx"))
    # The largest outputs first, dealt out in turn: the shares are as even as they can be.
    outputs = sorted((p for p in out.rglob("*") if p.is_file()), key=lambda p: -p.stat().st_size)
    with ProcessPoolExecutor(PROCESSES) as pool:
        shares = [pool.submit(share, inputs[at::PROCESSES], outputs[at::PROCESSES]) for at in range(PROCESSES)]
        return max(one.result() for one in shares)


if __name__ == "__main__":
    print(floor(Path(sys.argv[1]), Path(sys.argv[2])))
