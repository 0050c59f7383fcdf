"""What a run was made of: the sheets 来源文件 and 运行信息, and run.json."""

import hashlib
import platform
from collections import defaultdict
from collections.abc import Sequence
from importlib.metadata import version as library_version
from typing import Any

from converter import __version__
from converter.books.tables import Row
from converter.intake.discover import Inbox
from converter.mapping.departments import Submission
from converter.mapping.facts import Reading
from converter.mapping.library import Library
from converter.mapping.roster import Roster
from converter.scoring.batch import Batch
from converter.scoring.prior import Prior
from converter.vocabulary.findings import Finding

SCHEMA_VERSION = 1
_LIBRARIES = (
    *("pandas", "numpy", "xlsxwriter", "python-calamine", "xlrd", "openpyxl", "lxml", "charset-normalizer"),
    *("pydantic", "ruamel.yaml"),
)


def source_rows(
    inbox: Inbox,
    readings: Sequence[Reading],
    submissions: Sequence[Submission],
    batch: Batch,
    findings: Sequence[Finding],
) -> list[Row]:
    """Rows of 来源文件: every file with what was found in it, and what became of it."""
    whose = {(d.file, d.sheet): s for s in submissions for d in s.documents}
    reasons: dict[str, list[str]] = defaultdict(list)
    for item in findings:
        if item.code.startswith("F") or item.code == "M01":
            reasons[item.place.file].append(item.message)
    by_name = {reading.file: reading for reading in readings}
    rows: list[Row] = []
    for source in inbox.sources:
        documents = by_name[source.name].documents
        noted = "；".join(reasons[source.name])
        if not documents:
            rows.append((source.name, "", None, "", source.size, source.sha256, noted or "未采用"))
        for document in documents:
            owner = whose.get((document.file, document.sheet))  # None for a copy of another file
            use = _use(document.year, batch.year, owner) if owner else ""
            result, name = "；".join(filter(None, (use, noted))), owner.department if owner else ""
            rows.append((source.name, name, document.year, document.form, source.size, source.sha256, result))
    rows += [(s.name, "", None, "", s.size, s.sha256, "在“作废”或“退回”文件夹，未采用") for s in inbox.void]
    rows += [(name, "", None, "", None, "", "临时文件或链接的文件夹，已忽略") for name in inbox.ignored]
    return rows


def _use(year: int | None, batch_year: int, owner: Submission) -> str:
    if owner.listed and not owner.listed.evaluated:
        return f"名单注明不参评（{owner.listed.excuse}），未采用"
    if year == batch_year:
        return "已采用"
    return "作为上年数据采用" if year == batch_year - 1 else "年度不在本次范围，未采用"


def info_rows(batch: Batch, library: Library, inbox: Inbox, roster: Roster, prior: Prior | None = None) -> list[Row]:
    """Rows of 运行信息: what the result depends on, and nothing that changes from day to day."""
    scheme = batch.scheme
    named = "".join(f"{s.name}\0{s.sha256}\n" for s in inbox.sources)
    inputs = hashlib.sha256(named.encode(errors="surrogatepass")).hexdigest()
    libraries = "，".join(f"{name} {library_version(name)}" for name in _LIBRARIES)
    return [
        ("程序", f"jixiao {__version__}"),
        ("数据年度", str(batch.year)),
        ("区划", f"{scheme.file.region.code} {scheme.file.region.name}"),
        ("评分方案", f"{scheme.name} {scheme.document.shown}"),
        ("方案依据", str(scheme.file.basis)),
        ("方案 SHA-256", scheme.sha256),
        ("映射 SHA-256", library.fingerprint()),
        ("部门名单", f"{roster.shown}，{len(roster.entries)} 个部门" if roster else "没有使用"),
        ("名单 SHA-256", roster.sha256),
        ("上年输出", _told_prior(prior, batch.lost)),
        ("上年输出 SHA-256", prior.sha256 if prior else ""),
        (
            "输入文件",
            f"{len(inbox.sources)} 个，另有作废或退回 {len(inbox.void)} 个，忽略临时文件或链接 {len(inbox.ignored)} 个",
        ),
        ("输入 SHA-256", inputs),
        ("部门", f"{len(batch.departments)} 个"),
        ("Python", platform.python_version()),
        ("程序库", libraries),
    ]


def _told_prior(prior: Prior | None, lost: Sequence[str]) -> str:
    if prior is None:
        return "没有使用"
    missing = f"，本年没有的：{'、'.join(lost)}" if lost else ""
    return f"{prior.shown}/facts.csv，{prior.year} 年度，{len(prior.facts)} 个部门{missing}"


def manifest(
    batch: Batch,
    library: Library,
    inbox: Inbox,
    sources: Sequence[Row],
    roster: Roster,
    prior: Prior | None = None,
) -> dict[str, Any]:
    """The part of run.json that is known before anything is written: versions, rules, every input and its fate."""
    scheme = batch.scheme
    results: dict[str, list[dict[str, object]]] = defaultdict(list)
    for name, department, year, form, _, _, result in sources:
        results[str(name)].append({"department": department, "year": year, "form": form, "result": result})
    return {
        "schema_version": SCHEMA_VERSION,
        "program": {"name": "jixiao", "version": __version__, "python": platform.python_version()},
        "libraries": {name: library_version(name) for name in _LIBRARIES},
        "year": batch.year,
        "region": {"code": scheme.file.region.code, "name": scheme.file.region.name},
        "scheme": {"file": scheme.document.shown, "name": scheme.name, "sha256": scheme.sha256},
        "mappings": {"layers": [layer.name for layer in library.layers], "sha256": library.fingerprint()},
        "departments": {"file": roster.shown, "sha256": roster.sha256} if roster else None,
        "prior": {"folder": prior.shown, "year": prior.year, "sha256": prior.sha256} if prior else None,
        "decisions": None,
        "inputs": [
            {"file": s.name, "size": s.size, "sha256": s.sha256, "documents": results[s.name]} for s in inbox.sources
        ],
        "void": [{"file": s.name, "size": s.size, "sha256": s.sha256} for s in inbox.void],
        "ignored": inbox.ignored,
    }
