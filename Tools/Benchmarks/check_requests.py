"""Decodes requests of make_requests.py with protoc: no field may be unknown to Protos/."""
import pathlib
import re
import subprocess
import sys
import tempfile

from harness import ROOT, make_requests, payloads

SAMPLE = 40
DECODE = ["protoc", "--decode=stillwatch.v1.Request", f"--proto_path={ROOT / 'Protos'}", "stillwatch/v1/scoring.proto"]


def main():
    with tempfile.TemporaryDirectory() as directory:
        for is_mixed in (False, True):
            requests = payloads(make_requests(pathlib.Path(directory), SAMPLE, mixed=is_mixed))
            for number, payload in enumerate(requests, 1):
                text = subprocess.run(DECODE, input=payload, capture_output=True, check=True).stdout.decode()
                # protoc shows what it does not know under its number.
                unknown = re.search(r"^\s*\d+[:{ ].*$", text, re.M)
                if unknown:
                    print(f"make_requests: request {number} has a field that Protos/ has not: {unknown.group().strip()}")
                    return 1
    print("make_requests: requests are as in Protos/")
    return 0


sys.exit(main())
