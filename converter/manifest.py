"""What a run was made of: the sheets 来源文件 and 运行信息, and run.json."""

import hashlib
import json
import platform
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from converter import __version__
from converter.books.tables import Row, Rows
from converter.intake.discover import Inbox
from converter.mapping.departments import Submission
from converter.mapping.facts import Reading
from converter.mapping.library import Library
from converter.marks import INPUTS, LIBRARIES, MARK, library_version, run_mark
from converter.scoring.choosing import Choice, level_of
from converter.scoring.outline import extended
from converter.scoring.prior import Prior
from converter.scoring.whole import Whole
from converter.telling import is_about_a_file
from converter.vocabulary.findings import Finding

SCHEMA_VERSION = 1
#: Where run.json lists what a run wrote: file and SHA-256 of each.
OUTPUTS = "outputs"
#: Words of JSON, and inputs, that are held together.
_WORDS, _ENTRIES = 5_000, 500
_BYTES = 1 << 20


def source_rows(
    inbox: Inbox,
    readings: Sequence[Reading],
    submissions: Sequence[Submission],
    whole: Whole,
    findings: Iterable[Finding],
) -> Iterator[Row]:
    """Rows of 来源文件: every file with what was found in it, and what became of it."""
    whose = {(d.file, d.sheet): s for s in submissions for d in s.documents}
    reasons: dict[str, list[str]] = defaultdict(list)
    for item in findings:
        if is_about_a_file(item):
            reasons[item.place.file].append(item.message)
    by_name = {reading.file: reading for reading in readings}
    for source in inbox.sources:
        documents = by_name[source.name].documents
        noted = "；".join(reasons.get(source.name, ()))
        if not documents:
            yield source.name, "", None, "", source.size, source.sha256, noted or "未采用"
        for document in documents:
            owner = whose.get((document.file, document.sheet))  # None for a copy of another file
            use = _use(document.year, whole.year, owner) if owner else ""
            result, name = "；".join(filter(None, (use, noted))), owner.department if owner else ""
            yield source.name, name, document.year, document.form, source.size, source.sha256, result
    for source in inbox.void:
        yield source.name, "", None, "", source.size, source.sha256, "在“作废”或“退回”文件夹，未采用"
    for name in inbox.ignored:
        yield name, "", None, "", None, "", "临时文件、脚本或链接的文件夹，已忽略"


def _use(year: int | None, batch_year: int, owner: Submission) -> str:
    if owner.listed and not owner.listed.evaluated:
        return f"名单注明不参评（{owner.listed.excuse}），未采用"
    if year == batch_year:
        return "已采用"
    return "作为上年数据采用" if year == batch_year - 1 else "年度不在本次范围，未采用"


def info_rows(
    whole: Whole,
    library: Library,
    inbox: Inbox,
    chosen: Mapping[str, Choice],
    prior: Prior | None = None,
    *,
    recalculated: bool = False,
) -> list[Row]:
    """Rows of 运行信息, the 指纹 first: what the result depends on, and nothing that changes from day to day.

    `chosen` has the scheme of each 类别, and by what it was chosen.
    """
    roster, decisions = whole.rules.roster, whole.rules.decisions
    named = "".join(f"{s.name}\0{s.sha256}\n" for s in inbox.sources)
    inputs = hashlib.sha256(named.encode(errors="surrogatepass")).hexdigest()
    libraries = "，".join(f"{name} {library_version(name)}" for name in LIBRARIES)
    rows: list[Row] = [
        ("程序", f"jixiao {__version__}"),
        ("数据年度", str(whole.year)),
        *(row for kinds, choice in _distinct(chosen) for row in _scheme_rows(kinds, choice)),
        ("映射 SHA-256", library.fingerprint),
        ("部门名单", f"{roster.shown}，{len(roster.entries)} 个部门" if roster else "没有使用"),
        ("名单 SHA-256", roster.sha256),
        ("上年输出", _told_prior(prior, whole.lost)),
        ("上年输出 SHA-256", prior.sha256 if prior else ""),
        ("复核记录", f"{decisions.shown}，签署齐全 {len(decisions.rows)} 条" if decisions else "没有使用"),
        ("复核记录 SHA-256", decisions.sha256),
        (
            "输入文件",
            f"{len(inbox.sources)} 个，另有作废或退回 {len(inbox.void)} 个，忽略临时文件、脚本或链接 {len(inbox.ignored)} 个",
        ),
        (INPUTS, inputs),
        *([("公式重算", "没有算过的公式由 LibreOffice 在副本里算出")] if recalculated else []),
        ("部门", f"{len(whole.departments)} 个"),
        ("Python", platform.python_version()),
        ("程序库", libraries),
    ]
    return [(MARK, run_mark(rows)), *rows]


