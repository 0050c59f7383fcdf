"""The commands `jixiao scheme …`: list, show, lint and test the rules."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from converter.console import APP_SETTINGS, EXIT_CODES, Command, JsonOption, MappingsOption, print_json, print_lines
from converter.drafts import draft_command
from converter.vocabulary.findings import EXIT_CLEAN, EXIT_FINDINGS, Finding, Level, RunError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from converter.mapping.library import Library
    from converter.scoring.schemes import Scheme
    from converter.scoring.shelf import Shelved
    from converter.scoring.templates import Template

scheme_app = typer.Typer(**APP_SETTINGS, help="评分方案：列出、查看、检查、运行算例。")

CodeArgument = Annotated[
    str | None, typer.Argument(metavar="CODE", help="区划代码，或方案、模板的名称，如 模板/自评表2020；不写则全部")
]


@scheme_app.command("list", cls=Command)
def scheme_list_command(mappings: MappingsOption = None, as_json: JsonOption = False) -> int:
    """列出现有方案和模板：级次、地区、年度、类别、依据、文件。模板不能直接评分，只供方案继承。"""
    from converter.mapping.library import Library
    from converter.scoring.shelf import load_schemes, load_templates

    library = Library(mappings)
    rows = [_scheme_row(shelved) for shelved in load_schemes(library)]
    templates = [_template_row(template) for template in load_templates(library)]
    if as_json:
        print_json({"schemes": rows, "templates": templates})
        return EXIT_CLEAN
    for row in rows:
        kinds = f"  类别 {'、'.join(row['kinds'])}" if row["kinds"] else ""
        base = f"  继承 {'、'.join(row['extends'])}" if row["extends"] else ""
        whom = f"{row['region']} {row['name']} {row['year']} 年  {row['level'].partition(' ')[0]}{kinds}"
        print(f"{whom}  {row['basis']}《{row['title']}》  {row['file']}{base}")
    for row in templates:
        base = f"  继承 {'、'.join(row['extends'])}" if row["extends"] else ""
        left = f"  {len(row['unfilled'])} 个指标留给地区填写" if row["unfilled"] else ""
        print(f"模板 {row['reference']}  {row['basis']}《{row['title']}》  {row['file']}{base}{left}")
    return EXIT_CLEAN


def _scheme_row(shelved: "Shelved") -> dict[str, Any]:
    from converter.scoring.choosing import level_of
    from converter.scoring.outline import extended

    scheme = shelved.scheme
    return {
        "reference": shelved.reference,
        "region": scheme.file.region.code,
        "name": scheme.file.region.name,
        "level": level_of(scheme),
        "year": scheme.file.year,
        "kinds": scheme.file.kinds,
        "title": scheme.file.title,
        "basis": str(scheme.file.basis),
        "file": scheme.document.shown,
        "own": shelved.own,
        "extends": extended(scheme),
    }


def _template_row(template: "Template") -> dict[str, Any]:
    from converter.scoring.outline import extended

    scheme = template.scheme
    return {
        "reference": template.reference,
        "title": scheme.file.title,
        "basis": str(scheme.file.basis),
        "file": scheme.document.shown,
        "extends": extended(scheme),
        "unfilled": {name: list(words) for name, words in template.unfilled.items()},
    }


@scheme_app.command("show", cls=Command)
def scheme_show_command(
    code: Annotated[
        str, typer.Argument(metavar="CODE", help="区划代码，或方案、模板的名称，如 430527/2019、模板/自评表2020")
    ],
    year: Annotated[int | None, typer.Argument(metavar="YEAR", help="年度；写名称时不用写")] = None,
    kind: Annotated[str, typer.Option("--kind", metavar="KIND", help="部门类别，如 学校")] = "",
    mappings: MappingsOption = None,
    as_json: JsonOption = False,
) -> int:
    """逐个指标打印方案（继承的已合并）：分值、公式、计分方式、原文，每一项都注明写在哪个文件第几行。"""
    from converter.mapping.library import Library
    from converter.scoring.choosing import choose
    from converter.scoring.outline import extended, keys, outline
    from converter.scoring.shelf import load_schemes, load_templates

    library = Library(mappings)
    shelf = load_schemes(library)
    template = next((one for one in load_templates(library) if one.reference == code), None)
    named = [shelved.scheme for shelved in shelf if shelved.reference == code]
    if template is not None:
        scheme = template.scheme
    elif named:
        scheme = named[-1]
    elif year is None:
        advice = "写明年度，如 jixiao scheme show 430527 2019；jixiao scheme list 可列出现有方案和模板"
        raise RunError("R12", f"没有名为“{code}”的方案或模板", advice)
    else:
        scheme = choose(shelf, year, code, (), kind)
    if as_json:
        name = template.reference if template else scheme.name
        print_json(
            {"scheme": name, "file": scheme.document.shown, "extends": extended(scheme), "keys": list(keys(scheme))}
        )
    else:
        print_lines(outline(scheme, template))
    return EXIT_CLEAN


@scheme_app.command("lint", cls=Command, epilog=EXIT_CODES)
def scheme_lint_command(code: CodeArgument = None, mappings: MappingsOption = None, as_json: JsonOption = False) -> int:
    """检查方案和模板：写错的键、分值加总、条文与规则、分档、依据、算例；每条都有文件、行、列和办法。

    有 --mappings 时只检查自己的，否则检查内置的。
    """
    from converter.mapping.library import Library
    from converter.scoring.linting import lint

    linted = lint(Library(mappings), code)
    if not linted.files:
        raise RunError("R12", "没有符合条件的方案", "jixiao scheme list 可列出现有方案")
    counts = {str(level): linted.count(level) for level in Level}
    if as_json:
        print_json({"files": linted.files, "counts": counts, "findings": list(map(_as_json, linted.findings))})
    else:
        print_lines(f"{one.place} [{one.code}] {one.level} {one.message}（{one.advice}）" for one in linted.findings)
        found = "，".join(f"{level} {count}" for level, count in counts.items())
        print(f"检查 {len(linted.files)} 个方案和模板：{found}")
    return EXIT_FINDINGS if counts[Level.ERROR] else EXIT_CLEAN


def _as_json(item: Finding) -> dict[str, object]:
    line, _, column = item.place.cell.partition(":")
    return {
        "code": item.code,
        "level": str(item.level),
        "subject": item.subject,
        "message": item.message,
        "advice": item.advice,
        "file": item.place.file,
        "line": int(line or 1),
        "column": int(column or 1),
    }


@scheme_app.command("test", cls=Command, epilog=EXIT_CODES)
def scheme_test_command(
    code: CodeArgument = None,
    year: Annotated[int | None, typer.Argument(metavar="YEAR", help="年度；不写则全部")] = None,
    mappings: MappingsOption = None,
) -> int:
    """运行方案和模板旁边的算例。"""
    from converter.mapping.library import Library
    from converter.scoring.cases import cases_path, run_cases
    from converter.scoring.derivations import Derivations
    from converter.scoring.outline import extended

    library = Library(mappings)
    derivations = Derivations(library.dictionary)
    wanted = list(_wanted(library, code, year))
    if not wanted:
        raise RunError("R12", "没有符合条件的方案", "jixiao scheme list 可列出现有方案")
    failed = 0
    for name, scheme in wanted:
        if extended(scheme) and not cases_path(scheme.document).is_file():
            print(f"{name}：没有自己的算例，未改动的指标由所继承方案的算例核对")
            continue
        results = list(run_cases(scheme, derivations))
        for result in results:
            print_lines(f"{result.place} {line}" for line in result.failures)
        bad = sum(1 for result in results if result.failures)
        failed += bad
        print(f"{name}：{len(results)} 个算例，{f'{bad} 个不符' if bad else '全部相符'}")
    return EXIT_FINDINGS if failed else EXIT_CLEAN


def _wanted(library: "Library", code: str | None, year: int | None) -> "Iterator[tuple[str, Scheme]]":
    """The schemes of a region and year, or of a name; templates by name, or where all are wanted."""
    from converter.scoring.shelf import load_schemes, load_templates

    for shelved in load_schemes(library):
        scheme = shelved.scheme
        if code in (None, scheme.file.region.code, shelved.reference) and year in (None, scheme.file.year):
            yield scheme.name, scheme
    for template in load_templates(library):
        if year is None and code in (None, template.reference):
            yield template.name, template.scheme


scheme_app.command("draft", cls=Command, epilog=EXIT_CODES)(draft_command)
