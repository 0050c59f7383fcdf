"""The lines of a printed indicator list → its indicators, each under its own name, with path and weight settled."""

import re
from collections import Counter
from collections.abc import Sequence

from converter.drafting.rules import Printed
from converter.intake.cells import a1
from converter.mapping.facts import Line
from converter.vocabulary.labels import label
from converter.vocabulary.numbers import canonical

#: 投入（20分）; the opening bracket may be lost.
_WEIGHT = re.compile(r"(?P<name>.*?[^\d(（.])[(（]?(?P<weight>\d+(?:\.\d+)?)分[)）]")


def indicators(lines: Sequence[Line]) -> list[Printed]:
    """Each line as an indicator. One that stands in a merged weight shares that of the indicator above it."""
    lines = [_with_weights_apart(line) for line in lines]
    names = Counter(label(line.levels[-1]) for line in lines)
    taken: set[str] = set()
    found: list[Printed] = []
    path: tuple[str, ...] = ()
    for line in lines:
        path = _path(line.levels[:-1], path)
        printed, namesake = line.levels[-1], ""
        name = printed
        if names[label(printed)] > 1:
            name, namesake = f"{printed}（{path[-1]}）", printed
        if name in taken:
            name = next(f"{name}（{n}）" for n in range(2, len(lines) + 2) if f"{name}（{n}）" not in taken)
        taken.add(name)
        owner = _owner(line, path, found)
        full = None if owner else line.weights[-1] if line.weights and (line.weights[-1] or 0) > 0 else None
        sentence = line.sentence or next((note for note in reversed(line.notes) if "分" in note), "")
        found.append(Printed(name, path, full, owner, sentence, line.notes, namesake, a1(line.cell)))
    return found


def _with_weights_apart(line: Line) -> Line:
    """A line whose names carry their weights, 投入（20分）, as one that has columns for them."""
    apart = [_WEIGHT.fullmatch(name) for name in line.levels]
    names = tuple(match["name"] if match else name for match, name in zip(apart, line.levels, strict=True))
    weights = line.weights or (None,) * len(names)
    told = (float(match["weight"]) if match else None for match in apart)
    both = tuple(printed if printed is not None else own for printed, own in zip(weights, told, strict=True))
    return line._replace(levels=names, weights=both)


def _path(levels: tuple[str, ...], above: tuple[str, ...]) -> tuple[str, ...]:
    """The levels above an indicator, those that are left blank as in the line above; at least one."""
    filled = list(levels[-3:])
    for at, text in enumerate(filled):
        if not text:
            filled[at] = above[at] if at < len(above) else "指标"
    return tuple(filled) or ("指标",)


def _owner(line: Line, path: tuple[str, ...], found: Sequence[Printed]) -> str:
    """The indicator whose weight a merged cell gives to this one too, "" without one."""
    if not line.shared or not found or found[-1].path != path:
        return ""
    return found[-1].shares or (found[-1].name if found[-1].full is not None else "")


def level_weights(lines: Sequence[Line], found: Sequence[Printed]) -> dict[str, tuple[float, dict[str, float]]]:
    """Weight of each first level and of the second levels below it, as printed (一级 → 分值, {二级: 分值})."""
    totals: dict[tuple[str, ...], float] = {}
    for line, indicator in zip(map(_with_weights_apart, lines), found, strict=True):
        for depth, weight in enumerate(line.weights[:-1][:2], start=1):
            if weight is not None and weight > 0:
                key = indicator.path[:depth]
                totals[key] = canonical(totals.get(key, 0.0) + weight)
    firsts = dict.fromkeys(indicator.path[0] for indicator in found)
    return {
        first: (totals[first,], {key[1]: weight for key, weight in totals.items() if key[0] == first and len(key) == 2})
        for first in firsts
        if (first,) in totals
    }


def sums(found: Sequence[Printed]) -> dict[tuple[str, ...], float]:
    """What the indicators below each level add up to."""
    totals: dict[tuple[str, ...], float] = {}
    for indicator in found:
        for depth in range(1, len(indicator.path) + 1):
            key = indicator.path[:depth]
            totals[key] = canonical(totals.get(key, 0.0) + (indicator.full or 0.0))
    return totals
