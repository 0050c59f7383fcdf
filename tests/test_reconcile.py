"""How two sides are compared: scopes of funds, relations, forms of this year and last, what had nothing to compare."""

from pathlib import Path

import pytest

from converter.mapping.facts import Document
from converter.mapping.library import Library
from converter.scoring.checks import load_checks
from converter.scoring.crosscheck import CrossCheck, crosscheck
from converter.scoring.derivations import Derivations
from converter.scoring.reconcile import Result
from converter.vocabulary.findings import Level
from converter.vocabulary.numbers import State
from tests.test_frames import JC, Z01, document
from tests.test_inputs import alone

CHECK = """\
reconcile:
  J90:
    title: 两张表的项目支出相等
    level: 错误
    owner: 部门
    left: {left}
    right: [{right}]
    advice: 请核对
    {more}
"""
LEFT, RIGHT = "基础数据表!项目支出决算数", "财决01!项目支出决算数"


class Bench:
    """One check of one's own, over some documents."""

    def __init__(self, folder: Path, derivations: Derivations) -> None:
        self.folder, self.derivations = folder, derivations

    def run(self, *documents: Document, left: str = LEFT, right: str = RIGHT, more: str = "") -> CrossCheck:
        text = CHECK.format(left=left, right=right, more=more)
        (self.folder / "checks.yaml").write_text(text, encoding="utf-8")
        return crosscheck(load_checks(Library(self.folder)), alone(self.derivations, *documents), [])


@pytest.fixture
def bench(tmp_path: Path, derivations: Derivations) -> Bench:
    return Bench(tmp_path, derivations)


def results(crossed: CrossCheck) -> list[Result]:
    return [one for one in crossed.results if one.key == "J90"]


def spent(form: str, amount: float | State, scope: str = "", year: int = 2019) -> Document:
    made = document(form, ("项目支出决算数", amount), year=year)
    made.facts = [fact._replace(scope=scope) for fact in made.facts]
    return made


@pytest.mark.parametrize(
    ("rule", "scopes", "outcome", "level"),
    [
        ("same", ("", "全口径"), "不符", Level.ERROR),
        ("same", ("全口径", "全口径"), "不符", Level.ERROR),
        ("same", ("财政拨款", "全口径"), "未核对", None),
        ("warn", ("全口径", "全口径"), "不符", Level.ERROR),
        ("warn", ("", "全口径"), "不符", Level.WARNING),
        ("warn", ("财政拨款", "全口径"), "不符", Level.WARNING),
        ("any", ("财政拨款", "全口径"), "不符", Level.ERROR),
    ],
)
def test_the_scope_of_the_funds(
    rule: str, scopes: tuple[str, str], outcome: str, level: Level | None, bench: Bench
) -> None:
    crossed = bench.run(spent(JC, 10.0, scopes[0]), spent(Z01, 8.0, scopes[1]), more=f"scope: {rule}")
    (one,) = results(crossed)
    assert (one.outcome, one.level) == (outcome, level)
    if outcome == "未核对":
        assert one.reason == "资金口径不同：全口径、财政拨款"
    assert [found.level for found in crossed.findings if found.code == "J90"] == ([level] if level else [])


@pytest.mark.parametrize(
    ("left", "right", "outcome"), [(0.0, 0.0, "通过"), (3.0, 2.0, "通过"), (0.0, 2.0, "不符"), (3.0, 0.0, "不符")]
)
def test_both_or_neither(left: float, right: float, outcome: str, bench: Bench) -> None:
    crossed = bench.run(spent(JC, left), spent(Z01, right), more="relation: together")
    assert [one.outcome for one in results(crossed)] == [outcome]


@pytest.mark.parametrize(
    ("now", "outcome"), [(100.0, "通过"), (150.0, "通过"), (50.0, "通过"), (150.01, "不符"), (49.99, "不符")]
)
def test_no_more_than_a_part_away(now: float, outcome: str, bench: Bench) -> None:
    crossed = bench.run(spent(JC, now), spent(Z01, 100.0), more="relation: similar\n    limit: 50%")
    assert [one.outcome for one in results(crossed)] == [outcome]


def test_last_years_form_is_another_one(bench: Bench) -> None:
    """Both forms give 2018's figure; each side takes it from its own."""
    this = document(JC, ("项目支出决算数", 7.0), at=-1)
    last = spent(JC, 8.0, year=2018)
    crossed = bench.run(this, last, right="上年基础数据表!项目支出决算数", more="years: [上年]")
    (one,) = results(crossed)
    assert (one.year, one.left, one.right, one.outcome) == (2018, 7.0, 8.0, "不符")
    assert one.what == "项目支出决算数（基础数据表） = 项目支出决算数（上年基础数据表）"


def test_every_item_with_every_basis(bench: Bench) -> None:
    names = [f"{item}{basis}" for item in ("三公经费", "公用经费") for basis in ("预算数", "决算数")]
    made = document(JC, *((name, 1.0) for name in names))
    more = "items: [三公经费, 公用经费]\n    each: [预算数, 决算数]"
    crossed = bench.run(made, left='"{项目}{口径}"', right='"{项目}{口径} + 编制数"', more=more)
    assert [one.what for one in results(crossed)] == [f"{name} = {name} + 编制数" for name in names]


@pytest.mark.parametrize(
    ("documents", "reason"),
    [
        ([spent(JC, 1.0)], "一边没有数据"),
        ([spent(JC, State.BLANK), spent(Z01, State.BLANK)], "表中无数"),
        ([document("指标表", ("项目支出决算数", 1.0))], "未报该表"),
    ],
)
def test_why_it_was_not_run(documents: list[Document], reason: str, bench: Bench) -> None:
    crossed = bench.run(*documents, more="partial: true")
    assert [(one.outcome, one.reason) for one in results(crossed)] == [("未核对", reason)]


def test_the_same_number_twice_proves_nothing(bench: Bench) -> None:
    crossed = bench.run(spent(JC, 1.0), left="项目支出决算数", right="基础数据表!项目支出决算数")
    assert [one.reason for one in results(crossed)] == ["两边由同一数据推算"]


def test_two_tables_of_one_form_count_once(bench: Bench) -> None:
    """A form sent twice with the same figures is no doubled sum."""
    listed = [("项目支出决算数", 5.0), ("其他专项决算数", 2.0), ("其他专项决算数", 3.0)]
    copies = [document(JC, *listed, file=f"{n}.xlsx") for n in range(2)]
    crossed = bench.run(*copies, left="基础数据表!项目支出决算数", right="基础数据表!其他专项决算数")
    assert [(one.left, one.right, one.outcome) for one in results(crossed)] == [(5.0, 5.0, "通过")]
