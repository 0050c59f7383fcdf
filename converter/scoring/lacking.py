"""缺少数据: an input without a number, and the reasons there are."""

from dataclasses import dataclass, field

from converter.vocabulary.findings import Place
from converter.vocabulary.numbers import State

#: The reason for each state that is no number.
REASONS: dict[State, str] = {
    State.BLANK: "空白",
    State.DASH: "填“——”",
    State.ERROR: "错误值",
    State.UNREADABLE: "无法识别",
    State.STALE: "未计算",
    State.CONFLICT: "冲突",
}
NO_CELL, NO_FORM, ZERO, INCOMPARABLE = "表中无此栏", "未报该表", "分母为零", "口径不可比"


@dataclass(frozen=True)
class Missing:
    """An input without a number: which, of which year, why, and the cell if there is one."""

    name: str
    year: int
    reason: str
    place: Place = field(default_factory=Place)

    def __str__(self) -> str:
        where = f" {self.place}" if self.place.file else ""
        return f"{self.name}（{self.year}年）：{self.reason}{where}"
