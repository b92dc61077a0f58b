import ast
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
ALLOWED = {"anyio", "playwright", "pytest", "requests", "sandbox", "starlette", "uvicorn"} | sys.stdlib_module_names


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def test_sandbox_imports_nothing_of_ours_and_no_django():
    strangers = {path.name: imported(path) - ALLOWED for path in ROOT.rglob("*.py")}
    assert not {name: found for name, found in strangers.items() if found}
