"""Inline SVG for the report: drawn from numbers alone, readable without colour, without any script."""

from collections import Counter
from collections.abc import Iterator, Sequence

_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 720, 260, 40, 28
_STEP = 5


def histogram(lows: Sequence[float], highs: Sequence[float]) -> str:
    """Departments by 复算下限 (filled) and 复算上限 (outlined) in bands of 5 points; the numbers stand on the bars."""
    bands = range(0, 100, _STEP)
    counts = [_by_band(values) for values in (lows, highs)]
    most = max(1, *counts[0], *counts[1])
    wide, tall = (_WIDTH - _LEFT) / len(bands), _HEIGHT - _BOTTOM - 34
    parts = [_start("得分分布：各分数段的部门数", _HEIGHT)]
    for series, (name, style) in enumerate((("复算下限", 'fill="#7fa6cf"'), ("复算上限", 'fill="none"'))):
        parts.append(f'<rect x="{_LEFT + 130 * series}" y="4" width="12" height="12" {style} stroke="#1d3f66"/>')
        parts.append(f'<text x="{_LEFT + 130 * series + 18}" y="15">{name}</text>')
        for at, count in enumerate(counts[series]):
            if count:
                high = tall * count / most
                x, y = _LEFT + at * wide + series * wide / 2, _HEIGHT - _BOTTOM - high
                bar = f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide / 2 - 1:.1f}" height="{high:.1f}" {style} stroke="#1d3f66"/>'
                parts += [bar, f'<text x="{x + wide / 4:.1f}" y="{y - 3:.1f}" text-anchor="middle">{count}</text>']
    base = _HEIGHT - _BOTTOM
    parts.append(f'<line x1="{_LEFT}" y1="{base}" x2="{_WIDTH}" y2="{base}" stroke="#444"/>')
    parts += [
        f'<text x="{_LEFT + at * wide:.1f}" y="{base + 16}" text-anchor="middle">{band}</text>'
        for at, band in enumerate(bands)
        if band % 10 == 0
    ]
    return "".join([*parts, "</svg>"])


def _by_band(values: Sequence[float]) -> list[int]:
    """How many values lie in each [band, band + 5); 100 and more count to the last band."""
    counts = Counter(min(value, 99.999) // _STEP for value in values)
    return [counts[band / _STEP] for band in range(0, 100, _STEP)]


def scatter(points: Sequence[tuple[float, float, float]]) -> Iterator[str]:
    """自评得分 across, 复算下限～上限 upwards as a line with a ring at its end, and the line where both are equal; in pieces."""
    size = 360
    low = min((min(own, least) for own, least, _ in points), default=0.0)
    start = max(0.0, 10 * ((low - 5) // 10))

    def at(value: float) -> float:
        return (min(value, 100.0) - start) / (100.0 - start) * (size - 60)

    parts = [_start("自评得分与复算得分", size, size)]
    parts.append(f'<rect x="40" y="10" width="{size - 60}" height="{size - 60}" fill="none" stroke="#444"/>')
    parts.append(f'<line x1="40" y1="{size - 50}" x2="{size - 20}" y2="10" stroke="#888" stroke-dasharray="4 3"/>')
    yield "".join(parts)
    for own, least, most in points:
        x, bottom, top = 40 + at(own), size - 50 - at(max(least, start)), size - 50 - at(most)
        line = f'<line x1="{x:.1f}" y1="{bottom:.1f}" x2="{x:.1f}" y2="{top:.1f}" stroke="#1d3f66" stroke-width="2"/>'
        yield f'{line}<circle cx="{x:.1f}" cy="{top:.1f}" r="2.5" fill="#fff" stroke="#1d3f66"/>'
    parts = []
    for value in (start, (start + 100) / 2, 100.0):
        parts.append(f'<text x="{40 + at(value):.1f}" y="{size - 34}" text-anchor="middle">{value:g}</text>')
        parts.append(f'<text x="36" y="{size - 46 - at(value):.1f}" text-anchor="end">{value:g}</text>')
    parts.append(f'<text x="{size // 2}" y="{size - 16}" text-anchor="middle">自评得分</text></svg>')
    yield "".join(parts)


def _start(label: str, height: int, width: int = _WIDTH) -> str:
    return f'<svg viewBox="0 0 {width} {height}" width="{width}" role="img" aria-label="{label}">'
