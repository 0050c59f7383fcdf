"""Last year's OUT as a source of last year's figures (--prior)."""

import hashlib
from pathlib import Path

from converter.books.readback import Output
from converter.mapping.fields import Dictionary
from converter.scoring.prior import Prior, read_prior
from converter.vocabulary.findings import Place, RunError

_FACTS = "facts.csv"


def last_output(folder: Path, dictionary: Dictionary, year: int) -> Prior:
    """The adopted figures of an output of the year before `year`.

    Raises RunError R08 for a folder that is no output of ours, R17 for one of another year or with a changed facts.csv.
    """
    output = Output(folder)
    shown = folder.resolve().name
    made_for = int(output.manifest["year"])
    if made_for != year - 1:
        message = f"上年输出是 {made_for} 年度的，本次评分 {year} 年度"
        raise RunError("R17", message, f"请用 --prior 给出 {year - 1} 年度的输出文件夹", Place(shown))
    records = output.facts
    digest = hashlib.sha256((folder / _FACTS).read_bytes()).hexdigest()
    if {"file": _FACTS, "sha256": digest} not in output.manifest["outputs"]:
        advice = "请用没有改动过的输出；要更正上年数，请更正上年的材料后重新运行"
        raise RunError("R17", "上年输出的 facts.csv 写出以后被改动过", advice, Place(f"{shown}/{_FACTS}"))
    return read_prior(records, dictionary, shown, made_for, digest)
