"""The rules of the house, read from the source."""

import ast
import os
import re
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.utils.module_loading import import_string

from galantis.celery import app as celery

ROOT = Path(__file__).parent.parent
# Each may import those before it in its line, and nothing else of ours.
ROOMS = {
    "workspaces": [],
    "meta_integration": ["workspaces"],
    "templates_app": ["workspaces", "meta_integration"],
    "catalog": ["workspaces", "meta_integration"],
    "inbox": ["workspaces", "meta_integration", "templates_app", "catalog"],
    "campaigns": ["workspaces", "meta_integration", "templates_app", "catalog", "inbox"],
    "sandbox": [],
    "galantis": ["workspaces", "meta_integration", "templates_app", "catalog", "inbox", "campaigns"],
}
TEXTS = {".py", ".md", ".html", ".css", ".js", ".toml", ".ini", ".txt", ".json", ".sh", ".yml", ".svg", ""}
NOT_OURS = {
    ".git",
    ".venv",
    ".data",
    ".ruff_cache",
    ".pytest_cache",
    ".hypothesis",
    "node_modules",
    "staticfiles",
    "__pycache__",
}
LONGEST_FUNCTION, LONGEST_MODULE = 60, 400
MAY_BE_LONG = {"galantis/settings.py": "a list, read from top to bottom"}


# Reading --------------------------------------------------------------------------------------------------------------
@cache
def files() -> list[Path]:
    """What belongs to the project, but for tests and migrations."""
    found = []
    for folder, inside, names in os.walk(ROOT):
        inside[:] = [name for name in inside if name not in NOT_OURS]
        found += [Path(folder, name) for name in names]
    return [path for path in found if path.suffix in TEXTS and not is_test(path)]


def is_test(path: Path) -> bool:
    return bool({"tests", "migrations"} & set(path.relative_to(ROOT).parts)) or path.name == "conftest.py"


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def modules(*rooms: str) -> list[Path]:
    """The Python files of these rooms, or of all."""
    inside = [path for path in files() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in (rooms or ROOMS)]
    assert inside
    return inside


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> set[str]:
    """The full names that a module imports, also inside functions and relatively."""
    package, names = path.relative_to(ROOT).with_suffix("").parts[:-1], set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            start = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            names |= {".".join(filter(None, [start, node.module, alias.name])) for alias in node.names}
    return names


def rooms_of(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names} & ROOMS.keys()


def calls(path: Path, *names: str) -> list[ast.Call]:
    found = [
        node for node in ast.walk(tree(path)) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    return [call for call in found if call.func.attr in names]


def where(path: Path, node: ast.AST) -> str:
    return f"{name_of(path)}:{node.lineno}  {ast.unparse(node)[:100]}"


# Who knows whom -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("room", [room for room in ROOMS if (ROOT / room).exists()])
def test_imports_point_one_way(room):
    strangers = {name_of(path): rooms_of(imports(path)) - {room, *ROOMS[room]} for path in modules(room)}
    assert not {name: found for name, found in strangers.items() if found}


def test_nothing_but_manage_py_starts_from_the_wiring_or_the_sandbox():
    """Nor what lies outside the rooms; benchmarks, like tests, may drive both."""
    others = [path for path in files() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] not in ROOMS]
    importers = {name_of(path) for path in others if {"galantis", "sandbox"} & rooms_of(imports(path))}
    assert not {name for name in importers if name != "manage.py" and not name.startswith("benchmarks/")}


def test_the_graph_client_knows_neither_django_nor_celery_nor_our_models():
    for path in modules("meta_integration"):
        if "graph" in path.parts:
            known = imports(path)
            assert not {"django", "celery", "structlog"} & {name.partition(".")[0] for name in known}, name_of(path)
            assert all(name.startswith("meta_integration.graph.") for name in known if rooms_of({name})), name_of(path)


def test_every_app_has_a_place_among_the_rooms():
    ours = {config.name for config in apps.get_app_configs() if Path(config.path).parent == ROOT}
    assert ours <= ROOMS.keys()


# What is named somewhere exists ---------------------------------------------------------------------------------------
def test_every_handler_of_a_webhook_field_can_be_imported():
    assert all(callable(import_string(path)) for path in settings.META_WEBHOOK_HANDLERS.values())


def test_every_task_in_the_settings_is_registered():
    celery.loader.import_default_modules()
    named = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} | settings.CELERY_TASK_ROUTES.keys()
    assert named <= celery.tasks.keys()


@pytest.mark.parametrize("procfile", ["Procfile", "Procfile.demo"])
def test_every_queue_has_a_worker(procfile):
    listened = set(",".join(re.findall(r" -Q (\S+)", (ROOT / procfile).read_text())).split(","))
    used = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()} | {settings.CELERY_TASK_DEFAULT_QUEUE}
    assert used <= listened


def test_what_takes_minutes_does_not_stand_before_what_goes_to_meta_in_seconds():
    queue = {name.rpartition(".")[2]: route["queue"] for name, route in settings.CELERY_TASK_ROUTES.items()}
    slow = {queue[name] for name in ("read_catalog", "look_up_batches", "look_at_images", "run_import")}
    assert not slow & {queue[name] for name in ("push_catalog", "poll_batches", "read_reviews", "submit_template")}


def test_every_setting_is_documented_and_every_documented_setting_is_read():
    settings_py = tree(ROOT / "galantis" / "settings.py")
    reads = [node for node in ast.walk(settings_py) if isinstance(node, ast.Call)]
    read = {node.args[0].value for node in reads if re.fullmatch(r"env(\.\w+)?", ast.unparse(node.func))}
    read |= set(re.findall(r"\$\{(\w+):-", (ROOT / "Procfile").read_text()))
    documented = re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "settings.md").read_text(), re.M)
    assert sorted(documented) == sorted(read)


