"""What a scored chunk gave, parted by department, so that a later run can take a department's share as it is."""

from collections.abc import Sequence
from itertools import chain, compress, groupby, islice
from operator import itemgetter
from typing import Any

from converter import telling
from converter.books import tables
from converter.books.columns import Seen
from converter.books.crossrefs import first_inputs
from converter.books.tables import Row
from converter.merging import AtLarge, Lists, Rank, Share, in_pieces
from converter.scoring.batch import Batch, used_by_scheme
from converter.scoring.gist import PART, Gist
from converter.scoring.outcomes import distinct
from converter.scoring.ruleset import Rules
from converter.scoring.scorerows import is_ratio
from converter.scoring.wholebatch import families
from converter.scoring.within import figures_of, marks_of, without_data
from converter.unpickling import PlainWriter
from converter.vocabulary.findings import Finding, Place, numbered

#: Where the department stands in rows of 指标得分, 规范数据 and 勾稽核对.
_WHO = 1
_who, _rank = itemgetter(_WHO), itemgetter(0)
_points = itemgetter(*map(tables.SCORE_HEADS.index, tables.POINTS))


def gist_of(batch: Batch, rules: Rules) -> Gist:
    """The gist of a scored chunk."""
    numbers = {id(scheme): at for at, scheme in enumerate(rules.distinct)}
    related = {one.name for entry, parts in families(rules.roster) for one in (entry, *parts)}
    figures: dict[tuple[str, str], tuple[float, Place]] = {}
    claims: list[tuple[int, Finding]] = []
    for part in batch.each:
        figures |= figures_of(part.inputs, related, rules.checks)
        number = numbers[id(part.scheme)]
        claims += [(number, item) for item in without_data(part.inputs, part.columns, rules.checks)]
    return Gist(
        [
            {**{str(key): value for key, value in row.items()}, PART: numbers[id(part.scheme)]}
            for part in batch.each
            for row in part.totals.to_dict("records")
        ],
        {submission.department: marks_of(documents, rules.checks) for submission, documents in batch.used},
        figures,
        claims,
        batch.supplied,
    )


def parted(batch: Batch, rules: Rules, gist: Gist) -> tuple[list[tuple[Share, bytes]], AtLarge]:
    """The share of every submission of a scored batch, in their order, with its lists; and what is about none of them."""
    names = [submission.department for submission in batch.submissions]
    scores, every = tables.score_rows(batch.scores, batch.codes), tables.fact_rows(batch.facts, batch.codes)
    facts, used = _lines(every), list(compress(every, used_by_scheme(batch).tolist()))
    score_rows, score_lines, used_rows = _by_department(scores), _lines(scores), _by_department(used)
    leads = _leads(first_inputs(batch, scores, used), scores, used)
    checks, checks_at_large = _checks(batch, rules, names)
    check_lines = iter(tables.csv_lines([*chain.from_iterable(checks.values())]))
    found = _findings([item for item in batch.findings if item.department], names)
    totals = {str(row["department"]): {str(key): one for key, one in row.items()} for row in gist.totals}
    figures: dict[str, dict[tuple[str, str], tuple[float, Place]]] = {}
    for key, figure in gist.figures.items():
        figures.setdefault(key[0], {})[key] = figure
    claims: dict[str, list[tuple[int, Finding]]] = {}
    for claim in gist.claims:
        claims.setdefault(claim[1].department, []).append(claim)
    writer = PlainWriter()
    shares = []
    for who in names:
        scored, in_use = score_rows.get(who, []), used_rows.get(who, [])
        lists = Lists[Sequence[Any]](scored, in_use, leads.get(who, []), list(map(_points, scored)), checks[who])
        content, pieces = in_pieces(lists, writer)
        share = Share(
            who,
            totals.get(who),
            gist.marks.get(who),
            figures.get(who, {}),
            claims.get(who, []),
            who in gist.supplied,
            score_lines.get(who, b""),
            facts.get(who, b""),
            tables.ended(islice(check_lines, len(checks[who]))),
            telling.written(found[who], writer),
            tuple(item.number for item in found[who]),
            {
                "指标得分": Seen.of(tables.SCORE_HEADS, scored).longest,
                "规范数据": Seen.of(tables.FACT_HEADS, in_use).longest,
                "勾稽核对": Seen.of(tables.CHECK_HEADS, checks[who]).longest,
            },
            pieces,
        )
        shares.append((share, content))
    ratios = frozenset(r.name for scheme in rules.distinct for r in scheme.rules if is_ratio(r, batch.inputs))
    return shares, AtLarge([item for item in batch.findings if not item.department], checks_at_large, ratios)


def _by_department(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for who, own in groupby(rows, _who):
        found.setdefault(str(who), []).extend(own)
    return found


def _lines(rows: Sequence[Row]) -> dict[str, bytes]:
    """The rows of each department as CSV."""
    lines, rest = dict[str, list[bytes]](), iter(tables.csv_lines(rows))
    for who, own in groupby(rows, _who):
        lines.setdefault(str(who), []).extend(islice(rest, sum(1 for _ in own)))
    return {who: tables.ended(own) for who, own in lines.items()}


def _leads(leads: Sequence[int | None], scores: Sequence[Row], used: Sequence[Row]) -> dict[str, list[int | None]]:
    """The leads of each department's rows, counted from its own first row among those used, which stand together."""
    first: dict[object, int] = {}
    for at, row in enumerate(used):
        first.setdefault(row[_WHO], at)
    found: dict[str, list[int | None]] = {}
    for lead, row in zip(leads, scores, strict=True):
        found.setdefault(str(row[_WHO]), []).append(None if lead is None else lead - first[row[_WHO]])
    return found


def _findings(findings: Sequence[Finding], names: Sequence[str]) -> dict[str, list[Finding]]:
    """The findings of each department, numbered; the first has those about departments that are not there."""
    found: dict[str, list[Finding]] = {who: [] for who in names}
    for item in numbered(findings):
        found[item.department if item.department in found else names[0]].append(item)
    return found


def _checks(batch: Batch, rules: Rules, names: Sequence[str]) -> tuple[dict[str, list[Row]], list[tuple[Rank, Row]]]:
    """The rows of 勾稽核对 of each department, by their rank; the first has those about departments that are not there. And those
    about none, which other chunks give too.
    """
    numbers = {id(scheme): at for at, scheme in enumerate(rules.distinct)}
    ranked: dict[str, list[tuple[Rank, Row]]] = {who: [] for who in names}
    at_large: list[tuple[Rank, Row]] = []
    for part in batch.each:
        number = numbers[id(part.scheme)]
        for *row, group in distinct(part.checked):
            who, ranking = str(row[_WHO] or ""), (str(row[0]), number, str(group))
            own = ranked[who if who in ranked else names[0]] if who else at_large
            own.append((ranking, tuple(row)))
    return {who: [row for _, row in sorted(own, key=_rank)] for who, own in ranked.items()}, at_large
