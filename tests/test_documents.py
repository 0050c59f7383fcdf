"""Every mistake in a YAML file is one line: code, file:line:column, the reason and what to do (STYLE §3, habits 4 and 5).

tests/broken/ holds one file per mistake, named <kind>-<mistake>.yaml; MISTAKES says where each is and what must be said.
"""

import re
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from pydantic import Field as Key
from pydantic import ValidationInfo, field_validator

from converter.mapping.documents import Document, Ratio, Strict
from converter.mapping.fields import load_fields
from converter.mapping.forms import load_form
from converter.mapping.library import Library
from converter.scoring.cases import run_cases
from converter.scoring.checks import load_checks
from converter.scoring.derivations import Derivations
from converter.scoring.schemes import Scheme
from converter.vocabulary.findings import EXIT_CANNOT_RUN, ConfigurationError, Place

BROKEN = Path(__file__).with_name("broken")

#: File (its kind is the word before the first -) → line:column of the mistake, and the words the message must contain.
MISTAKES: dict[str, tuple[str, ...]] = {
    "fields-unknown-key": ("5:5", "source", "是否为“sources”"),
    "form-unknown-key": ("2:1", "title", "是否为“titles”"),
    "scheme-unknown-key": ("5:1", "grade", "是否为“grades”"),
    "checks-unknown-key": ("23:1", "audits", "是否为“audit”"),
    "cases-unknown-key": ("10:5", "selfscores", "是否为“self_scores”"),
    "fields-misspelt-nested-key": ("20:5", "超编人数", "formula", "是否为“formulas”"),
    "form-misspelt-nested-key": ("6:5", "colums", "是否为“columns”"),
    "scheme-misspelt-nested-key": ("11:27", "在职人员控制率", "evry", "是否为“every”"),
    "scheme-misspelt-band-edge": ("19:10", "预算控制率", "ovr", "是否为“over”"),
    "checks-misspelt-nested-key": ("21:5", "J91", "print", "是否为“printed”"),
    "cases-misspelt-nested-key": ("5:30", "在职人员控制率", "scor", "是否为“score”"),
    "fields-duplicate-key": ("11:3", "编制数", "重复", "第 2 行"),
    "fields-duplicate-key-in-a-flow-mapping": ("2:47", "kind", "重复", "第 2 行"),
    "form-duplicate-key": ("12:7", "三公经费", "重复", "第 10 行"),
    "form-duplicate-key-after-a-dash": ("9:5", "label", "重复", "第 5 行"),
    "scheme-duplicate-key": ("27:3", "管理制度健全性", "重复", "第 22 行"),
    "checks-duplicate-key": ("14:3", "J90", "重复", "第 2 行"),
    "cases-duplicate-key": ("9:7", "三公经费预算数", "重复", "第 8 行"),
    "fields-wrong-type": ("10:14", "aliases", "应为列表", "实际在职人数"),
    "form-wrong-type": ("2:9", "titles", "应为列表", "试验表"),
    "scheme-wrong-type": ("2:7", "year", "应为整数", "2019年"),
    "scheme-weight-with-its-unit": ("24:11", "管理制度健全性", "full", "应为数字", "4分"),
    "checks-wrong-type": ("19:12", "J91", "right", "应为列表"),
    "cases-wrong-type": ("3:12", "given", "键: 值"),
    "cases-text-for-a-number": ("3:20", "在职人员数", "数字", "一百零一"),
    "fields-key-without-value": ("2:3", "编制数", "键: 值"),
    "scheme-code-without-quotes": ("1:16", "region.code", "430527", "编码请加引号"),
    "fields-full-width-colon-at-top-level": ("16:8", "全角冒号", "半角"),
    "form-full-width-colon-at-top-level": ("2:7", "全角冒号", "半角"),
    "scheme-full-width-colon-at-top-level": ("2:5", "全角冒号", "半角"),
    "checks-full-width-colon-at-top-level": ("23:6", "全角冒号", "半角"),
    "cases-full-width-colon-at-top-level": ("1:6", "全角冒号", "半角"),
    "fields-full-width-colon-nested": ("4:12", "全角冒号", "半角"),
    "form-full-width-colon-nested": ("5:10", "全角冒号", "半角"),
    "form-full-width-colon-in-the-only-key": ("7:7", "全角冒号", "半角"),
    "scheme-full-width-colon-nested": ("24:9", "全角冒号", "半角"),
    "scheme-full-width-colon-in-the-last-line": ("31:9", "全角冒号", "半角"),
    "checks-full-width-colon-nested": ("9:9", "全角冒号", "半角"),
    "cases-full-width-colon-nested": ("10:5", "全角冒号", "半角"),
    "fields-full-width-colon-in-a-flow-mapping": ("2:19", "全角冒号", "半角"),
    "form-full-width-colon-in-a-flow-mapping": ("6:15", "全角冒号", "半角"),
    "scheme-full-width-colon-in-a-flow-mapping": ("11:27", "全角冒号", "半角"),
    "checks-full-width-colon-in-a-flow-mapping": ("24:24", "全角冒号", "半角"),
    "cases-full-width-colon-in-a-flow-mapping": ("5:30", "全角冒号", "半角"),
    "fields-tab": ("4:1", "制表符", "空格"),
    "form-tab": ("6:1", "制表符", "空格"),
    "scheme-tab": ("24:3", "制表符", "空格"),
    "checks-tab": ("12:1", "制表符", "空格"),
    "cases-tab": ("3:1", "制表符", "空格"),
    "fields-missing-key": ("2:3", "编制数", "缺少", "meaning"),
    "form-missing-key": ("1:1", "缺少", "titles"),
    "scheme-missing-key": ("22:3", "管理制度健全性", "缺少", "text"),
    "scheme-missing-region-name": ("1:1", "region", "缺少", "name"),
    "checks-missing-key": ("2:3", "J90", "缺少", "left"),
    "cases-missing-key": ("2:5", "缺少", "expect"),
    "fields-value-not-allowed": ("13:11", "kind", "钱数", "不是允许的取值", "金额", "人数"),
    "form-value-not-allowed": ("9:13", "values", "right", "不是允许的取值", "rows", "below"),
    "scheme-value-not-allowed": ("11:58", "steps", "half", "不是允许的取值", "whole", "started", "proportional"),
    "scheme-policy-not-allowed": ("26:14", "missing", "none", "不是允许的取值", "unknown", "zero", "full", "self"),
    "checks-value-not-allowed": ("4:12", "J90", "level", "严重", "不是允许的取值", "错误", "警告", "提示"),
    "checks-relative-year-not-allowed": ("8:17", "J90", "years", "去年", "不是允许的取值", "本年", "上年"),
    "scheme-bad-percent": ("11:21", "above", "百分数", "百分之百"),
    "scheme-bad-percent-of-a-band": ("20:16", "bands", "over", "百分数", "20个百分点"),
    "scheme-fraction-over-zero": ("11:34", "every", "分数", "1/0"),
    "cases-bad-percent": ("5:24", "value", "百分数", "101%%"),
    "fields-formula-unknown-field": ("21:9", "超编人数", "在职人数", "是否为“在职人员数”"),
    "fields-formula-full-width-bracket": ("21:9", "超编人数", "第 1 个字符", "（", "半角"),
    "fields-formula-attribute": ("21:9", "超编人数", "第 1 个字符", "只能用字段名"),
    "fields-formula-unbalanced": ("21:9", "超编人数", "第 1 个字符", "括号"),
    "fields-formula-second-of-two": ("22:9", "超编人数", "运算符"),
    "fields-formula-circle": ("17:3", "循环引用", "超编人数"),
    "scheme-formula-unknown-field": ("10:12", "在职人员控制率", "在职人数", "是否为“在职人员数”"),
    "scheme-formula-full-width-bracket": ("10:12", "在职人员控制率", "第 9 个字符", "（", "半角"),
    "scheme-formula-attribute": ("10:12", "在职人员控制率", "第 9 个字符", "只能用字段名"),
    "scheme-formula-unbalanced": ("10:12", "在职人员控制率", "第 1 个字符", "括号"),
    "scheme-formula-full-width-sign": ("10:12", "在职人员控制率", "第 7 个字符", "÷", "半角 /"),
    "scheme-formula-of-a-variant": ("11:22", "年初口径", "在职人数", "是否为“在职人员数”"),
    "checks-formula-unknown-field": ("20:9", "J91", "在职人数", "是否为“在职人员数”"),
    "checks-formula-full-width-bracket": ("9:11", "J90", "第 1 个字符", "（", "半角"),
    "checks-formula-attribute": ("20:9", "J91", "第 1 个字符", "只能用字段名"),
    "checks-formula-unbalanced": ("11:9", "J90", "第 1 个字符", "括号"),
    "cases-formula-unknown-field": ("9:7", "三公经非预算数", "三公经费预算数"),
    "cases-formula-full-width-bracket": ("9:7", "上年（三公经费预算数）", "半角"),
    "cases-formula-attribute": ("8:7", "三公经费预算数.real"),
    "cases-formula-unbalanced": ("9:7", "上年(三公经费预算数", "括号"),
    "scheme-bands-overlap": ("18:7", "预算控制率", "≤ 10%", "≥ 10%", "重叠"),
    "scheme-bands-overlap-widely": ("18:7", "预算控制率", "≤ 15%", "> 10%", "重叠"),
    "scheme-band-upside-down": ("19:9", "预算控制率", "下限高于上限"),
    "scheme-band-with-two-lower-edges": ("20:9", "预算控制率", "from（含）", "over（不含）"),
    "scheme-step-of-zero": ("11:34", "在职人员控制率", "every", "大于 0"),
    "scheme-within-on-one-side": ("11:13", "在职人员控制率", "within", "只与 both 同用"),
    "scheme-deduction-above-the-weight": ("11:51", "在职人员控制率", "6 分", "超过分值 5 分"),
    "scheme-days-late-step-of-zero": ("11:24", "在职人员控制率", "every", "大于 0"),
    "scheme-band-above-the-weight": ("11:26", "在职人员控制率", "6 分", "超过分值 5 分"),
    "scheme-bands-around-overlap": ("11:12", "在职人员控制率", "≤ 10%", "≤ 15%", "重叠"),
    "scheme-bands-around-negative": ("11:12", "在职人员控制率", "around", "不应有负数"),
    "scheme-cap-above-the-weight": ("11:34", "在职人员控制率", "最高 6 分", "超过分值 5 分"),
    "scheme-proportional-target-of-zero": ("11:28", "在职人员控制率", "target", "大于 0"),
    "scheme-proportional-cut-beyond-the-target": ("11:19", "在职人员控制率", "界线应在标准之外", "bands"),
    "scheme-proportional-cuts-crossed": ("11:19", "在职人员控制率", "zero_below", "zero_above", "任何值都不得分"),
    "scheme-proportional-digits": ("11:28", "在职人员控制率", "digits", "不应大于 2"),
    "scheme-linear-without-a-slope": ("11:13", "在职人员控制率", "full_at", "zero_at", "相同"),
    "scheme-linear-cut-out-of-reach": ("11:13", "在职人员控制率", "full_at", "zero_at", "不起作用"),
    "scheme-linear-cut-on-the-full-side": ("11:13", "在职人员控制率", "得满分的一侧"),
    "scheme-external-base-of-zero": ("11:22", "在职人员控制率", "base", "大于 0"),
    "scheme-relative-rising": ("11:15", "在职人员控制率", "none、within、beyond", "依次不增"),
    "scheme-relative-not-the-weight": ("11:25", "在职人员控制率", "3 分", "分值 5 分不符"),
    "scheme-relative-divides": ("11:15", "在职人员控制率", "不能有除法"),
    "scheme-relative-unknown-field": ("11:20", "在职人员控制率", "编制人", "是否为“编制数”"),
    "scheme-violation-of-nothing": ("11:24", "在职人员控制率", "each", "大于 0"),
    "scheme-take-without-the-weight": ("33:5", "社会效益", "take", "shares"),
    "scheme-take-not-allowed": ("11:11", "在职人员控制率", "take", "best", "higher", "first"),
    "scheme-checklist-field-is-a-formula": ("25:20", "管理制度健全性", "value", "字段名"),
    "scheme-graded-ranges-overlap": ("23:5", "管理制度健全性", "≤ 2", "重叠"),
    "scheme-graded-below-zero": ("23:5", "管理制度健全性", "不应小于 0"),
    "scheme-lowest-grade-above-zero": ("5:9", "grades", "从 0 分起"),
    "scheme-grades-of-one-line": ("5:9", "grades", "同一分数"),
    "scheme-adjustment-without-a-kind": ("38:7", "加分", "caps、bonus、malus、veto", "只写一个"),
    "scheme-adjustment-of-two-kinds": ("38:7", "加分", "caps、bonus、malus、veto", "只写一个"),
    "scheme-caps-overlap": ("38:7", "封顶", "< 80%", "≤ 60%", "重叠"),
    "scheme-caps-above-the-total": ("38:48", "封顶", "89 分", "总分 24 分", "不起作用"),
    "scheme-caps-without-a-formula": ("38:7", "封顶", "需要 value 公式"),
    "scheme-caps-missing-as-zero": ("38:7", "封顶", "缺数不等于比率为 0"),
    "scheme-bonus-of-nothing": ("38:22", "加分", "each", "大于 0"),
    "scheme-bonus-above-the-total": ("38:25", "加分", "50 分", "总分 24 分"),
    "scheme-veto-that-allows-all": ("38:15", "否决", "100 分", "不起作用"),
    "cases-answer-about-a-computed-indicator": ("4:15", "在职人员控制率", "人工评定"),
    "cases-answer-with-too-few-items": ("4:15", "管理制度健全性", "4 项"),
    "cases-answer-neither-yes-nor-no": ("4:15", "管理制度健全性", "是", "否"),
    "cases-answer-of-an-unknown-grade": ("4:15", "行政效能", "良好", "一般"),
    "cases-answer-of-a-negative-count": ("4:15", "资金使用合规性", "不小于 0"),
    "cases-answer-of-words-for-a-count": ("4:15", "资金使用合规性", "数字"),
    "cases-subtotal-of-an-unknown-level": ("6:17", "过 程", "是否为“过程”"),
    "scheme-two-sides": ("11:13", "在职人员控制率", "above、below、both", "只写一个"),
    "scheme-two-scoring-forms": ("23:5", "管理制度健全性", "计分方式", "只写一个", "checklist", "manual"),
    "scheme-no-scoring-form": ("23:5", "管理制度健全性", "计分方式", "只写一个"),
    "scheme-computed-without-a-formula": ("8:5", "在职人员控制率", "deduct", "value"),
    "scheme-shares-an-unknown-indicator": ("34:5", "社会效益", "shares", "经济效应"),
    "scheme-shares-and-weight": ("33:5", "社会效益", "full", "shares"),
    "scheme-checklist-does-not-sum": ("23:5", "管理制度健全性", "checklist", "合计 3 分", "分值 4"),
    "scheme-report-below-warn": ("6:9", "review", "report 不应小于 warn"),
    "scheme-year-too-early": ("2:7", "year", "2000", "1919"),
    "scheme-year-too-late": ("2:7", "year", "2100", "2190"),
    "scheme-path-too-long": ("23:11", "管理制度健全性", "path", "3"),
    "scheme-sentence-too-short": ("26:11", "管理制度健全性", "text", "2"),
    "fields-two-entries-of-one-name": ("16:3", "三公经费预算数", "重复"),
    "fields-name-with-brackets": ("11:3", "因公出国(境)费", "公式里不能用", "括号"),
    "form-row-gives-no-field": ("11:7", "公务用车经费", "不在数据字典中", "是否为“公务用车费"),
    "form-one-label-for-two-rows": ("12:7", "三公经费合计", "三公经费", "项目支出"),
    "form-table-without-label": ("5:5", "label", "项目"),
    "fields-like-an-unknown-item": ("12:5", "公务招待费", "是否为“公务接待费”"),
    "form-without-tables": ("1:1", "tables", "indicators"),
    "form-listed-under-an-unknown-row": ("14:7", "项目支岀", "项目支出"),
    "form-unknown-placeholder": ("7:7", "{去年}", "{上年}"),
    "form-unknown-unit": ("3:7", "万圆", "万元"),
    "checks-unknown-form": ("6:5", "J90", "基础数椐表", "基础数据表"),
    "checks-unknown-printed-field": ("21:5", "J91", "在职人员控制率填报", "是否为“在职人员控制率填报数”"),
    "checks-unknown-form-of-a-side": ("9:9", "J90", "没有表单“财决10”", "财决01"),
    "checks-unknown-form-of-a-cell-check": ("16:20", "J91", "没有表单“财决1”", "财决01"),
    "checks-unknown-field-of-a-cell-check": ("18:14", "J91", "编制人数", "是否为“编制数”"),
    "checks-unknown-test-of-a-cell-check": ("19:11", "J91", "wholly", "not_negative"),
    "checks-unknown-field-of-an-audit": ("26:19", "S90", "在职人数", "是否为“在职人员数”"),
    "cases-unknown-indicator": ("5:7", "在职人员控制律", "是否为“在职人员控制率”"),
    "cases-self-score-of-an-unknown-indicator": ("10:19", "管理制度健全", "是否为“管理制度健全性”"),
    "cases-none": ("1:8", "cases", "不能为空"),
    "fields-empty": ("1:1", "键: 值"),
    "scheme-only-comments": ("1:1", "键: 值"),
    "fields-not-yaml": ("1:1", "键: 值"),
    "form-html": ("1:1", "键: 值"),
    "checks-list": ("1:1", "键: 值"),
    "scheme-quote-not-closed": ("3:8", "引号"),
    "form-unquoted-brace": ("8:11", "引号"),
    "cases-uneven-indent": ("10:4", "缩进"),
}

