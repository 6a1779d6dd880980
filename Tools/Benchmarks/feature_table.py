"""What `stillwatch features` writes, without reading it into memory."""
import json
import pathlib

import numpy


class FeatureTable:
    """Features of events in the order of their log, row by row on disk, and who and when they were."""

    def __init__(self, directory):
        directory = pathlib.Path(directory)
        header = json.loads((directory / "features.json").read_text())
        self.features = header["features"]
        rows, columns = header["rows"], len(self.features)
        self.values = numpy.memmap(directory / "features.f32", "<f4", "r", shape=(rows, columns))
        self.sequences = numpy.fromfile(directory / "sequence.u64", "<u8")
        self.times_ms = numpy.fromfile(directory / "time.i64", "<i8")
        self.is_usage = numpy.fromfile(directory / "type.u8", "u1") == 2
        self.accounts = numpy.fromfile(directory / "account.u32", "<u4")
        self.account_names = (directory / "accounts.txt").read_text().splitlines()

    def by_account(self, value):
        """A value of each row's account."""
        return numpy.array([value(name) for name in self.account_names])[self.accounts]
