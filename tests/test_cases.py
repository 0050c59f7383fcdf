"""Worked cases: those beside the rules, each an item of its own; and the runner, which must notice what is wrong."""

import re
from functools import lru_cache
from pathlib import Path

import pytest

from converter.mapping.library import Library
from converter.scoring.cases import CaseResult, CasesFile, cases_document, cases_path, run_cases
from converter.scoring.derivations import Derivations
from converter.scoring.schemes import Scheme
from converter.scoring.shelf import load_schemes, load_templates
from converter.vocabulary.findings import ConfigurationError
from tests.test_schemes import made_scheme, scheme_text

TEMPLATES = load_templates(Library())
SHIPPED = [*(shelved.scheme for shelved in load_schemes(Library())), *(template.scheme for template in TEMPLATES)]
#: Templates that leave weights to the region: their cases can only prove formulas.
OPEN = {id(template.scheme) for template in TEMPLATES if template.unfilled}
IDS = [scheme.document.path.stem for scheme in SHIPPED]


@lru_cache
def results(index: int) -> list[CaseResult]:
    """The results of a shipped scheme's cases, in the order of its file."""
    return list(run_cases(SHIPPED[index], Derivations(Library().dictionary)))


def cases_of(scheme: Scheme) -> CasesFile:
    return cases_document(scheme.document).parse(CasesFile)


CASES = [
    pytest.param(scheme, index, id=f"{IDS[scheme]}-{case.case}")
    for scheme in range(len(SHIPPED))
    for index, case in enumerate(cases_of(SHIPPED[scheme]).cases)
]


@pytest.mark.parametrize(("scheme_index", "index"), CASES)
def test_a_worked_case(scheme_index: int, index: int) -> None:
    result = results(scheme_index)[index]
    assert result.failures == ()


@pytest.mark.parametrize("shipped", SHIPPED, ids=IDS)
class TestEveryShippedScheme:
    def test_has_cases(self, shipped: Scheme) -> None:
        assert cases_path(shipped.document).is_file()

    def test_has_each_indicator_in_a_case(self, shipped: Scheme) -> None:
        expected = {name for case in cases_of(shipped).cases for name in case.expect}
        assert expected == {rule.name for rule in shipped.rules}

    def test_has_a_scored_and_an_unknown_case_of_each_computed_indicator(self, shipped: Scheme) -> None:
        """On data and with missing data (DESIGN §5)."""
        for rule in shipped.rules:
            told = [case.expect[rule.name] for case in cases_of(shipped).cases if rule.name in case.expect]
            if id(shipped) in OPEN:
                assert rule.judged or any(one.value is not None for one in told), rule.name
                continue
            assert any(one.score is not None for one in told), rule.name
            if not rule.judged and rule.spec.missing == "unknown":
                missing = [one for one in told if "score" in one.model_fields_set and one.score is None]
                assert missing, f"{rule.name}: no case with missing data"

    def test_has_each_edge_in_a_case(self, shipped: Scheme) -> None:
        """Every points of every band is expected somewhere."""
        for rule in shipped.rules:
            if rule.spec.bands is not None:
                told = [case.expect[rule.name].score for case in cases_of(shipped).cases if rule.name in case.expect]
                assert {band.points for band in rule.spec.bands.bands} <= set(told), rule.name

    def test_has_names_by_which_a_case_is_found(self, shipped: Scheme) -> None:
        names = [case.case for case in cases_of(shipped).cases]
        assert len(names) == len(set(names))

    def test_has_results_in_the_order_of_the_file_with_their_lines(self, shipped: Scheme) -> None:
        found = results(SHIPPED.index(shipped))
        assert [result.name for result in found] == [case.case for case in cases_of(shipped).cases]
        text = cases_path(shipped.document).read_text(encoding="utf-8").splitlines()
        for result in found:
            match = re.fullmatch(r"mappings/schemes/.+\.cases\.yaml:(\d+):\d+", result.place)
            assert match is not None
            assert text[int(match[1]) - 1].strip() == f"- case: {result.name}"