#: Mistakes that have a code of their own, whatever the kind of file. Codes never change their meaning.
CODES = {
    "unknown-key": "C02",
    "misspelt-nested-key": "C02",
    "missing-key": "C02",
    "value-not-allowed": "C02",
    "duplicate-key": "C03",
    "full-width-colon": "C04",
    "tab": "C01",
    "not-yaml": "C01",
    "empty": "C01",
}

Loader = Callable[[Path], object]
Refused = Callable[[str], ConfigurationError | None]


@pytest.fixture(scope="session")
def loaders(library: Library, derivations: Derivations, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Loader]:
    """How a file of each kind is loaded in a run."""
    folder = tmp_path_factory.mktemp("mappings")
    builtin = next(d for _, d in library.documents("schemes/430527/2019.yaml"))
    scheme_path = Path(shutil.copy(builtin.path, folder / "2019.yaml"))
    scheme = Scheme(Document(scheme_path, "2019.yaml"), library.dictionary)
    own = folder / "own"
    own.mkdir()

    def checks(path: Path) -> object:
        shutil.copy(path, own / "checks.yaml")
        return load_checks(Library(own))

    def cases(path: Path) -> object:
        shutil.copy(path, folder / "2019.cases.yaml")
        return list(run_cases(scheme, derivations))

    return {
        "fields": lambda path: Derivations(load_fields([Document(path, path.name)])),
        "form": lambda path: load_form(Document(path, path.name), library.dictionary),
        "scheme": lambda path: Scheme(Document(path, path.name), library.dictionary),
        "checks": checks,
        "cases": cases,
    }


