"""Rows to score and the models that score them: for `bench predict` and `bench reasons`. Needs numpy."""
import csv
import dataclasses
import json
import pathlib

import numpy

from protowire import first, read_fields
from service import ToolError, run_tool

TIMED_ROWS = 4096
FEATURES = 100
TREES = 300


@dataclasses.dataclass
class Table:
    """Numbers to train on and to time with; a category is its word's index among `words[column]`, missing is NaN."""
    name: str
    columns: list
    words: dict
    train: numpy.ndarray
    labels: numpy.ndarray
    timed: numpy.ndarray
    # What `stillwatch train` is told besides the file.
    options: list

    def write_csv(self, path):
        """The training rows as `stillwatch train --csv` takes them."""
        with open(path, "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*self.columns, "label"])
            for values, label in zip(self.train, self.labels):
                cells = ["" if numpy.isnan(value) else self.words[column][int(value)] if column in self.words
                         else repr(float(value)) for column, value in zip(self.columns, values)]
                writer.writerow([*cells, int(label)])


def synthetic(rows=12000, seed=11):
    """A hundred numbers of which sixty matter, by steps and in pairs, so that boosting has work for 300 rounds."""
    random = numpy.random.default_rng(seed)
    values = numpy.round(random.normal(size=(rows + TIMED_ROWS, FEATURES)), 4)
    logit = sum(weight * numpy.tanh(values[:, index] * 2 + shift)
                for index, weight, shift in zip(range(60), random.normal(size=60), random.normal(size=60)))
    logit += sum(values[:, index] * values[:, index + 1] * 0.4 for index in range(0, 40, 2))
    labels = (random.random(rows + TIMED_ROWS) < 1 / (1 + numpy.exp(-logit))).astype(float)
    values[random.random(values.shape) < 0.03] = numpy.nan
    # Small steps, so that growing does not stop before the last round.
    columns = [f"f{index}" for index in range(FEATURES)]
    return Table("synthetic", columns, {}, values[:rows], labels[:rows], values[rows:],
                 ["--trees", TREES, "--depth", 6, "--learning-rate", 0.06, "--base", "none"])


def adult(directory):
    """The census set, official split; the first test rows are timed."""
    directory = pathlib.Path(directory) / "adult" / "given"
    if not directory.exists():
        raise ToolError(f"{directory} is not there: --data names the folder with the public sets, or leave it out")
    description = json.loads((directory / "columns.json").read_text())
    parts = {}
    for part in ("train", "test"):
        with open(directory / f"{part}.csv", newline="") as file:
            parts[part] = list(csv.DictReader(file))
    columns = [column for column in parts["train"][0] if column != "label"]
    words = {column: sorted({row[column] for row in parts["train"]}) for column in columns
             if column in description["categorical"]}

    def number(column, cell):
        if column in words:
            return float(words[column].index(cell)) if cell in words[column] else numpy.nan
        return float(cell) if cell else numpy.nan

    def matrix(part):
        return numpy.array([[number(column, row[column]) for column in columns] for row in parts[part]])

    labels = numpy.array([float(row["label"]) for row in parts["train"]])
    return Table("adult", columns, words, matrix("train"), labels, matrix("test")[:TIMED_ROWS], [])


def train_ours(binaries, table, directory):
    """Our trees on a table: the model file, the timed rows as it takes them, and how many trees it has."""
    train, model, rows = (directory / f"{table.name}.{end}" for end in ("csv", "swm", "rows"))
    table.write_csv(train)
    categorical = ["--categorical", ",".join(table.words)] if table.words else []
    run_tool(binaries, "train", "--csv", train, "--label", "label", "--kind", "trees", "--out", model, *categorical,
             *table.options, quiet=True)
    features = model_features(model)
    encoded = numpy.empty((len(table.timed), len(features)))
    for place, (name, words) in enumerate(features):
        values = table.timed[:, table.columns.index(name)]
        if words is not None:
            index = {word: float(code) for code, word in enumerate(words)}
            values = [numpy.nan if numpy.isnan(value) else index.get(table.words[name][int(value)], float(len(words)))
                      for value in values]
        encoded[:, place] = values
    encoded.astype("<f8").tofile(rows)
    return model, rows, json.loads(run_tool(binaries, "inspect", model, "--json"))["trees"]


def model_features(path):
    """The (name, words or None) of each feature of a model file, in order."""
    document = read_fields(pathlib.Path(path).read_bytes()[64:])
    features = [read_fields(value) for number, value in document if number == 4]
    return [(first(feature, 1).decode(),
             [value.decode() for number, value in feature if number == 4] if first(feature, 5, 0) else None)
            for feature in features]
