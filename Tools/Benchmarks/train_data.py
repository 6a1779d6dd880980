"""The tables of `bench train`: as CSV for our tool and as arrays for the peers, the same values in both.

    train_data.py FOLDER DATA SET            a public set, such as adult/given
    train_data.py FOLDER synthetic ROWS TEST_ROWS

Run as a script it writes the files and prints the table as JSON, in a process of its own: the memory that it takes would
else count as that of the trainers.
"""
import csv
import dataclasses
import gzip
import json
import pathlib
import sys

import numpy as np

from service import ToolError

SYNTHETIC_SEED = 20260601
SYNTHETIC_COLUMNS = 100


@dataclasses.dataclass
class Table:
    """Where a table's files are. Arrays hold codes for categories, as many as `category_counts` says, and NaN for missing."""
    name: str
    train_csv: str
    test_csv: str
    folder: str
    categorical: list
    rows: int
    columns: int

    def to_json(self):
        """What the peers' processes are told."""
        return json.dumps(dataclasses.asdict(self))

    def arrays(self, part):
        """Features and labels of `train` or `test`."""
        folder = pathlib.Path(self.folder)
        return np.load(folder / f"{part}-features.npy"), np.load(folder / f"{part}-labels.npy")


def synthetic(folder, rows, test_rows):
    """Numbers of three digits, about normal; the labels hang on products, steps and a sum. Seeded."""
    source = np.random.default_rng(SYNTHETIC_SEED)
    lookup = np.array([list(f"{number:3d},".encode()) for number in range(1000)], dtype=np.uint8)
    for part, count in (("train", rows), ("test", test_rows)):
        values = source.standard_normal((count, SYNTHETIC_COLUMNS), dtype=np.float32)
        numbers = np.clip(np.rint(550 + 120 * values), 100, 999).astype(np.int16)
        x = (numbers - 550) / np.float32(120)
        margins = (x[:, 0] * x[:, 1] + np.sin(2 * x[:, 2]) + np.abs(x[:, 3]) + 0.3 * x[:, 4:14].sum(axis=1)
                   + (x[:, 20] > 0.5) * (x[:, 21] > 0) - 2.5)
        labels = (source.random(count) < 1 / (1 + np.exp(-margins))).astype(np.int8)
        with open(folder / f"{part}.csv", "wb") as file:
            file.write((",".join(f"x{column}" for column in range(SYNTHETIC_COLUMNS)) + ",label\n").encode())
            for start in range(0, count, 50_000):
                block = lookup[numbers[start:start + 50_000]].reshape(-1, 4 * SYNTHETIC_COLUMNS)
                ends = np.array([[48, 10], [49, 10]], dtype=np.uint8)[labels[start:start + 50_000]]
                file.write(np.hstack([block, ends]).tobytes())
        np.save(folder / f"{part}-features.npy", numbers.astype(np.float32))
        np.save(folder / f"{part}-labels.npy", labels)
    return Table("synthetic", str(folder / "train.csv"), str(folder / "test.csv"), str(folder), [], rows,
                 SYNTHETIC_COLUMNS)


def public(data, name, folder):
    """A set of the public data: `adult/given` or `handbook/time`."""
    source = data / name
    if not (source / "columns.json").is_file():
        raise ToolError(f"{source} is not there: --data names the directory of the public sets, or leave the set out "
                        "with --sets")
    categorical = json.loads((source / "columns.json").read_text())["categorical"]
    codes, shapes = {}, []
    for part in ("train", "test"):
        path = plain_file(source / f"{part}.csv", folder)
        features, labels, header = read(path, categorical, codes)
        np.save(folder / f"{part}-features.npy", features)
        np.save(folder / f"{part}-labels.npy", labels)
        shapes.append((path, features.shape))
    indices = [header.index(column) for column in categorical]
    (train, (rows, columns)), (test, _) = shapes
    return Table(name.split("/")[0], str(train), str(test), str(folder), indices, rows, columns)


def plain_file(path, folder):
    """The file, unpacked if it is packed."""
    if path.exists():
        return path
    if not pathlib.Path(f"{path}.gz").exists():
        raise ToolError(f"{path} is not there, nor {path.name}.gz")
    plain = folder / path.name
    with gzip.open(f"{path}.gz") as packed, open(plain, "wb") as out:
        while chunk := packed.read(1 << 20):
            out.write(chunk)
    return plain


def read(path, categorical, codes):
    """Features and labels of a file. Words are numbered as they come in training; later ones are missing."""
    is_training = not codes
    with open(path, newline="") as file:
        rows = csv.reader(file)
        header = next(rows)
        columns = list(zip(*rows))
    labels = np.array(columns[header.index("label")], dtype=np.int8)
    names = [name for name in header if name != "label"]
    features = np.empty((len(labels), len(names)))
    for index, name in enumerate(names):
        cells = columns[header.index(name)]
        if name in categorical:
            known = codes.setdefault(name, {word: code for code, word in enumerate(dict.fromkeys(cells))}
                                     if is_training else {})
            features[:, index] = [known.get(word, np.nan) for word in cells]
        else:
            features[:, index] = np.array([cell or "nan" for cell in cells], dtype=np.float64)
    codes.setdefault("", {})
    return features, labels, names


def main():
    folder, *rest = sys.argv[1:]
    try:
        if rest[0] == "synthetic":
            table = synthetic(pathlib.Path(folder), int(rest[1]), int(rest[2]))
        else:
            table = public(pathlib.Path(rest[0]), rest[1], pathlib.Path(folder))
    except ToolError as error:
        sys.exit(str(error))
    print(table.to_json())


if __name__ == "__main__":
    main()
