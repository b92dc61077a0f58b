"""What a benchmark found, for people and as JSON."""

import json
import os
import platform
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """One promise and what was measured. `is_kept` is None for a figure that only explains another."""

    name: str
    value: float
    unit: str
    promise: str = ""
    is_kept: bool | None = None


def at_least(name: str, value: float, unit: str, bound: float) -> Figure:
    return Figure(name, value, unit, f"at least {bound:g}", value >= bound)


def at_most(name: str, value: float, unit: str, bound: float) -> Figure:
    return Figure(name, value, unit, f"at most {bound:g}", value <= bound)


def exactly(name: str, value: float, unit: str, bound: float) -> Figure:
    return Figure(name, value, unit, f"{bound:g}", value == bound)


def note(name: str, value: float, unit: str) -> Figure:
    return Figure(name, value, unit)


def show(title: str, figures: list[Figure]) -> None:
    print(f"\n{title}")
    for figure in figures:
        verdict = {True: "kept", False: "MISSED", None: ""}[figure.is_kept]
        promise = f"promised {figure.promise}" if figure.promise else ""
        print(f"  {figure.name:<52} {figure.value:>10,.4g} {figure.unit:<6} {promise:<24} {verdict}".rstrip())


def as_json(machine: dict, results: dict[str, list[Figure]]) -> str:
    found = {title: [asdict(figure) for figure in figures] for title, figures in results.items()}
    return json.dumps({"machine": machine, "results": found}, indent=2)


def machine() -> dict:
    """What this ran on; a figure says little without it."""
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "processor": _processor(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "milliseconds_to_disk": round(_milliseconds_to_disk(), 2),
        "load_before": round(os.getloadavg()[0], 2),
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next((line.split(": ")[1] for line in lines if line.startswith("model name")), platform.processor())


def _milliseconds_to_disk() -> float:
    """How long the disk takes to promise 8 kB: every commit waits for it."""
    took = []
    with tempfile.NamedTemporaryFile(dir=".data") as file:
        for _ in range(20):
            file.write(b"x" * 8192)
            file.flush()
            begun = time.perf_counter()
            os.fdatasync(file.fileno()) if hasattr(os, "fdatasync") else os.fsync(file.fileno())
            took.append(time.perf_counter() - begun)
    return sorted(took)[len(took) // 2] * 1000
