"""The commands `jixiao scheme …`: list, show and test the rules."""

from typing import Annotated

import typer

from converter.console import APP_SETTINGS, EXIT_CODES, Command, JsonOption, MappingsOption, print_json, print_lines
from converter.vocabulary.findings import EXIT_CLEAN, EXIT_FINDINGS, RunError

scheme_app = typer.Typer(**APP_SETTINGS, help="评分方案：列出、查看、运行算例。")


@scheme_app.command("list", cls=Command)
def scheme_list_command(mappings: MappingsOption = None, as_json: JsonOption = False) -> int:
    """列出现有方案。"""
    from converter.mapping.library import Library
    from converter.scoring.shelf import load_schemes

    rows = [
        {
            "region": scheme.file.region.code,
            "name": scheme.file.region.name,
            "year": scheme.file.year,
            "title": scheme.file.title,
            "basis": str(scheme.file.basis),
            "file": scheme.document.shown,
        }
        for scheme in (shelved.scheme for shelved in load_schemes(Library(mappings)))
    ]
    if as_json:
        print_json({"schemes": rows})
    else:
        print_lines(
            f"{r['region']} {r['name']} {r['year']} 年  {r['basis']}《{r['title']}》  {r['file']}" for r in rows
        )
    return EXIT_CLEAN


@scheme_app.command("show", cls=Command)
def scheme_show_command(
    region: Annotated[str, typer.Argument(metavar="CODE", help="区划代码")],
    year: Annotated[int, typer.Argument(metavar="YEAR", help="年度")],
    mappings: MappingsOption = None,
) -> int:
    """逐个指标打印方案：分值、公式、计分方式、原文。"""
    from converter.mapping.library import Library
    from converter.scoring.choosing import choose
    from converter.scoring.outline import outline
    from converter.scoring.shelf import load_schemes

    print_lines(outline(choose(load_schemes(Library(mappings)), year, region, ())))
    return EXIT_CLEAN


@scheme_app.command("test", cls=Command, epilog=EXIT_CODES)
def scheme_test_command(
    region: Annotated[str | None, typer.Argument(metavar="CODE", help="区划代码；不写则全部")] = None,
    year: Annotated[int | None, typer.Argument(metavar="YEAR", help="年度；不写则全部")] = None,
    mappings: MappingsOption = None,
) -> int:
    """运行方案旁边的算例。"""
    from converter.mapping.library import Library
    from converter.scoring.cases import run_cases
    from converter.scoring.inputs import Derivations
    from converter.scoring.shelf import load_schemes

    library = Library(mappings)
    derivations = Derivations(library.dictionary)
    loaded = (shelved.scheme for shelved in load_schemes(library))
    wanted = [s for s in loaded if region in (None, s.file.region.code) and year in (None, s.file.year)]
    if not wanted:
        raise RunError("R12", "没有符合条件的方案", "jixiao scheme list 可列出现有方案")
    failed = 0
    for scheme in wanted:
        results = list(run_cases(scheme, derivations))
        for result in results:
            print_lines(f"{result.place} {line}" for line in result.failures)
        bad = sum(1 for result in results if result.failures)
        failed += bad
        print(f"{scheme.name}：{len(results)} 个算例，{f'{bad} 个不符' if bad else '全部相符'}")
    return EXIT_FINDINGS if failed else EXIT_CLEAN