@pytest.fixture(scope="session")
def refused(loaders: dict[str, Loader]) -> Refused:
    """The error of a broken file, by its name; None where it is accepted. Each file is loaded once."""

    @cache
    def load(name: str) -> ConfigurationError | None:
        try:
            loaders[name.split("-")[0]](BROKEN / f"{name}.yaml")
        except ConfigurationError as error:
            return error
        return None

    return load


def test_every_broken_file_is_in_the_table() -> None:
    assert {path.name for path in BROKEN.iterdir()} == {f"{name}.yaml" for name in MISTAKES}


@pytest.mark.parametrize("kind", ["fields", "form", "scheme", "checks", "cases"])
@pytest.mark.parametrize(
    "mistake", ["unknown-key", "misspelt-nested-key", "missing-key", "duplicate-key", "wrong-type"]
)
def test_every_kind_of_file_has_a_broken_one_for_each_common_mistake(kind: str, mistake: str) -> None:
    assert f"{kind}-{mistake}" in MISTAKES


def complaints(error: ConfigurationError | None, position: str, words: tuple[str, ...]) -> list[str]:
    """What the message of a broken file lacks."""
    if error is None:
        return ["the file was accepted"]
    message, found = str(error), []
    if error.place.cell != position:
        found.append(f"placed at {error.place.cell or 'no line'}, not at {position}")
    if not re.fullmatch(r"\[C\d\d] [^:：]+\.yaml(:\d+:\d+)?：[^（].*（.+）", message):
        found.append("not one line of [code] file:line:column：reason（advice）")
    found += [f"does not say {word}" for word in words if word not in message]
    return [*found, message] if found else []


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_in_one_line_with_its_place_its_reason_and_what_to_do(name: str, refused: Refused) -> None:
    position, *words = MISTAKES[name]
    assert complaints(refused(name), position, tuple(words)) == []


