"""Reading OUT back: frames from the CSV files, the rules and totals from the summary workbook, the manifest.

A summary workbook that was handed on alone is read back as well, from its sheets.
"""

import csv
import hashlib
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import python_calamine

from converter.books import tables
from converter.books.summary import SHEETS
from converter.intake.cells import text_of
from converter.vocabulary.findings import Place, RunError

Record = dict[str, str]
#: How the note begins that stands below a sheet that was cut (CONTRACT: 200,000 rows).
_CUT = re.compile(r"共 \d+ 行，本表只列前")


@dataclass(frozen=True)
class Output:
    """One OUT folder. Every value is text as in the CSV: a blank stays "", never 0."""

    folder: Path

    def __post_init__(self) -> None:
        if not (self.folder / "run.json").is_file():
            advice = "请给出 jixiao run 的输出文件夹（里面有 run.json）"
            raise RunError("R08", "不是一个完整的输出文件夹", advice, Place(str(self.folder)))

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """run.json. Raises RunError R08 where it is damaged or not ours."""
        try:
            content: dict[str, Any] = json.loads((self.folder / "run.json").read_text(encoding="utf-8"))
            content["outputs"] = [{"file": str(e["file"]), "sha256": str(e["sha256"])} for e in content["outputs"]]
            content["year"] = int(content["year"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise RunError("R08", "run.json 已损坏", "请重新运行 jixiao run", Place(str(self.folder))) from error
        return content

    @property
    def fingerprint(self) -> str:
        """The 指纹 of the run, "" for an output of an earlier version."""
        return str(self.manifest.get("fingerprint", ""))

    @cached_property
    def scores(self) -> list[Record]:
        """Rows of scores.csv by head."""
        return self._csv("scores.csv", tables.SCORE_HEADS)

    @cached_property
    def facts(self) -> list[Record]:
        """Rows of facts.csv by head."""
        return self._csv("facts.csv", tables.FACT_HEADS)

    @cached_property
    def findings(self) -> list[Record]:
        """Rows of findings.csv by head."""
        return self._csv("findings.csv", tables.FINDING_HEADS)

    @cached_property
    def rules(self) -> dict[str, Record]:
        """Rows of the sheet 规则 by 三级指标; with the 依据 where several schemes have an indicator of that name."""
        rows = self._sheet("规则")
        often = Counter(row["三级指标"] for row in rows)
        return {row["三级指标"] if often[row["三级指标"]] == 1 else _of_scheme(row): row for row in rows}

    def rule(self, score: Record) -> Record:
        """The rule behind a row of 指标得分, {} where there is none."""
        return rule_of(self.rules, score)

    @cached_property
    def totals(self) -> list[Record]:
        """Rows of the sheet 汇总."""
        return self._sheet("汇总")

    @cached_property
    def info(self) -> dict[str, str]:
        """The sheet 运行信息: what the result depends on, 项目 → 内容."""
        return {row["项目"]: row["内容"] for row in self._sheet("运行信息")}

    @cached_property
    def sources(self) -> list[Record]:
        """Rows of the sheet 来源文件."""
        return self._sheet("来源文件")

    @property
    def whole(self) -> bool:
        """Whether `facts` holds every fact, not only those that the sheet 规范数据 shows."""
        return True

    @property
    def summary_path(self) -> Path:
        """The summary workbook."""
        return self.folder / f"评分汇总_{self.manifest['year']}.xlsx"

    def shown(self, name: str) -> list[Record]:
        """Rows of a sheet of the summary workbook, as it is now: 指标得分, 规范数据, 问题清单 …"""
        return self._sheet(name)

    def digests(self) -> dict[str, str]:
        """Name of every output that is there → its SHA-256 now."""
        named = {entry["file"]: self.folder / entry["file"] for entry in self.manifest["outputs"]}
        return {name: _digest(path) for name, path in sorted(named.items()) if path.is_file()}

    def edited(self) -> set[str]:
        """Names of the outputs that are no longer as run.json lists them."""
        listed = {entry["file"]: entry["sha256"] for entry in self.manifest["outputs"]}
        return {name for name, digest in self.digests().items() if digest != listed[name]}

    @cached_property
    def submitted(self) -> list[Record]:
        """Rows of the sheet 报送情况."""
        return self._sheet("报送情况")

    def books(self) -> list[Path]:
        """Every workbook that run.json lists, in the order of names."""
        names = sorted(entry["file"] for entry in self.manifest["outputs"] if entry["file"].endswith(".xlsx"))
        return [self.folder / name for name in names]

    def _csv(self, name: str, heads: Sequence[str]) -> list[Record]:
        place = Place(f"{self.folder.name}/{name}")
        try:
            with (self.folder / name).open(encoding="utf-8-sig", newline="") as stream:
                rows = list(csv.reader(stream))
        except OSError as error:
            raise RunError("R08", "输出文件夹缺少文件", "请重新运行 jixiao run", place) from error
        except (ValueError, csv.Error) as error:
            raise RunError("R08", "不是 UTF-8 编码的 CSV，可能另存过", "请重新运行 jixiao run", place) from error
        if not rows or tuple(rows[0]) != tuple(heads):
            raise RunError("R08", "表头与本版本不符", "请用同一版本重新运行", place)
        short = next((number for number, row in enumerate(rows, start=1) if len(row) != len(heads)), None)
        if short is not None:
            raise RunError("R08", f"第 {short} 行的列数与表头不符，可能改动过", "请重新运行 jixiao run", place)
        return [dict(zip(heads, map(_unguarded, row), strict=True)) for row in rows[1:]]

    def _sheet(self, name: str) -> list[Record]:
        heads, path = dict(SHEETS)[name], self.summary_path
        place = Place(path.name if path == self.folder else f"{self.folder.name}/{path.name}", name)
        try:
            book = python_calamine.CalamineWorkbook.from_path(str(path))
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        except (OSError, python_calamine.CalamineError) as error:
            raise RunError("R08", "汇总工作簿打不开", "请重新运行 jixiao run", place) from error
        start = next((i for i, row in enumerate(rows) if row and row[0] == heads[0]), None)
        if start is None or (missing := [head for head in heads if head not in rows[start]]):
            what = "工作表里找不到表头" if start is None else f"表头缺少 {'、'.join(missing)}"
            raise RunError("R08", what, "请不要改动表头，或重新运行", place)
        texts = ([text_of(value) for value in row] for row in rows[start + 1 :])
        named = [str(head) for head in rows[start]]
        return [dict(zip(named, row, strict=False)) for row in texts if any(row) and not _CUT.match(row[0])]


class SummaryFile(Output):
    """A summary workbook alone; `folder` is its path."""

    def __post_init__(self) -> None:
        if not self.folder.is_file():
            raise RunError("R08", "找不到这个汇总工作簿", "请核对路径", Place(str(self.folder)))

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What 运行信息 tells of run.json: the year."""
        year = self.info.get("数据年度", "")
        if not year.isdecimal():
            raise RunError("R08", "“运行信息”里没有数据年度", "请不要改动这张表", Place(self.folder.name, "运行信息"))
        return {"year": int(year), "outputs": []}

    @cached_property
    def scores(self) -> list[Record]:
        """Rows of the sheet 指标得分."""
        return self._sheet("指标得分")

    @cached_property
    def facts(self) -> list[Record]:
        """Rows of the sheet 规范数据."""
        return self._sheet("规范数据")

    @cached_property
    def findings(self) -> list[Record]:
        """Rows of the sheet 问题清单."""
        return self._sheet("问题清单")

    @property
    def whole(self) -> bool:
        """The sheet holds the facts that indicators use, not all."""
        return False

    @property
    def summary_path(self) -> Path:
        """The workbook itself."""
        return self.folder

    def digests(self) -> dict[str, str]:
        """The workbook with its SHA-256."""
        return {self.folder.name: _digest(self.folder)}

    def edited(self) -> set[str]:
        """Nothing tells how the workbook was written."""
        return set()


def open_output(path: Path) -> Output:
    """An OUT folder, or a summary workbook. Raises RunError R08 for anything else."""
    return SummaryFile(path) if path.suffix.lower() == ".xlsx" and path.is_file() else Output(path)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def rule_of(rules: dict[str, Record], score: Record) -> Record:
    """The rule behind a row of 指标得分 among those that `Output.rules` keys, {} where there is none."""
    return rules.get(score.get("三级指标", "")) or rules.get(_of_scheme(score), {})


def _of_scheme(row: Record) -> str:
    return f"{row.get('三级指标', '')}〔{row.get('依据', '')}〕"


def other_formulas(reading: str) -> list[str]:
    """The formulas of the other bases that a 计分口径 of the sheet 规则 names."""
    return re.findall(r"＝([^；]+)", reading)


def compared_formula(reading: str) -> str:
    """The formula that a 计分口径 compares the value with; empty where there is none."""
    match = re.search(r"比较基数＝([^；]+)", reading)
    return match[1] if match else ""


def _unguarded(text: str) -> str:
    """A CSV text without the apostrophe that kept it from being taken for a formula."""
    return text[1:] if text.startswith("'") and text[1:2] in ("=", "+", "-", "@", "\t", "\r") else text
