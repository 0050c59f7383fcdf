"""What a form to fill in asks, and in which cell each figure stands: 附件3 as printed, 补充数据 for the rest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from converter.intake.cells import Cell, a1
from converter.mapping.fields import Dictionary, Field
from converter.scoring.batch import scheme_inputs
from converter.scoring.checklist import Checklist
from converter.scoring.checks import Checks, filled
from converter.scoring.derivations import Derivations
from converter.scoring.expressions import Input, parse
from converter.scoring.indicators import Rule
from converter.scoring.schemes import Scheme

BASIC_SHEET, EXTRA_SHEET, INDICATOR_SHEET = "基础数据表", "补充数据", "指标表"
#: 附件3: the rows as printed, each with its item; 其他专项 takes projects by the names that the department writes.
OTHERS = "其他专项"
PRINTED = (
    ("三公经费", "三公经费"),
    ("   1、公务用车购置和维护经费", "公务用车费"),
    ("       其中：公车购置", "公务用车购置费"),
    ("             公车运行维护", "公务用车运行维护费"),
    ("   2、出国经费", "因公出国境费"),
    ("   3、公务接待", "公务接待费"),
    ("项目支出：", "项目支出"),
    ("    1、业务工作专项", "业务工作专项"),
    ("    2、运行维护专项", "运行维护专项"),
    ("    3、其他专项（改写为项目名称）", OTHERS),
    ("    4、其他专项（改写为项目名称）", OTHERS),
    ("公用经费", "公用经费"),
    ("    其中：办公经费", "办公经费"),
    ("          水费、电费、差旅费", "水电差旅费"),
    ("          会议费、培训费", "会议培训费"),
    ("政府采购金额", "政府采购"),
    ("部门整体支出预算调整", "部门整体支出预算调整"),
)
#: The three columns of 附件3: 口径 and year.
COLUMNS = (("决算数", -1), ("预算数", 0), ("决算数", 0))
#: Rows whose column of last year is printed as not applicable, unless the scheme needs it.
_NOT_LAST_YEAR = ("政府采购", "部门整体支出预算调整")
STAFF, STAFF_ROW, MONEY_HEAD, FIRST_MONEY = ("编制数", "在职人员数"), 5, 6, 7
#: Rows of 补充数据.
EXTRA_HEAD, FIRST_EXTRA, EXTRA_VALUE = 4, 5, 3


@dataclass(frozen=True)
class Taken:
    """A figure of last year's output, put in and locked; `source` is its 文件!工作表!单元格."""

    value: float
    source: str