@pytest.mark.parametrize("name", MISTAKES)
def test_a_message_is_chinese_and_shows_nothing_of_the_program(name: str, refused: Refused) -> None:
    message = str(refused(name) or "")
    assert re.findall(r"[A-Za-z]{2,} <?[A-Za-z]{2,}", message) == [], message  # a library's English
    assert re.findall(r"\{'|\['|None|True|False|\w\[_|_\(", message) == [], message  # Python


def mistake_of(name: str) -> str:
    """What is wrong with a broken file, from its name; "" where the mistake has no code of its own."""
    return next((mistake for mistake in CODES if re.fullmatch(rf"[a-z]+-{mistake}(-.+)?", name)), "")


@pytest.mark.parametrize("name", [name for name in MISTAKES if mistake_of(name)])
def test_one_mistake_has_one_code_in_every_kind_of_file(name: str, refused: Refused) -> None:
    error = refused(name)
    assert error is not None
    assert error.code == CODES[mistake_of(name)]


def test_a_configuration_error_ends_the_run_with_2(refused: Refused) -> None:
    error = refused("scheme-code-without-quotes")
    assert error is not None
    assert error.exit_code == EXIT_CANNOT_RUN == 2


# —— what cannot be kept as a file of the repository


def failure(content: bytes, tmp_path: Path) -> ConfigurationError:
    path = tmp_path / "本地.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        Document(path, "own/本地.yaml")
    return caught.value


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param("编制数: 人数\n".encode("gbk"), ("UTF-8", "GBK"), id="GBK"),
        pytest.param("编制数: 人数\n".encode("utf-16"), ("UTF-8",), id="UTF-16"),
        pytest.param(b"PK\x03\x04\x14\x00\x06\x00", ("YAML",), id="a zip archive"),
    ],
)
def test_a_file_that_is_no_text_is_refused_in_one_line(content: bytes, words: tuple[str, ...], tmp_path: Path) -> None:
    error = failure(content, tmp_path)
    message = str(error)
    assert error.code == "C01"
    assert "\n" not in message
    assert all(word in message for word in words), message
    assert error.advice
    assert re.match(r"\[C01] own/本地\.yaml:1:\d+：", message), message


