"""Promises of models, checked on a million random rows each: for `bench reasons`. Needs lightgbm, numpy."""
import json
import os
import pathlib
import subprocess

from harness import ROOT
from service import ToolError, run_tool

ROWS = 1_000_000
# Explaining a row by 300 leaf-wise trees takes a millisecond; by a few of them all rows can be explained.
FEW_TREES, EXACT_ROWS = 12, 10_000
EXACT, SERVED = 1e-9, 1e-5


def check_rows(binaries, table, symmetric, booster, trees, directory):
    """Checks models of all kinds; gives the figures of each by name and whether all promises hold.

    - logistic, symmetric trees, trees on a linear base, LightGBM's leaf-wise trees: all of them and the first few
    - the default weights, whose features have directions
    """
    from leaf_wise_trees import model_file
    csv = directory / f"{table.name}.csv"
    logistic, linear_base = directory / "logistic.swm", directory / "linear-base.swm"
    train = ["train", "--csv", csv, "--label", "label"]
    run_tool(binaries, *train, "--kind", "logistic", "--out", logistic, quiet=True)
    run_tool(binaries, *train, "--kind", "trees", "--base", "linear", "--trees", 60, "--out", linear_base, quiet=True)
    models = {"logistic": logistic, "symmetric": symmetric, "linear_base": linear_base,
              "default": ROOT / "Models" / "default.swm"}
    for name, count in (("leaf_wise", trees), ("leaf_wise_few", FEW_TREES)):
        models[name] = directory / f"{name}.swm"
        models[name].write_bytes(model_file(booster, table.columns, table.words, count))
    counter = allocation_counter(directory)
    figures = {name: checked(binaries, model, counter, EXACT_ROWS if name == "leaf_wise" else ROWS)
               for name, model in models.items()}
    return figures, all(holds(name, line) for name, line in figures.items())


def holds(name, line):
    """Whether one model's promises hold."""
    return (line["rows"] == ROWS and line["exact_residual"] <= EXACT
            and line["served_residual"] <= (SERVED if name.startswith("leaf_wise") else EXACT)
            and line["served_difference"] <= SERVED and line["different_bits"] == 0
            and line["pairs_against_direction"] == 0 and line.get("allocations") == 0
            and (name != "default" or line["pairs"] == ROWS))


def checked(binaries, model, counter, exact):
    """What `stillwatch check-rows` finds."""
    command = [binaries / "stillwatch", "check-rows", "--model", model, "--count", ROWS, "--exact", exact,
               "--compared", ROWS // 20]
    environment = {**os.environ, **({"LD_PRELOAD": str(counter)} if counter else {})}
    result = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, text=True, env=environment)
    if result.returncode:
        raise ToolError(f"stillwatch check-rows exited with {result.returncode} on {pathlib.Path(model).name}")
    return json.loads(result.stdout)


def allocation_counter(directory):
    """The library that counts allocations; nothing where it cannot be made, which is anywhere but with glibc."""
    library = directory / "allocations.so"
    source = ROOT / "Tools" / "Benchmarks" / "allocations.c"
    command = [os.environ.get("CC", "gcc"), "-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-o", library,
               source]
    try:
        subprocess.run([str(part) for part in command], check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return library
