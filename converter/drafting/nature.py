"""On which side of its standard an indicator is good: what its name says where a printed sign is lost."""

from converter.drafting.meanings import Side
from converter.vocabulary.labels import label

#: Ends of names → the side on which points are lost.
_NATURE: tuple[tuple[Side, tuple[str, ...]], ...] = (
    ("above", ("控制率", "变动率", "调整率", "结余率", "结转率", "结余变动率", "账款率", "成本率", "偏离率")),
    ("below", ("完成率", "满意度", "满意率", "安排率", "利用率", "达标率", "及时率", "办结率", "进度率", "覆盖率", "公开率")),
    ("both", ("执行率",)),
)  # fmt: skip


def nature(name: str) -> Side | None:
    """The side on which an indicator of this name loses points (控制率 above, 完成率 below, 执行率 both), None if unknown."""
    folded = label(name)
    return next((side for side, ends in _NATURE if folded.endswith(ends)), None)
