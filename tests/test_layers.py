"""A module imports only what stands before it: data flows one way (DESIGN §2)."""

import ast
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "converter"
ROOMS = ["vocabulary", "intake", "mapping", "scoring", "drafting", "books", "audit"]
TOP = [
    "forking",
    "ahead",
    "progress",
    "syncing",
    "engine",
    "loading",
    "unpickling",
    "scratch",
    "piles",
    "cluster",
    "pages",
    "ledger",
    "blocks",
    "reading",
    "recalculation",
    "recalling",
    "receiving",
    "options",
    "lastmanifest",
    "publish",
    "marks",
    "lastrun",
    "unchanged",
    "beginning",
    "merging",
    "telling",
    "shares",
    "tasks",
    "portions",
    "workers",
    "reuse",
    "gathering",
    "settling",
    "manifest",
    "lastyear",
    "recorded",
    "settings",
    "bookwork",
    "outputs",
    "outcome",
    "finishing",
    "run",
    "workmodel",
    "workfile",
    "again",
    "archiving",
    "rerunning",
    "workplace",
    "logfile",
    "console",
    "handing_out",
    "cli_template",
    "handing_on",
    "resubmitted",
    "comparing",
    "drafts",
    "scheme_commands",
    "starting",
    "keeping",
    "cli",
    "__main__",
]
MODULES = sorted(path.relative_to(ROOT) for path in PACKAGE.rglob("*.py"))


def place(parts: tuple[str, ...]) -> int:
    """How far right a module stands: its room, or its own place behind the rooms."""
    if len(parts) < 2:
        return -1
    return ROOMS.index(parts[1]) if parts[1] in ROOMS else len(ROOMS) + TOP.index(parts[1])


def imported(path: Path) -> set[tuple[str, ...]]:
    """The project's modules that a file imports, functions included."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    names = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    names |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return {tuple(name.split(".")) for name in names if name.split(".")[0] == "converter"}


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_imports_only_from_the_left(path: Path) -> None:
    own = path.with_suffix("").parts
    if own[-1] == "__init__":
        assert not imported(path)
        return
    later = {name for name in imported(path) if place(name) > place(own)}
    assert not later, f"{path} imports from its right: {sorted('.'.join(name) for name in later)}"


@pytest.mark.parametrize("room", ROOMS)
def test_no_circle_within_a_room(room: str) -> None:
    files = [path for path in MODULES if path.parts[1] == room and path.name != "__init__.py"]
    needs = {
        p.with_suffix("").parts: {n for n in imported(p) if n[:2] == ("converter", room) and len(n) > 2} for p in files
    }
    while needs:
        free = [module for module, wanted in needs.items() if not wanted & needs.keys()]
        assert free, f"modules of {room} import each other: {sorted(m[-1] for m in needs)}"
        for module in free:
            del needs[module]


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_every_public_function_and_class_is_documented(path: Path) -> None:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    nested = {
        inner
        for outer in ast.walk(tree)
        if isinstance(outer, kinds[:2])
        for inner in ast.walk(outer)
        if inner is not outer
    }
    public = [n for n in ast.walk(tree) if isinstance(n, kinds) and not n.name.startswith("_") and n not in nested]
    inherited = {"get_help", "column"} | {
        *(
            "points",
            "excel",
            "describe",
            "trace",
            "readings",
            "reading_name",
            "complaints",
            "inputs",
            "on",
            "over",
            "complete",
        ),
        *("over_by", "over_text", "words", "raw", "raw_text", "limit", "answers", "bounds", "read"),
    }
    bare = [node.name for node in public if not ast.get_docstring(node) and node.name not in inherited]
    assert not bare, f"{path}: no docstring on {bare}"


def test_what_every_worker_imports_is_light() -> None:
    """multiprocessing imports the program's main module in each of them: Typer alone takes a tenth of a second."""
    import subprocess
    import sys

    code = "import sys, converter.__main__; sys.exit('typer' in sys.modules or 'converter.cli' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_what_reads_and_writes_loads_no_pandas() -> None:
    """Nor does what concludes a batch: pandas costs a third of a second in each process, and only the workers score."""
    import subprocess
    import sys

    of_a_run = "converter.run, converter.finishing, converter.outputs"
    of_workers = (
        "converter.reading, converter.merging, converter.telling, converter.books.department, converter.books.sheetrows"
    )
    code = f"import sys, {of_a_run}, {of_workers}; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