def test_a_control_character_is_placed_where_it_stands(tmp_path: Path) -> None:
    error = failure("items:\n  编制数: 人\x07数\n".encode(), tmp_path)
    assert "\n" not in str(error)
    assert error.place.cell == "2:9"


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        pytest.param("甲: [1, 2\n乙: 3\n", "1:4", "没有成对", id="a bracket that is not closed"),
        pytest.param("甲: [1]]\n", "1:7", "括号", id="a bracket too many"),
        pytest.param("甲: 乙: 丙\n", "1:5", "冒号", id="two colons in a line"),
        pytest.param("甲: @乙\n", "1:4", "加引号", id="a sign that begins nothing"),
        pytest.param("甲: *乙\n", "1:4", "加引号", id="a star"),
        pytest.param('甲: "乙" 丙\n', "1:8", "引号", id="a text that goes on behind its quotes"),
        pytest.param("甲: 1\n---\n乙: 2\n", "2:1", "---", id="two documents"),
        pytest.param("甲: 2019-13-45\n", "1:1", "日期", id="a date that is none"),
        pytest.param("[" * 3000, "1:1", "嵌套", id="brackets without end"),
        pytest.param("甲:\n  乙: 1\n  - 丙\n", "3:3", "缩进", id="a list inside a mapping"),
        pytest.param("甲: {乙: 1, {丙: 2}: 3, 丁: 1, 丁: 2}\n", "1:28", "重复", id="a key twice behind an odd one"),
    ],
)
def test_what_is_no_yaml_is_told_without_the_parsers_words(
    text: str, position: str, words: str, tmp_path: Path
) -> None:
    error = failure(text.encode(), tmp_path)
    assert error.place.cell == position, str(error)
    assert words in str(error)
    assert error.advice
    assert not re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}|\n", str(error)), str(error)


