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


def simulate(binaries, directory, scale, seed, until, settings=(), adversaries="", personas=""):
    """The world in a folder of a directory: events, labels.csv, truth.csv. One that is there has to be the same.

    Adversaries and personas are what `stillwatch simulate` takes for --adversaries and --personas.
    """
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    world = directory / "world"
    made = {"scale": scale, "seed": seed, "until": until, "settings": list(settings), "adversaries": adversaries,
            "personas": personas}
    # It is written last.
    checks = world / "checks.json"
    if checks.exists():
        content = json.loads(checks.read_text())
        found = {name: content.get(name, [] if name == "settings" else "") for name in made}
        if found != made:
            raise ToolError(f"{checks}: expected a world of {made}, found one of {found}")
        return world
    shutil.rmtree(world, ignore_errors=True)
    run_tool(binaries, "simulate", "--scale", scale, "--seed", seed, "--until", until, "--out", world,
             *(part for setting in settings for part in ("--set", setting)),
             *(("--adversaries", adversaries) if adversaries else ()),
             *(("--personas", personas) if personas else ()), timeout_s=7200)
    return world
