"""`jixiao template …`: forms to hand out, as workbooks."""

from pathlib import Path
from typing import Annotated

import typer

from converter.console import APP_SETTINGS, Command, MappingsOption
from converter.vocabulary.findings import EXIT_CLEAN, Place, RunError

template_app = typer.Typer(**APP_SETTINGS, help="空白的或预先填好的表：基础数据表、指标表、部门名单、复核记录。")


@template_app.callback()
def _group() -> None:
    """空白的或预先填好的表：基础数据表、指标表、部门名单、复核记录。"""


TargetOption = Annotated[Path, typer.Option("-o", "--output", metavar="F", help="写到哪个工作簿（.xlsx）")]
RegionOption = Annotated[str | None, typer.Option(metavar="CODE", help="区划代码，如 430527")]
YearOption = Annotated[int | None, typer.Option(metavar="Y", help="数据年度；不写则取该地区唯一有方案的年度")]
KindOption = Annotated[str, typer.Option(metavar="K", help="部门类别，评分方案按类别分的才要写，如 学校")]


@template_app.command("basic-data", cls=Command)
def basic_data_command(
    target: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            metavar="F",
            help="写到哪个工作簿（.xlsx）；有上年输出而不写部门的，是存放各部门表的文件夹",
        ),
    ],
    region: RegionOption = None,
    year: YearOption = None,
    kind: KindOption = "",
    mappings: MappingsOption = None,
    prior: Annotated[
        Path | None, typer.Option("--prior", metavar="OUT", help="上年度的输出文件夹：每个部门一份，上年数已填好并锁定")
    ] = None,
    department: Annotated[str, typer.Option(metavar="NAME", help="只要上年输出里的这一个部门")] = "",
) -> int:
    """写一份基础数据表：按评分方案要的数制表，含补充数据、指标表，当场核对、算分，填好可直接读回。"""
    from converter.handing_out import Asked, Forms

    forms = Forms(Asked(region, year, kind, mappings, prior))
    if prior is None:
        if department:
            raise RunError("R01", "--department 要和 --prior 一起用", "请用 --prior 给出上年度的输出文件夹")
        _write(target, forms.basic_data())
        print(f"{forms.scheme().name} 基础数据表，已写到 {target}")
        return EXIT_CLEAN
    made = list(forms.of_departments(department))
    if department:
        _write(target, made[0][1])
    else:
        _folder(target)
        for name, content in made:
            _write(target / name, content)
    print(f"{forms.year} 年度基础数据表 {len(made)} 份，已填好上年数，写到 {target}")
    return EXIT_CLEAN


@template_app.command("indicators", cls=Command)
def indicators_command(
    target: TargetOption,
    region: RegionOption = None,
    year: YearOption = None,
    kind: KindOption = "",
    mappings: MappingsOption = None,
) -> int:
    """写一份空白的指标表：评分方案的各级指标、分值、评价标准，自评得分待填。"""
    from converter.handing_out import Asked, Forms

    forms = Forms(Asked(region, year, kind, mappings))
    _write(target, forms.indicators())
    print(f"{forms.scheme().name} 指标表，已写到 {target}")
    return EXIT_CLEAN


@template_app.command("departments", cls=Command)
def departments_command(
    target: TargetOption,
    source: Annotated[
        Path | None, typer.Option("--from", metavar="OUT", help="jixiao run 的输出文件夹：填好其中的部门")
    ] = None,
) -> int:
    """写一份部门名单：谁应报、各有哪些叫法；给出一次输出就先列好其中的部门。"""
    from converter.books.form_lists import departments_form
    from converter.books.readback import Output

    content, count = departments_form(Output(source) if source else None)
    _write(target, content)
    print(f"部门名单（{count} 个部门），已写到 {target}")
    return EXIT_CLEAN


@template_app.command("decisions", cls=Command)
def decisions_command(
    source: Annotated[Path, typer.Option("--from", metavar="OUT", help="jixiao run 的输出文件夹")],
    target: TargetOption,
) -> int:
    """列出一次输出里所有待认定的事项，写成复核记录：影响分值大的在前，填好即可交回。"""
    from converter.books.readback import Output
    from converter.books.templates import decisions_template

    content, count = decisions_template(Output(source))
    _write(target, content)
    print(f"待认定 {count} 项，已写到 {target}")
    return EXIT_CLEAN


def _folder(target: Path) -> None:
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError("R04", "文件夹建不了", "请检查路径与权限", Place(str(target))) from error


def _write(target: Path, content: bytes) -> None:
    """Writes a form, but never over one that somebody may have filled in."""
    try:
        with target.open("xb") as stream:
            stream.write(content)
    except FileExistsError as error:
        raise RunError("R04", "文件已经在那里，不覆盖", "请换一个文件名，或先移走原来的", Place(str(target))) from error
    except OSError as error:
        raise RunError("R04", "文件写不进去，可能正被打开", "请检查路径与权限", Place(str(target))) from error
