"""说明 in every book: how to read each sheet, what the states and colours mean, what to do with what is found."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from converter.books.shown import row_height, wrapped_lines
from converter.books.styles import MAX_COMMENTS, Book, Page, Setup
from converter.vocabulary.numbers import shortest

if TYPE_CHECKING:  # workers write the sheet without pandas
    from converter.scoring.batch import Batch
    from converter.scoring.schemes import Scheme

SHEET = "说明"
_STATES = (
    "已评分＝由数据算出；自评＝人工评定的指标沿用自评得分；缺数、分母为零、未规定（条文没有说这个数值怎样计分）、"
    "未评＝没有得分；不适用＝部门申明没有此项；已复核＝由复核记录认定，理由和签署人写在“其他口径得分”一列。"
)
_INTERVAL = "下限和上限：缺少数据的指标没有得分，按 0 分到满分给出区间；合计的下限与上限相等时才有得分。"
_PRINTED = "页脚的指纹由{}、规则、名单和复核记录算出：两份打印件指纹相同，就是由同样的材料算出的。打印日期是打印当天，与计算无关。"


def department_notes(batch: "Batch") -> tuple[str, ...]:
    """The lines of 说明 of a department's workbook."""
    scheme = batch.scheme
    return numbered(
        "评分表：各指标按印发的评价标准复算，得分是公式，引用“基础数据”的数值一列；补填空白后随即重算。末尾两行供填报单位和财政部门签署。",
        _INTERVAL,
        f"状态：{_STATES}",
        "差异：自评得分超出上限或低于下限的部分；在区间之内记 0。",
        "其他口径得分：评价标准的另一种读法（不足一步怎样扣、分值与条文不一致、另一种基数）算出的得分，供复核。",
        "核对：左边是程序写入的固定数，右边是公式现算的数；有人改动公式或数据，结论会显示“不一致”。",
        "问题清单：需要部门核实的事项。请在“部门说明”一列逐项填写，连同本工作簿报回；说明本身不改变得分。",
        "颜色：浅黄底是可以补填数字的格，灰底是缺数的状态，灰底加粗是小计与合计；右上角有红色三角的格有批注，写着缺哪个数、在哪一格。",
        f"等次：{_grades(scheme)}。",
        f"评分依据：{_basis(scheme)}。",
        _PRINTED.format("本部门报送的文件和本表列出的问题"),
    )


def summary_notes(schemes: "Sequence[Scheme]") -> tuple[str, ...]:
    """The lines of 说明 of the summary workbook, with the grades and the basis of every scheme."""
    return numbered(
        "汇总：一行一个部门，按复算下限、上限排列，是核查的先后，不是评价结果。区间重叠的部门分不出先后，只有名次区间；"
        "点“评分表”一列打开该部门的工作簿。",
        "图表：各等次的部门数，和得分的区间；部门多时只画前后各一半，数字都在图下的小表里。",
        "报送情况：谁报了、缺哪些表；有部门名单时列出未报的部门。",
        "指标得分：一行一个部门的一个指标，“计算过程”写出代入的数。点三级指标，跳到“规范数据”里它的第一个数据。",
        "问题清单：先看错误，再看警告，提示供参考。责任方是部门的，发给部门说明（jixiao notices 生成复核意见）；"
        "是财政局的，核对后写进复核记录（jixiao template decisions 列出待认定事项）；是规则的，改方案。重新运行后编号不变，可以对照。",
        "勾稽核对：每一条核对的两边、差和结果；未核对的写明原因。通过的不算问题。",
        "规范数据：评分用到的每个数，采用与否，来自哪个文件、哪张表、哪一格；“推算”是用公式由别的数得到的，公式写在原文一列。"
        "没有用到的数见 facts.csv。",
        "规则：每个指标的公式、计分方式和条文原文。来源文件：收到的每个文件和它的去处。运行信息：这次运行由什么算出。",
        _INTERVAL,
        f"状态：{_STATES}",
        "颜色：灰底是表头和合计，蓝色下划线是链接；意思都写在格里，黑白打印不受影响。没有得分的格带批注，"
        f"每张表最多 {MAX_COMMENTS} 处，其余见“缺少数据”和“其他口径得分”两列。",
        *dict.fromkeys(f"等次（{scheme.name}）：{_grades(scheme)}。" for scheme in schemes),
        *dict.fromkeys(f"评分依据：{_basis(scheme)}。" for scheme in schemes),
        _PRINTED.format("全部报送的文件"),
    )


def _grades(scheme: "Scheme") -> str:
    return "，".join(f"{name} {shortest(line)} 分起" for name, line in scheme.file.grades.items())


def _basis(scheme: "Scheme") -> str:
    return f"{scheme.file.basis}《{scheme.file.title}》；方案 {scheme.name}，校验码 {scheme.sha256[:12]}"


def numbered(*lines: str) -> tuple[str, ...]:
    """The lines with their numbers."""
    return tuple(f"{number}．{line}" for number, line in enumerate(lines, start=1))


def score_note(lacking: str, others: str) -> str:
    """The note at a score: what is missing, from which cell; and what other readings give. Empty where there is neither."""
    if not lacking and not others:
        return ""
    parts = [f"缺少数据：\n{_lines(lacking)}"] if lacking else []
    parts += [f"换一种读法：\n{_lines(others)}"] if others else []
    return "\n".join(parts)


def _lines(listed: str) -> str:
    return listed.replace("；", "\n")


def add_notes(book: Book, *lines: str) -> None:
    """说明 as the last sheet of a book, the lines numbered."""
    write_notes(book.sheet(SHEET, Setup(landscape=False)), numbered(*lines))


def write_notes(page: Page, lines: Sequence[str]) -> None:
    """The sheet: a paragraph for each line."""
    page.put(0, 0, SHEET, "title")
    page.height(0, 30)
    for at, line in enumerate(lines, start=1):
        page.put(at, 0, line, "paragraph")
        page.height(at, row_height(wrapped_lines(line, 88)) * 1.2)
    page.widths((96,))