@dataclass
class Plan:
    """The cells of a form for one scheme. `taken` are figures of last year."""

    scheme: Scheme
    derivations: Derivations
    checks: Checks
    taken: Mapping[Input, Taken] = field(default_factory=dict)
    department: str = ""

    @property
    def year(self) -> int:
        """The 数据年度."""
        return self.scheme.file.year

    @property
    def dictionary(self) -> Dictionary:
        """The data dictionary."""
        return self.derivations.dictionary

    def known(self, wanted: Input) -> Field:
        """The field of an input."""
        return self.dictionary[wanted.name]

    @cached_property
    def needs(self) -> list[Input]:
        """The inputs of the scheme: of its formulas, and the fields that answer an item of a checklist. What people count
        for a bonus or a malus is no field.
        """
        answers = [one for rule in self.scheme.rules for one in rule.answers]
        named = [*scheme_inputs(self.scheme, variants=False), *answers]
        return list(dict.fromkeys(one for one in named if one.name in self.dictionary))

    @cached_property
    def yes_or_no(self) -> set[Input]:
        """The fields that answer an item of a checklist."""
        rules = [rule for rule in self.scheme.rules if isinstance(rule.spec.judging, Checklist)]
        return {one for rule in rules for one in rule.answers if one.name in self.dictionary}

    @cached_property
    def basic(self) -> dict[Input, list[Cell]]:
        """The cells of 基础数据表 that hold a figure; 其他专项 has several."""
        cells: dict[Input, list[Cell]] = {Input(name): [(STAFF_ROW, at)] for at, name in enumerate(STAFF, start=1)}
        for row, (_, item) in enumerate(PRINTED, start=FIRST_MONEY):
            for column, (basis, offset) in enumerate(COLUMNS, start=1):
                wanted = Input(item + basis, offset)
                if offset == 0 or item not in _NOT_LAST_YEAR or wanted in self.leaves:
                    cells.setdefault(wanted, []).append((row, column))
        return cells

    @cached_property
    def leaves(self) -> list[Input]:
        """What has to be asked: the inputs, derived ones replaced by what their first formula needs."""
        found: dict[Input, None] = {}

        def visit(one: Input) -> None:
            formulas = self.derivations.of(one)
            if not formulas:
                found[one] = None
            for needed in formulas[0].inputs() if formulas else ():
                visit(Input(needed.name, needed.offset + one.offset))

        for one in self.needs:
            visit(one)
        return list(found)

    @cached_property
    def extra(self) -> dict[Input, int]:
        """The rows of 补充数据 for what 附件3 does not print, behind its questions."""
        first = FIRST_EXTRA + len(self.questions)
        return {one: row for row, one in enumerate(self._extra, start=first)}

    @cached_property
    def _extra(self) -> list[Input]:
        return [one for one in self.leaves if one not in self.basic]

    @cached_property
    def questions(self) -> dict[str, int]:
        """The rows of 补充数据 that ask first whether there is such a thing."""
        asked = [*self.basic, *self._extra]
        texts = dict.fromkeys(self.known(one).asks for one in asked if self.known(one).asks)
        return {text: row for row, text in enumerate(texts, start=FIRST_EXTRA)}

    @cached_property
    def derived(self) -> dict[Input, int]:
        """The rows of 补充数据 that are computed: derived inputs, and figures that hang on a question."""
        closure = [one for one in self.derivations.closure(self.needs) if self.derivations.of(one)]
        gated = [one for one in self.needs if one not in closure and self.known(one).asks]
        first = FIRST_EXTRA + len(self.questions) + len(self.extra) + 1
        return {one: row for row, one in enumerate([*closure, *gated], start=first)}

    @property
    def after_extra(self) -> int:
        """The first free row of 补充数据."""
        return FIRST_EXTRA + len(self.questions) + len(self.extra) + (len(self.derived) + 1 if self.derived else 0)

    @cached_property
    def carried(self) -> dict[Input, Taken]:
        """Figures that a check sets equal to one of last year (年初结转 to 上年年末结转): put in, and open to be changed."""
        found = {}
        for check in self.checks.reconcile.values():
            if check.relation != "equal" or check.where or len(check.right) > 1:
                continue
            for item, basis in check.filled():
                sides = [filled(text, item, basis) for text in (check.left, *check.right)]
                before, now = (parse(text).tree for _, text in sides)
                if any(form for form, _ in sides) or not isinstance(before, Input) or not isinstance(now, Input):
                    continue
                if before.offset < now.offset and before in self.taken and now in self.extra:
                    found[now] = self.taken[before]
        return found

    def typed(self, wanted: Input) -> str:
        """The cell that a figure is typed into, with its sheet; "" where the form does not ask it."""
        if cells := self.basic.get(wanted):
            first, last = fixed(cells[0]), fixed(cells[-1])
            return f"SUM('{BASIC_SHEET}'!{first}:{last})" if len(cells) > 1 else f"'{BASIC_SHEET}'!{first}"
        row = self.extra.get(wanted)
        return "" if row is None else f"'{EXTRA_SHEET}'!{fixed((row, EXTRA_VALUE))}"

    def reference(self, wanted: Input) -> str:
        """The cell that formulas take an input from; "" where the form has none."""
        row = self.derived.get(wanted)
        return self.typed(wanted) if row is None else f"'{EXTRA_SHEET}'!{fixed((row, EXTRA_VALUE))}"

    def question(self, text: str) -> str:
        """The cell that answers a question."""
        return f"'{EXTRA_SHEET}'!{fixed((self.questions[text], EXTRA_VALUE))}"

    def users(self, wanted: Input) -> list[Rule]:
        """The indicators that need an input, through derived ones too."""
        below = self.derivations.closure
        return [rule for rule in self.scheme.rules if wanted in below([*rule.needs(), *self._answers(rule)])]

    def _answers(self, rule: Rule) -> Iterable[Input]:
        return [one for one in rule.answers if one.name in self.dictionary]

    def may_dash(self, wanted: Input) -> bool:
        """Whether —— may be typed: a rule says what is declared not applicable, or the form asks whether there is any."""
        declared = any(rule.spec.not_applicable != "unknown" for rule in self.users(wanted))
        return bool(self.known(wanted).asks) or declared


def fixed(cell: Cell) -> str:
    """A cell as a formula of another sheet names it: $B$6."""
    letters = a1(cell).rstrip("0123456789")
    return f"${letters}${cell[0] + 1}"
