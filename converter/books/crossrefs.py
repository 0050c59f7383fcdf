"""Which row of 规范数据 a row of 指标得分 leads to: that of the first input there is."""

from collections.abc import Iterator, Sequence

from converter.books.tables import FACT_HEADS, SCORE_HEADS, Row
from converter.mapping.facts import SELF_SCORE
from converter.scoring.batch import Batch
from converter.scoring.expressions import Input
from converter.scoring.indicators import Rule

_DEPARTMENT, _YEAR, _FIELD, _ADOPTED = map(FACT_HEADS.index, ("部门", "年度", "字段", "采用"))
_WHO, _INDICATOR = map(SCORE_HEADS.index, ("部门", "三级指标"))


def first_inputs(batch: Batch, scores: Sequence[Row], facts: Sequence[Row]) -> tuple[int | None, ...]:
    """For each row of 指标得分 the position among `facts` of its first input there, of the adopted one of several; None
    where the table holds none, and for 加减分, which has no inputs.
    """
    found: dict[tuple[object, ...], int] = {}
    for at, row in enumerate(facts):
        key = row[_DEPARTMENT], row[_FIELD], row[_YEAR]
        if key not in found or (row[_ADOPTED] == "是" and facts[found[key]][_ADOPTED] != "是"):
            found[key] = at
    wanted: dict[object, dict[str, list[tuple[str, int]]]] = {}
    for part in batch.each:
        keys = {rule.name: [(one.name, batch.year + one.offset) for one in _inputs(rule)] for rule in part.scheme.rules}
        wanted |= dict.fromkeys(part.departments, keys)

    def first(who: object, indicator: str) -> int | None:
        places = [found[who, *key] for key in wanted.get(who, {}).get(indicator, ()) if (who, *key) in found]
        return places[0] if places else None

    return tuple(first(row[_WHO], str(row[_INDICATOR])) for row in scores)


def _inputs(rule: Rule) -> Iterator[Input]:
    """What a score is computed from, in reading order; the self score last."""
    yield from rule.needs()
    yield from rule.answers
    yield Input(rule.name + SELF_SCORE)
