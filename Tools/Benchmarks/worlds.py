"""Simulated worlds on disk: made once, and known again by what they were made with."""
import datetime
import json
import pathlib
import shutil

from service import ToolError, run_tool


def day_ms(day):
    """Unix milliseconds of the beginning of a day, such as 2026-03-08, in UTC."""
    moment = datetime.datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=datetime.timezone.utc)
    return int(moment.timestamp()) * 1000


def simulate(binaries, directory, scale, seed, until, settings=()):
    """The world in a folder of a directory: events, labels.csv, truth.csv. One that is there has to be the same."""
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    world = directory / "world"
    made = {"scale": scale, "seed": seed, "until": until}
    # It is written last.
    checks = world / "checks.json"
    if checks.exists():
        content = json.loads(checks.read_text())
        found = {name: content.get(name) for name in made}
        if found != made or content.get("settings", []) != list(settings):
            raise ToolError(f"{checks}: expected a world of {made} and {list(settings)}, found one of {found} and "
                            f"{content.get('settings')}")
        return world
    shutil.rmtree(world, ignore_errors=True)
    run_tool(binaries, "simulate", "--scale", scale, "--seed", seed, "--until", until, "--out", world,
             *(part for setting in settings for part in ("--set", setting)), timeout_s=7200)
    return world