def test_a_full_width_colon_is_found_below_comments(tmp_path: Path) -> None:
    error = failure("# 说明\n\n编制数：人数\n".encode(), tmp_path)
    assert (error.code, error.place.cell) == ("C04", "3:4")


def test_a_file_that_is_not_there_is_named_as_the_user_knows_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Document(tmp_path / "没有.yaml", "own/没有.yaml")
    message = str(caught.value)
    assert message.startswith("[C01] own/没有.yaml：")
    assert str(tmp_path) not in message


# —— reading order, positions


class Leaf(Strict):
    """Two required keys."""

    amount: float = Key(gt=0)
    name: str = Key(alias="名称")


class Tree(Strict):
    """A small file."""

    title: str
    leaves: list[Leaf] = []
    named: dict[str, Leaf] = {}


TREE = """\
title: 试验
leaves:
  - {amount: 1, 名称: 甲}
  - amount: 2
    名称: 乙
named:
  丙:
    amount: 3
    名称: 丙
"""


def document(text: str, tmp_path: Path) -> Document:
    path = tmp_path / "树.yaml"
    path.write_text(text, encoding="utf-8")
    return Document(path, "own/树.yaml")


def mistake(text: str, tmp_path: Path) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        document(text, tmp_path).parse(Tree)
    return caught.value