# ---- the runner -----------------------------------------------------------------------------------------------------
RULES = """\
  控制率:
    path: [一级]
    full: 5
    value: 在职人员数 / 编制数
    variants: {反过来: 编制数 / 在职人员数}
    deduct: {above: 100%, every: 1%, points: 0.5}
    not_applicable: full
    text: 某某
  变动率:
    path: [一级]
    full: 5
    value: (三公经费预算数 - 上年(三公经费预算数)) / 上年(三公经费预算数)
    deduct: {above: 0%, every: 1%, points: 0.5}
    text: 某某
  追加率:
    path: [一级]
    full: 5
    value: 本年追加预算 / 年初预算
    bands: [{from: 0, points: 5}]
    text: 某某
  制度:
    path: [一级]
    full: 85
    manual: true
    text: 某某
"""


@pytest.fixture
def run(tmp_path: Path, library: Library, derivations: Derivations) -> "Run":
    return Run(tmp_path, library, derivations)


class Run:
    """Runs the text of a cases file against RULES."""

    def __init__(self, folder: Path, library: Library, derivations: Derivations) -> None:
        self.folder, self.derivations = folder, derivations
        self.scheme = made_scheme(folder, scheme_text(RULES), library)

    def __call__(self, cases: str) -> list[CaseResult]:
        (self.folder / "scheme.cases.yaml").write_text("cases:\n" + cases, encoding="utf-8")
        return list(run_cases(self.scheme, self.derivations))

    def one(self, given: str, expect: str, own: str = "{}") -> tuple[str, ...]:
        """What fails in a single case."""
        (result,) = self(f"  - case: 某例\n    given: {given}\n    self_scores: {own}\n    expect: {expect}\n")
        return result.failures


RIGHT = """\
  - case: 第一例
    given: {在职人员数: 101.5, 编制数: 100, 三公经费预算数: 103, 上年(三公经费预算数): 100}
    self_scores: {制度: 90}
    expect:
      控制率: {value: 101.5%, score: 4.5, low: 4.5, high: 4.5, status: 已评分, others: {按比例: 4.25, 反过来: 5}}
      变动率: {value: 3%, score: 3.5}
      制度: {value: null, score: 85, status: 自评}
  - case: 第二例
    given: {在职人员数: null, 编制数: 100, 上年(三公经费预算数): ——}
    expect:
      控制率: {value: null, score: null, low: 0, high: 5, status: 缺数}
      变动率: {score: null, status: 缺数}
      制度: {score: null, low: 0, high: 85, status: 未评}
"""


def test_right_cases_pass(run: Run) -> None:
    assert [(result.name, result.place, result.failures) for result in run(RIGHT)] == [
        ("第一例", "scheme.cases.yaml:2:5", ()),
        ("第二例", "scheme.cases.yaml:9:5", ()),
    ]


@pytest.mark.parametrize(
    ("right", "wrong", "case", "words"),
    [
        ("变动率: {value: 3%, score: 3.5}", "变动率: {value: 3%, score: 3}", 0, "变动率 得分应为 3，实为 3.5"),
        ("变动率: {value: 3%, score: 3.5}", "变动率: {value: 3%, score: null}", 0, "变动率 得分应为 空，实为 3.5"),
        ("变动率: {value: 3%", "变动率: {value: 3.0001%", 0, "变动率 指标值应为 0.030001，实为 0.03"),
        ("控制率: {value: 101.5%", "控制率: {value: null", 0, "控制率 指标值应为 空"),
        ("low: 4.5", "low: 4", 0, "控制率 下限应为 4，实为 4.5"),
        ("high: 4.5", "high: 5", 0, "控制率 上限应为 5，实为 4.5"),
        ("status: 已评分", "status: 缺数", 0, "控制率 状态应为 缺数，实为 已评分"),
        ("按比例: 4.25", "按比例: 4.26", 0, "控制率 口径“按比例”应为 4.26，实为 4.25"),
        ("反过来: 5", "反过来: 4", 0, "控制率 口径“反过来”应为 4，实为 5"),
        ("反过来: 5", "正过来: 5", 0, "控制率 口径“正过来”应为 5，实为 空"),
        ("score: 85, status", "score: 90, status", 0, "制度 得分应为 90，实为 85"),
        (
            "变动率: {score: null, status: 缺数}",
            "变动率: {score: null, status: 分母为零}",
            1,
            "变动率 状态应为 分母为零，实为 缺数",
        ),
        ("变动率: {score: null, status: 缺数}", "变动率: {score: 0}", 1, "变动率 得分应为 0，实为 空"),
        ("low: 0, high: 85", "low: 0, high: 84", 1, "制度 上限应为 84，实为 85"),
    ],
)
def test_one_wrong_expectation_fails_its_case(right: str, wrong: str, case: int, words: str, run: Run) -> None:
    """On whichever indicator, in whichever case: not only the first of each."""
    assert RIGHT.count(right) == 1
    found = run(RIGHT.replace(right, wrong))
    (failure,) = found[case].failures
    assert words in failure
    assert failure.startswith(found[case].name)
    assert found[1 - case].failures == ()


