"""Simulated worlds on disk: made once, and known again by what they were made with."""
import contextlib
import datetime
import hashlib
import json
import pathlib
import shutil
import tempfile

from service import ToolError, run_tool


def day_ms(day):
    """Unix milliseconds of the beginning of a day, such as 2026-03-08, in UTC."""
    moment = datetime.datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=datetime.timezone.utc)
    return int(moment.timestamp()) * 1000


@contextlib.contextmanager
def workspace(binaries, keep, prefix):
    """A directory for what a benchmark makes: a kept one, made if it is not there, or one that goes in the end.

    One that is there has to be of this very build: features, models and figures of two must not end in one table.
    """
    if keep is None:
        with tempfile.TemporaryDirectory(prefix=prefix) as scratch:
            yield pathlib.Path(scratch)
        return
    keep.mkdir(parents=True, exist_ok=True)
    build = hashlib.sha256((pathlib.Path(binaries) / "stillwatch").read_bytes()).hexdigest()
    mark = keep / "build.txt"
    if not mark.exists() and any(keep.iterdir()):
        raise ToolError(f"{keep}: expected an empty directory or one that this benchmark kept, found others' files")
    found = mark.read_text().strip() if mark.exists() else build
    if found != build:
        raise ToolError(f"{mark}: expected {build[:12]}, the stillwatch of now, found {found[:12]}: what is there is of another")
    mark.write_text(build + "\n")
    yield keep


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