def test_a_good_file_is_taken_as_it_is_written(tmp_path: Path) -> None:
    tree = document(TREE, tmp_path).parse(Tree)
    assert [leaf.name for leaf in tree.leaves] == ["甲", "乙"]
    assert tree.named["丙"].amount == 3


def test_a_file_saved_by_notepad_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    assert document("\ufeff" + TREE, tmp_path).parse(Tree).title == "试验"


def test_the_first_mistake_in_reading_order_is_told_and_the_others_are_counted(tmp_path: Path) -> None:
    text = TREE.replace("amount: 2", "amount: 两").replace("amount: 3", "amount: 三").replace("title: 试验", "title: 5")
    error = mistake(text, tmp_path)
    assert error.place.cell == "1:8"
    assert "另有 2 处" in str(error)


def test_one_mistake_is_not_said_to_be_several(tmp_path: Path) -> None:
    assert "另有" not in str(mistake(TREE.replace("amount: 2", "amount: 两"), tmp_path))


def test_a_misspelt_key_is_told_before_the_key_that_is_missing_for_it(tmp_path: Path) -> None:
    error = mistake(TREE.replace("title", "titel"), tmp_path)
    assert error.place.cell == "1:1"
    assert "是否为“title”" in str(error)


def test_a_key_nothing_like_any_other_is_answered_with_the_keys_there_are(tmp_path: Path) -> None:
    error = mistake(TREE.replace("    amount: 3\n", "    amount: 3\n    备注乙: 无\n"), tmp_path)
    assert error.place.cell == "9:5"
    assert "amount" in str(error)
    assert "名称" in str(error)


