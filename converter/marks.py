"""指纹 at the foot of printed pages: two prints that show the same were made of the same.

That of a run is over all its inputs. That of a department's workbook is over what this workbook depends on, so that it stays
the same workbook, byte by byte, while only other departments hand in again.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a run again that has nothing to do loads none of it
    from converter.mapping.departments import Submission

#: A row of 运行信息 or 问题清单.
Row = tuple[object, ...]
MARK = "指纹"
INPUTS = "输入 SHA-256"
_DECIDING = re.compile("程序$|数据年度$|区划|公式重算$|.*SHA-256")
_DIGITS = 12
_VERSION = re.compile(r"^Version: *(\S+)", re.MULTILINE)
#: Libraries whose version a result may hang on.
LIBRARIES = (
    *("pandas", "numpy", "xlsxwriter", "python-calamine", "xlrd", "openpyxl", "lxml", "charset-normalizer"),
    *("pydantic", "ruamel.yaml", "PyYAML"),
)


@cache
def library_version(name: str) -> str:
    """The version of an installed library, looked up once, in a fifth of the time that taking apart all it says would take."""
    from importlib.metadata import distribution, version  # which workers do without

    told = _VERSION.search(distribution(name).read_text("METADATA") or "")
    return told[1] if told else version(name)


def run_mark(info: Sequence[Row]) -> str:
    """Twelve hex digits over program version, year, region and the hashes of inputs, rules, lists and decisions in the rows of
    运行信息. Neither counts, file names of the rules, nor the machine enter it.
    """
    return _digest(_deciding(info))[:_DIGITS]


def fingerprint(info: Sequence[Row]) -> str:
    """The 指纹 of 运行信息, printed at the foot of every page of the summary."""
    return str(next(row[1] for row in info if row[0] == MARK))


def files_of(submissions: "Sequence[Submission]", digests: Mapping[str, str]) -> dict[str, list[tuple[str, str]]]:
    """The files of each department, with their SHA-256."""
    return {
        one.department: [(document.file, digests[document.file]) for document in one.documents] for one in submissions
    }


def materials(info: Sequence[Row], files: Mapping[str, Iterable[tuple[str, str]]]) -> dict[str, str]:
    """What each department's workbook is made of, as a digest: all that the run's 指纹 is over, but of the inputs only the
    department's own `files` (name and SHA-256). That of "" is what all have in common.
    """
    common = [row for row in _deciding(info) if row[0] != INPUTS]
    return {"": _digest(common)} | {who: _digest([*common, *sorted(set(own))]) for who, own in files.items()}


def digest_of(findings: Sequence[Row]) -> str:
    """The digest of the rows of 问题清单 in a workbook."""
    return _digest((repr(row), "") for row in findings)


def book_mark(made_of: str, findings: str) -> str:
    """The 指纹 of a department's workbook: of its material, and of the digest of its 问题清单, which may tell of others."""
    return _digest([(made_of, findings)])[:_DIGITS]


def _deciding(info: Sequence[Row]) -> list[tuple[str, str]]:
    return [(str(name), str(value)) for name, value in info if _DECIDING.match(str(name))]


def _digest(rows: Iterable[tuple[str, str]]) -> str:
    told = "".join(f"{name}\0{value}\n" for name, value in rows)
    return hashlib.sha256(told.encode(errors="surrogatepass")).hexdigest()
