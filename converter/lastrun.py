"""What has changed since the last run into the same folder, in a line; and who has still to be asked for tables (催报)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from converter.vocabulary.numbers import shortest

if TYPE_CHECKING:  # a run that has nothing to do asks here what the last one said, without pandas
    from converter.scoring.submitted import Submitted

#: Names told of in the line; the others are counted.
_MOST_NAMED = 5
#: Names on a line of 催报名单.
_MOST_REMINDED = 60
#: What of run.json a score hangs on besides the files, and what it is called.
_RULES = {"scheme": "评分方案改变", "mappings": "映射改变", "decisions": "复核记录改变", "program": "程序版本改变"}
_LACKING = "缺"

#: Department → 下限 and 上限.
Totals = Mapping[str, Sequence[float]]


class Since(NamedTuple):
    """Files that came, came again and went since the last run, departments whose total moved and why, and how many of the
    departments that have to hand in have not.
    """

    received: int
    resent: int
    gone: int
    moved: tuple[tuple[str, str], ...]
    missing: int

    def __str__(self) -> str:
        """较上次：新收 6，重报 2，得分变动 1（人社局 77～88→82～88，重报 决算.xlsx），未报 41"""
        told = "；".join(f"{name} {how}" for name, how in self.moved[:_MOST_NAMED])
        more = "等" if len(self.moved) > _MOST_NAMED else ""
        moved = f"得分变动 {len(self.moved)}" + (f"（{told}{more}）" if told else "")
        gone = f"，撤回 {self.gone}" if self.gone else ""
        return f"较上次：新收 {self.received}，重报 {self.resent}{gone}，{moved}，未报 {self.missing}"

    def to_dict(self) -> dict[str, Any]:
        """The comparison as JSON."""
        moved = [{"department": name, "how": how} for name, how in self.moved]
        counts = {"received": self.received, "resent": self.resent, "gone": self.gone, "missing": self.missing}
        return {**counts, "moved": moved}


def since(
    last: Mapping[str, Any] | None, now: Mapping[str, Any], totals: Totals, handed: "Sequence[Submitted]"
) -> Since | None:
    """The comparison of a run with the last one, by what their run.json say (of `now` the inputs and rules); None where there
    was none of this year. A last run.json that was edited by hand counts as none.
    """
    try:
        if last is None or last["year"] != now["year"]:
            return None
        (before, of_before), (after, of_now) = _handed_in(last), _handed_in(now)
        was = {str(who): (float(low), float(high)) for who, (low, high) in last["totals"].items()}
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    rules = "、".join(word for key, word in _RULES.items() if _version(last, key) != _version(now, key))
    return Since(
        received=len(after.keys() - before.keys()),
        resent=sum(1 for name in before.keys() & after.keys() if before[name] != after[name]),
        gone=len(before.keys() - after.keys()),
        moved=tuple(_moved(was, totals, (of_before, of_now), rules)),
        missing=missing(handed),
    )


def _version(manifest: Mapping[str, Any], key: str) -> object:
    """What tells one version of a rule or the program from another."""
    found = manifest.get(key)
    return found.get("sha256", found.get("version")) if isinstance(found, dict) else found


def _handed_in(manifest: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """The files with their SHA-256, and those of each department."""
    digests: dict[str, str] = {}
    owned: dict[str, dict[str, str]] = defaultdict(dict)
    for entry in manifest["inputs"]:
        file, digest = str(entry["file"]), str(entry["sha256"])
        digests[file] = digest
        for use in entry["documents"]:
            owned[str(use["department"])][file] = digest
    return digests, owned


def _moved(
    was: Totals, totals: Totals, files: tuple[dict[str, dict[str, str]], dict[str, dict[str, str]]], rules: str
) -> Iterator[tuple[str, str]]:
    """Departments whose interval is another one, with both and why."""
    for who in sorted(was.keys() & totals.keys()):
        if tuple(was[who]) != tuple(totals[who]):
            before, after = files[0].get(who, {}), files[1].get(who, {})
            changed = sorted(n for n in before.keys() | after.keys() if before.get(n) != after.get(n))
            handed = "、".join(name.rpartition("/")[2] for name in changed)
            why = "，".join(filter(None, (handed and f"报送变动 {handed}", rules)))
            yield who, f"{_interval(was[who])}→{_interval(totals[who])}" + (f"，{why}" if why else "")


def _interval(points: Sequence[float]) -> str:
    low, high = points
    return shortest(low) if low == high else f"{shortest(low)}～{shortest(high)}"


def missing(handed: "Sequence[Submitted]") -> int:
    """How many departments have handed in nothing."""
    from converter.scoring.submitted import NOTHING

    return sum(row.status == NOTHING for row in handed)


def reminders(handed: "Sequence[Submitted]") -> list[str]:
    """催报名单, a line for each sort: who has handed in nothing, and who lacks which table."""
    from converter.scoring.submitted import NOTHING, PART

    nothing = [row.department for row in handed if row.status == NOTHING]
    part = [f"{row.department}（缺{_tables(row)}）" for row in handed if row.status == PART]
    told = (("未报", nothing), ("部分报送", part))
    return [f"催报名单，{what} {len(names)} 个：{_listed(names)}" for what, names in told if names]


def _listed(names: Sequence[str]) -> str:
    rest = "等（全部见“报送情况”）" if len(names) > _MOST_REMINDED else ""
    return "、".join(names[:_MOST_REMINDED]) + rest


def _tables(row: "Submitted") -> str:
    lacking = {"基础数据表": row.basic_data, "指标表": row.indicators}
    return "、".join(name for name, count in lacking.items() if count == _LACKING)