# Who may do what ------------------------------------------------------------------------------------------------------
def is_edge(path: Path) -> bool:
    return bool({"views", "forms", "api"} & {*path.relative_to(ROOT).parts[1:-1], path.stem})


def test_pages_and_api_reach_rows_through_for_workspace_alone():
    owned = {model.__name__ for model in apps.get_models() if any(f.name == "workspace" for f in model._meta.fields)}
    doors = [
        where(path, node)
        for path in filter(is_edge, modules())
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute)
        and (
            # Model.objects.anything
            (
                isinstance(node.value, ast.Attribute)
                and node.value.attr == "objects"
                and ast.unparse(node.value.value) in owned
            )
            or node.attr in ("_default_manager", "_base_manager")
        )
        and node.attr not in ("for_workspace", "none")
    ]
    # A manager that is passed on cannot be followed.
    doors += [
        where(path, call)
        for path in filter(is_edge, modules())
        for call in ast.walk(tree(path))
        if isinstance(call, ast.Call)
        for argument in call.args
        if ast.unparse(argument) in {f"{name}{door}" for name in owned for door in ("", ".objects")}
    ]
    assert not doors, "\n".join(doors)


def test_only_the_moves_change_the_status_of_a_message():
    """Found by the words used for it: `.update(status=`, `bulk_update(..., ["status"])`, `message.status = ` and SQL.

    An update of another model's status must name its model, as in `Thread.objects.filter(...).update(status=...)`.
    """
    writes = []
    for path in modules("inbox", "campaigns") if (ROOT / "campaigns").exists() else modules("inbox"):
        if name_of(path) == "inbox/services/moves.py":
            continue
        for call in calls(path, "update", "bulk_update", "save", "update_or_create"):
            named = {keyword.arg for keyword in call.keywords}
            named |= {node.value for node in ast.walk(call) if isinstance(node, ast.Constant)}
            about = re.match(r"\w+", ast.unparse(call.func))[0]
            if "status" in named and (about == "Message" or not about[0].isupper()):
                writes.append(where(path, call))
        for node in ast.walk(tree(path)):
            targets = node.targets if isinstance(node, ast.Assign) else []
            if any(re.search(r"message\w*\.status$", ast.unparse(target)) for target in targets):
                writes.append(where(path, node))
            if isinstance(node, ast.Constant) and re.search(r"(?i)\bupdate\s+\"?inbox_message\b", str(node.value)):
                writes.append(where(path, node))
    assert not writes, "\n".join(writes)


def test_only_the_standing_changes_the_status_of_a_product():
    """Found by the column's name where it is given a value. `catalog/standing.py` alone does."""
    writes = []
    for path in modules("catalog", "inbox"):
        if name_of(path) == "catalog/standing.py":
            continue
        for call in calls(path, "update", "bulk_update", "update_each"):
            about = ast.unparse(call)
            if re.search(r"\b(ProductItem|items?|products?|rows|mine)\b.*\bstatus\s*=", about):
                writes.append(where(path, call))
        for node in ast.walk(tree(path)):
            targets = node.targets if isinstance(node, ast.Assign) else []
            if any(re.search(r"(item|product)\w*\.status$", ast.unparse(target)) for target in targets):
                writes.append(where(path, node))
            if isinstance(node, ast.Constant) and re.search(
                r"(?i)\bupdate\s+\"?catalog_productitem\b", str(node.value)
            ):
                writes.append(where(path, node))
    assert not writes, "\n".join(writes)


def test_only_consent_changes_what_a_customer_wants():
    """Found by its name, where a column is given a value. `inbox/services/consent.py` alone does."""
    writes = []
    for path in modules("inbox", "campaigns") if (ROOT / "campaigns").exists() else modules("inbox"):
        if name_of(path) == "inbox/services/consent.py":
            continue
        for call in calls(path, "update", "bulk_update", "save", "create", "get_or_create", "update_or_create"):
            named = {keyword.arg for keyword in call.keywords}
            named |= {node.value for node in ast.walk(call) if isinstance(node, ast.Constant)}
            if "marketing_state" in named or ast.unparse(call.func).startswith("ConsentEntry."):
                writes.append(where(path, call))
        for node in ast.walk(tree(path)):
            targets = node.targets if isinstance(node, ast.Assign) else []
            if any(ast.unparse(target).endswith(".marketing_state") for target in targets):
                writes.append(where(path, node))
    assert not writes, "\n".join(writes)


# Size and place -------------------------------------------------------------------------------------------------------
def test_no_function_and_no_module_is_too_long_to_read():
    long = []
    for path in modules():
        lines = len(path.read_text().splitlines())
        if lines > LONGEST_MODULE and name_of(path) not in MAY_BE_LONG:
            long.append(f"{name_of(path)}: {lines} lines")
        for node in ast.walk(tree(path)):
            if (
                isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
                and node.end_lineno - node.lineno >= LONGEST_FUNCTION
            ):
                long.append(f"{name_of(path)}:{node.lineno} {node.name}: {node.end_lineno - node.lineno + 1} lines")
    assert not long, "\n".join(long)


def test_no_file_knows_the_machine_it_was_written_on():
    place = re.compile(r"(?<![\w.~:/-])/(?:home|root|Users|tmp|opt|srv|mnt|media|work|workspace)/\w|\.\./shared")
    found = [
        f"{name_of(path)}:{number} {line.strip()[:100]}"
        for path in files()
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if place.search(line)
    ]
    assert not found, "\n".join(found)