def test_every_wrong_expectation_has_a_line(run: Run) -> None:
    failures = run.one("{在职人员数: 100, 编制数: 100}", "{控制率: {score: 1, low: 2, high: 3}, 制度: {status: 自评}}")
    assert len(failures) == 4


def test_what_is_not_written_is_not_compared(run: Run) -> None:
    assert run.one("{在职人员数: 100, 编制数: 100}", "{控制率: {low: 5}}") == ()


def test_a_blank_a_dash_and_nothing_are_three_things(run: Run) -> None:
    unknown = "score: null, low: 0, high: 5"
    assert run.one("{在职人员数: 60, 编制数: null}", f"{{控制率: {{{unknown}, status: 缺数}}}}") == ()
    assert run.one("{在职人员数: 60, 编制数: ——}", "{控制率: {score: 5, status: 不适用}}") == ()
    assert run.one("{在职人员数: 60}", f"{{控制率: {{{unknown}, status: 缺数}}}}") == ()
    assert run.one("{在职人员数: 60, 编制数: 0}", f"{{控制率: {{{unknown}, status: 分母为零}}}}") == ()


def test_a_derived_field_may_be_given_or_derived(run: Run) -> None:
    parts = "基本支出年初预算数: 90, 项目支出年初预算数: 10"
    assert run.one(f"{{{parts}, 本年追加预算: 5}}", "{追加率: {value: 5%}}") == ()
    assert run.one(f"{{{parts}, 年初预算: 50, 本年追加预算: 5}}", "{追加率: {value: 10%}}") == ()


def test_each_case_is_a_department_of_its_own(run: Run) -> None:
    one = "  - case: {}\n    given: {{{}}}\n    expect: {{控制率: {{{}}}}}\n"
    cases = one.format("甲", "在职人员数: 100, 编制数: 100", "score: 5") + one.format(
        "乙", "编制数: 100", "score: null"
    )
    assert [result.failures for result in run(cases)] == [(), ()]


@pytest.mark.parametrize(
    ("given", "expect", "own", "words", "place"),
    [
        ("{}", "{控制绿: {score: 5}}", "{}", "方案里没有指标“控制绿”（是否为“控制率”？）", "5:14"),
        ("{}", "{控制率: {low: 0}}", "{制度建设: 5}", "方案里没有指标“制度建设”（是否为“制度”？）", "4:19"),
        ("{编制书: 1}", "{控制率: {low: 0}}", "{}", "数据字典里没有字段“编制书”（是否为“编制数”？）", "3:13"),
        ("{上年(编制书): 1}", "{控制率: {low: 0}}", "{}", "数据字典里没有字段“上年(编制书)”", "3:13"),
        ("{编制数 + 1: 1}", "{控制率: {low: 0}}", "{}", "数据字典里没有字段“编制数 + 1”", "3:13"),
        ("{控制率: 1}", "{控制率: {low: 0}}", "{}", "数据字典里没有字段“控制率”", "3:13"),
    ],
)
def test_a_name_nobody_knows(given: str, expect: str, own: str, words: str, place: str, run: Run) -> None:
    with pytest.raises(ConfigurationError) as caught:
        run.one(given, expect, own)
    assert caught.value.code == "C11"
    assert words in str(caught.value)
    assert (caught.value.place.file, caught.value.place.cell) == ("scheme.cases.yaml", place)


