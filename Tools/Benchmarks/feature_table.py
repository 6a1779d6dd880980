"""What `stillwatch features` writes, without reading the features into memory."""
import array
import csv
import json
import pathlib

import numpy

TYPES = {"float32": "<f4", "float64": "<f8"}


class FeatureTable:
    """Features of events in the order of their log, row by row on disk, and who and when they were."""

    def __init__(self, directory):
        directory = pathlib.Path(directory)
        header = json.loads((directory / "features.json").read_text())
        if (header["format"], header["layout"], header["byte_order"]) != (1, "row_major", "little"):
            raise ValueError(f"{directory}: expected features of format 1 by rows, found {header}")
        self.features = header["features"]
        shape = (header["rows"], header["columns"])
        self.values = numpy.memmap(directory / header["file"], TYPES[header["type"]], "r", shape=shape)
        self.account_names = []
        self.read_rows(directory / "rows.csv")
        if len(self.sequences) != header["rows"]:
            raise ValueError(f"{directory}/rows.csv: expected {header['rows']} rows, found {len(self.sequences)}")

    def read_rows(self, path):
        """The few columns of rows.csv that are needed, as numbers."""
        sequences, times, accounts, usage = array.array("Q"), array.array("q"), array.array("I"), array.array("b")
        numbers = {}
        with open(path, newline="") as file:
            reader = csv.reader(file)
            head = next(reader)
            at = [head.index(name) for name in ("commit_sequence", "event_time_ms", "account_ref", "event_type")]
            for row in reader:
                sequence, time, account, kind = (row[index] for index in at)
                sequences.append(int(sequence))
                times.append(int(time))
                accounts.append(numbers.setdefault(account, len(numbers)))
                usage.append(kind == "usage")
        self.account_names = list(numbers)
        self.sequences = numpy.frombuffer(sequences, numpy.uint64)
        self.times_ms = numpy.frombuffer(times, numpy.int64)
        self.accounts = numpy.frombuffer(accounts, numpy.uint32)
        self.is_usage = numpy.frombuffer(usage, numpy.int8) == 1

    def by_account(self, value):
        """A value of each row's account."""
        return numpy.array([value(name) for name in self.account_names])[self.accounts]