def _distinct(chosen: Mapping[str, Choice]) -> list[tuple[str, Choice]]:
    """Each scheme once, with the 类别 it scores ("" where it scores all)."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for kind, choice in chosen.items():
        kinds[choice.scheme.document.shown].append(kind or "未写类别")
    first = {choice.scheme.document.shown: choice for choice in chosen.values()}
    return [("、".join(kinds[shown]) if len(first) > 1 else "", choice) for shown, choice in first.items()]


def _scheme_rows(kinds: str, choice: Choice) -> list[Row]:
    scheme = choice.scheme
    whom = f"（{kinds}）" if kinds else ""
    rows: list[Row] = [
        (f"区划{whom}", f"{scheme.file.region.code} {scheme.file.region.name}"),
        (f"评分方案{whom}", f"{scheme.name} {scheme.document.shown}"),
        (f"方案级次{whom}", str(choice)),
        (f"方案依据{whom}", str(scheme.file.basis)),
        (f"方案 SHA-256{whom}", scheme.sha256),
    ]
    if base := extended(scheme):
        rows.insert(2, (f"方案继承{whom}", "、".join(base)))
    return rows


def _scheme_entry(kinds: str, choice: Choice) -> dict[str, Any]:
    scheme = choice.scheme
    return {
        "kinds": kinds,
        "region": {"code": scheme.file.region.code, "name": scheme.file.region.name},
        "file": scheme.document.shown,
        "name": scheme.name,
        "level": level_of(scheme),
        "reason": choice.reason,
        "extends": extended(scheme),
        "sha256": scheme.sha256,
    }


def _told_prior(prior: Prior | None, lost: Sequence[str]) -> str:
    if prior is None:
        return "没有使用"
    missing = f"，本年没有的：{'、'.join(lost)}" if lost else ""
    return f"{prior.shown}/facts.csv，{prior.year} 年度，{len(prior.facts)} 个部门{missing}"


class Inputs(list[dict[str, Any]]):
    """Every input with what became of it, out of the rows of 来源文件, of which the first files are inputs. A list for json,
    that is made each time it is gone through; its text may lie in a file already.
    """

    def __init__(self, sources: Rows, count: int, file: Path | None = None) -> None:
        super().__init__()
        self._sources, self._count, self.file = sources, count, file

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return islice(self._entries(), self._count)

    def _entries(self) -> Iterator[dict[str, Any]]:
        entry: dict[str, Any] = {}
        for file, department, year, form, size, sha256, result in self._sources:
            document = {"department": department, "year": year, "form": form, "result": result}
            if entry and file == entry["file"]:
                entry["documents"].append(document)
            else:
                if entry:
                    yield entry
                entry = {"file": file, "size": size, "sha256": sha256, "documents": [document]}
        if entry:
            yield entry


def inputs_as_json(sources: Rows, count: int) -> Iterator[bytes]:
    """The inputs as they stand in run.json, of which they are most: for a worker to write. The same as `_inner` gives, in a fifth
    of the time: json puts no plain mapping on lines of its own without going through it in Python.
    """
    return _listed(map(_entry_as_json, Inputs(sources, count)))


def _listed(entries: Iterator[str]) -> Iterator[bytes]:
    """Entries as a list below the first brace, a good many at a time."""
    before, end = "[\n  ", "[]"
    while some := list(islice(entries, _ENTRIES)):
        yield (before + ",\n  ".join(some)).encode(errors="replace")
        before, end = ",\n  ", "\n ]"
    yield end.encode()


def _output_as_json(entry: Mapping[str, str]) -> str:
    return f"{{\n   {_ENTRY(entry)[1:-1]}\n  }}"


def _entry_as_json(entry: Mapping[str, Any]) -> str:
    documents = ",\n    ".join([f"{{\n     {_DOCUMENT(one)[1:-1]}\n    }}" for one in entry["documents"]])
    own = {key: value for key, value in entry.items() if key != "documents"}
    return f'{{\n   {_ENTRY(own)[1:-1]},\n   "documents": [\n    {documents}\n   ]\n  }}'


def _on_lines(depth: int) -> Callable[[object], str]:
    """What writes a mapping of plain values as JSON, its entries on lines of their own, so many blanks deep, without their first."""
    return json.JSONEncoder(ensure_ascii=False, separators=(f",\n{' ' * depth}", ": ")).encode


_ENTRY, _DOCUMENT = map(_on_lines, (3, 5))


def as_json(content: Mapping[str, Any]) -> Iterator[bytes]:
    """run.json, piece by piece."""
    before = b"{"
    for key, value in content.items():
        yield before + f"\n {json.dumps(key, ensure_ascii=False)}: ".encode()
        if isinstance(value, Inputs) and value.file:
            yield from _blocks(value.file)
        else:
            yield from _listed(map(_output_as_json, value)) if key == OUTPUTS else _inner(value)
        before = b","
    yield b"\n}"


def _inner(value: object) -> Iterator[bytes]:
    """A value below the first brace, a good many words at a time."""
    words = json.JSONEncoder(ensure_ascii=False, indent=1).iterencode(value)
    while some := "".join(islice(words, _WORDS)):
        yield some.replace("\n", "\n ").encode(errors="replace")


def _blocks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        yield from iter(partial(stream.read, _BYTES), b"")


def manifest(
    whole: Whole,
    library: Library,
    inbox: Inbox,
    sources: Rows,
    chosen: Mapping[str, Choice],
    prior: Prior | None = None,
) -> dict[str, Any]:
    """The part of run.json that is known before anything is written: versions, rules, every input and its fate (Inputs, whose
    text may come to lie in a file).
    """
    distinct = _distinct(chosen)
    scheme = distinct[0][1].scheme
    names, shown, digests = zip(
        *((c.scheme.name, c.scheme.document.shown, c.scheme.sha256) for _, c in distinct), strict=True
    )
    digest = digests[0] if len(digests) == 1 else hashlib.sha256("\n".join(digests).encode()).hexdigest()
    roster, decisions = whole.rules.roster, whole.rules.decisions
    return {
        "schema_version": SCHEMA_VERSION,
        "program": {"name": "jixiao", "version": __version__, "python": platform.python_version()},
        "libraries": {name: library_version(name) for name in LIBRARIES},
        "year": whole.year,
        "region": {"code": scheme.file.region.code, "name": scheme.file.region.name},
        "scheme": {"file": "；".join(shown), "name": "；".join(names), "sha256": digest},
        "schemes": [_scheme_entry(kinds, choice) for kinds, choice in distinct],
        "mappings": {
            "layers": [layer.name for layer in library.layers],
            "sha256": library.fingerprint,
            "files": library.digests,
        },
        "departments": {"file": roster.shown, "sha256": roster.sha256} if roster else None,
        "prior": {"folder": prior.shown, "year": prior.year, "sha256": prior.sha256} if prior else None,
        "decisions": {"file": decisions.shown, "sha256": decisions.sha256} if decisions else None,
        "inputs": Inputs(sources, len(inbox.sources)),
        "void": [{"file": s.name, "size": s.size, "sha256": s.sha256} for s in inbox.void],
        "ignored": inbox.ignored,
    }