@pytest.mark.parametrize(
    ("path", "of_key", "position"),
    [
        pytest.param((), True, (1, 1), id="the file"),
        pytest.param(("title",), True, (1, 1), id="a key"),
        pytest.param(("title",), False, (1, 8), id="its value"),
        pytest.param(("leaves", 0), True, (3, 5), id="a list item in flow"),
        pytest.param(("leaves", 0, "名称"), True, (3, 17), id="a key in flow"),
        pytest.param(("leaves", 0, "名称"), False, (3, 21), id="its value in flow"),
        pytest.param(("leaves", 1, "名称"), True, (5, 5), id="a key in a list item"),
        pytest.param(("named", "丙", "amount"), False, (8, 13), id="deep"),
        pytest.param(("named", "丙", "没有"), True, (7, 3), id="missing, so its parent"),
        pytest.param(("leaves", 9), True, (2, 1), id="beyond the list, so the list"),
    ],
)
def test_a_node_has_its_position(
    path: tuple[str | int, ...], of_key: bool, position: tuple[int, int], tmp_path: Path
) -> None:
    assert document(TREE, tmp_path).position(path, key=of_key) == position


def test_a_place_for_findings_names_the_file_and_the_line(tmp_path: Path) -> None:
    place = document(TREE, tmp_path).place("named", "丙")
    assert place == Place("own/树.yaml", "", "7:3")
    assert str(place) == "own/树.yaml:7:3"


# —— values


class Share(Strict):
    """One ratio."""

    of: Ratio


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("5%", 0.05),
        ("113.33%", 1.1333),
        ("29%", 0.29),
        ("-3%", -0.03),
        ("0%", 0.0),
        ("1/3", 1 / 3),
        ("-3/32", -3 / 32),
        ("20083.21/20118.42", 20083.21 / 20118.42),
        ("0.5", 0.5),
        ("2", 2.0),
    ],
)
def test_a_ratio_may_be_a_percent_a_fraction_or_a_number(written: str, value: float, tmp_path: Path) -> None:
    assert document(f"of: {written}\n", tmp_path).parse(Share).of == value


@pytest.mark.parametrize(
    "written", ["5％", "百分之五", "5%%", "1/0", "1/3/4", "五", ".inf", ".nan", "[1]", "true", "''"]
)
def test_anything_else_is_no_ratio(written: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        document(f"of: {written}\n", tmp_path).parse(Share)
    assert caught.value.place.cell == "1:5"


class Words(Strict):
    """One text."""

    word: str


@pytest.mark.parametrize(
    "written",
    ["是", "yes", "no", "on", "off", "2019年", "说明：以100%为标准", "'010'", "'2019-01-01'", "~甲", "12:30:45"],
)
def test_words_that_older_yaml_takes_for_something_else_stay_words(written: str, tmp_path: Path) -> None:
    assert document(f"word: {written}\n", tmp_path).parse(Words).word == written.strip("'")


@pytest.mark.parametrize("written", ["010", "12", "1.5", "true", "2019-01-01"])
def test_a_text_that_yaml_reads_as_something_else_must_be_quoted(written: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        document(f"word: {written}\n", tmp_path).parse(Words)
    assert caught.value.place.cell == "1:7"
    assert "文字" in str(caught.value)


def test_values_of_a_loaded_file_cannot_be_changed(tmp_path: Path) -> None:
    tree = document(TREE, tmp_path).parse(Tree)
    with pytest.raises(ValueError, match="frozen"):
        tree.title = "改"  # type: ignore[misc]


class Greeting(Strict):
    """A text completed by the context."""

    word: str

    @field_validator("word")
    @classmethod
    def _with_context(cls, word: str, info: ValidationInfo) -> str:
        return word + str((info.context or {}).get("end", ""))


def test_validators_are_given_the_context(tmp_path: Path) -> None:
    assert document("word: 甲\n", tmp_path).parse(Greeting, {"end": "乙"}).word == "甲乙"