@pytest.mark.parametrize(
    ("given", "expect"),
    [
        ("{}", "{}"),
        ("{}", "{控制率: {scores: 5}}"),
        ("{}", "{控制率: {score: 五}}"),
        ("{编制数: 无}", "{控制率: {score: 5}}"),
        ("{编制数: true}", "{控制率: {score: 5}}"),
    ],
)
def test_a_case_that_is_badly_written(given: str, expect: str, run: Run) -> None:
    with pytest.raises(ConfigurationError) as caught:
        run.one(given, expect)
    assert caught.value.code == "C02"
    assert caught.value.place.file == "scheme.cases.yaml"


def test_a_scheme_without_cases(run: Run) -> None:
    with pytest.raises(ConfigurationError) as caught:
        list(run_cases(run.scheme, run.derivations))
    assert caught.value.place.file == "scheme.cases.yaml"


SUMMED = """\
  - case: 某例
    given: {在职人员数: 101.5, 编制数: 100, 三公经费预算数: 103, 上年(三公经费预算数): 100, 年初预算: 100, 本年追加预算: 5}
    answers: {制度: 80}
    expect: {制度: {score: 80}}
    subtotals: {一级: {full: 100, score: 93, low: 93, high: 93}}
    total: {full: 100, score: 93, low: 93, high: 93, grade: 优}
    grades: {90: 优, 89.99: 良}
"""


@pytest.fixture
def levelled(tmp_path: Path, library: Library, derivations: Derivations) -> Run:
    made = Run(tmp_path, library, derivations)
    text = scheme_text(RULES).replace("indicators:", "levels: {一级: {full: 100}, 另级: {full: 5}}\nindicators:", 1)
    made.scheme = made_scheme(tmp_path, text, library)
    return made


def test_right_sums_pass(levelled: Run) -> None:
    assert [result.failures for result in levelled(SUMMED)] == [()]


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ("一级: {full: 100, score: 93", "一级: {full: 99, score: 93", "一级小计 分值应为 99，实为 100"),
        ("一级: {full: 100, score: 93", "一级: {full: 100, score: null", "一级小计 得分应为 空，实为 93"),
        ("low: 93, high: 93}}", "low: 92, high: 93}}", "一级小计 下限应为 92，实为 93"),
        ("high: 93, grade", "high: 94, grade", "总分 上限应为 94，实为 93"),
        ("total: {full: 100", "total: {full: 101", "总分 分值应为 101，实为 100"),
        ("grade: 优}", "grade: 良}", "总分 等次应为 良，实为 优"),
        ("89.99: 良", "89.99: 优", "89.99 分的等次应为 优，实为 良"),
        ("制度: 80}\n", "制度: 79}\n", "制度 得分应为 80，实为 79"),
    ],
)
def test_one_wrong_sum_fails(right: str, wrong: str, words: str, levelled: Run) -> None:
    assert SUMMED.count(right) == 1
    (result,) = levelled(SUMMED.replace(right, wrong))
    assert words in "；".join(result.failures)


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ("subtotals: {一级:", "subtotals: {另级:", "没有分值“另级”"),
        ("answers: {制度: 80}", "answers: {控制率: 80}", "没有人工评定的指标或总分调整“控制率”"),
        ("answers: {制度: 80}", "answers: {制度: 八十}", "制度：应为不小于 0 的数字"),
    ],
)
def test_a_sum_or_an_answer_about_nothing(right: str, wrong: str, words: str, levelled: Run) -> None:
    with pytest.raises(ConfigurationError, match=words):
        levelled(SUMMED.replace(right, wrong))
