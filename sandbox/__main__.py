"""python -m sandbox --port 8100 --snapshot .data/sandbox.json"""

import argparse
import logging
from dataclasses import replace

import uvicorn

from .app import create_app
from .settings import Settings, from_environment


def read_flags() -> Settings:
    settings = from_environment()
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    for name, field in Settings.__dataclass_fields__.items():
        if name == "app_secret":  # flags are visible in the process list
            continue
        parser.add_argument(f"--{name.replace('_', '-')}", type=field.type, default=getattr(settings, name))
    return replace(settings, **vars(parser.parse_args()))


def main() -> None:
    settings = read_flags()
    print(f"Galantis sandbox on http://{settings.host}:{settings.port}/", flush=True)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    # No access log: its lines would carry the query string, and with it tokens and secrets.
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=2,  # a call held by the weather must not hold the shutdown
    )


if __name__ == "__main__":
    main()
