#!/usr/bin/env python3
"""The service against a bare C epoll echo of the same bytes: throughput and server CPU per request.

Both servers run on core 0 with one thread for connections, the load on core 1, in alternating runs. The service does
all it does in earnest: decode, link, score, explain, encode, log to disk. Then the same requests go through its parts
inside one process, each part by the clock: what link state, features, trees, reasons and the effects of links cost.
"""
import argparse
import json
import pathlib
import sys
import tempfile

from harness import SERVER_CORE, EchoServer, Load, failures, guarded, markdown, payloads
from metrics import median
from protowire import Connection, first, read_fields
from service import ROOT, Service, install_packages, release_directory, report, run_tool

SHAPES = [(connections, depth) for depth in (1, 16) for connections in (1, 16, 64)]
SAMPLE = 512
# What `stillwatch time-score` times, and what people call it. An answer has features and reasons in it.
PARTS = (("decode", "decode and check"), ("link_state", "link state"), ("features", "features"),
         ("margin", "margin of the trees"), ("reasons", "margin with exact reasons"), ("answer", "whole answer"),
         ("reply", "encode the reply"), ("log_entry", "encode the log entry"))


def typical_reply_bytes(service, requests):
    """The mean size of a reply's payload; an error if a request of the sample fails."""
    total = 0
    with Connection(service.address) as connection:
        for payload in payloads(requests)[:SAMPLE]:
            connection.send(payload)
            reply = connection.receive()
            status = read_fields(first(read_fields(reply), 2, b""))
            if first(status, 1, 0):
                raise RuntimeError(f"a sample request got status {first(status, 1)} {first(status, 3, b'').decode()}")
            total += len(reply)
    return round(total / SAMPLE)


def measure(load, servers, rounds, seconds):
    """All runs: (server name, shape) -> list of figures. Every other round takes the servers in the other order."""
    runs = {(name, shape): [] for name in servers for shape in SHAPES}
    for number in range(rounds):
        for shape in SHAPES:
            for name in sorted(servers, reverse=number % 2 == 1):
                runs[name, shape].append(load.run(servers[name], *shape, seconds))
            print(f"round {number + 1} of {rounds}: {shape[0]} connections, depth {shape[1]}", file=sys.stderr)
    return runs


def summarise(runs):
    """Medians and ratios for each shape."""
    figures = {}
    for shape in SHAPES:
        middle = {name: {key: median([run[key] for run in runs[name, shape]])
                         for key in ("per_second", "cpu_us", "p50_us", "p99_us")} for name in ("echo", "service")}
        service, echo = middle["service"], middle["echo"]
        figures[f"connections_{shape[0]}_depth_{shape[1]}"] = {
            "service_per_second": round(service["per_second"]), "echo_per_second": round(echo["per_second"]),
            "throughput_ratio": round(service["per_second"] / echo["per_second"], 4),
            "service_cpu_us": round(service["cpu_us"], 3), "echo_cpu_us": round(echo["cpu_us"], 3),
            "cpu_ratio": round(echo["cpu_us"] / service["cpu_us"], 4),
            "service_p50_us": service["p50_us"], "service_p99_us": service["p99_us"],
            "echo_p50_us": echo["p50_us"], "echo_p99_us": echo["p99_us"],
        }
    return figures


def time_parts(binaries, requests, rounds, seconds):
    """Medians over rounds of each part's median, µs, and what is left of an answer without features and reasons."""
    model = ROOT / "Models" / "default.swm"
    runs = [json.loads(run_tool(binaries, "time-score", "--model", model, "--requests", requests, "--seconds", seconds))
            for _ in range(rounds)]
    parts = {name: median([run["p50_us"][name] for run in runs]) for name, _ in PARTS}
    effects = parts["answer"] - parts["features"] - parts["reasons"]
    return {"p50_us": parts, "links_and_effects_us": round(effects, 2),
            "effects_per_request": round(runs[0]["effects_per_request"], 2)}


def parts_table(parts):
    """The parts for people."""
    rows = [["part", "median µs"]] + [[words, f"{parts['p50_us'][name]:.2f}"] for name, words in PARTS]
    rows.append([f"left of the answer: evidence, {parts['effects_per_request']} effects of links and cluster",
                 f"{parts['links_and_effects_us']:.2f}"])
    return markdown(rows)


def table(figures):
    """The figures for people."""
    rows = [["connections", "depth", "service req/s", "echo req/s", "ratio", "service CPU µs", "echo CPU µs",
             "CPU ratio", "service p50 / p99 µs", "echo p50 / p99 µs"]]
    for shape in SHAPES:
        line = figures[f"connections_{shape[0]}_depth_{shape[1]}"]
        rows.append([
            str(shape[0]), str(shape[1]), f"{line['service_per_second']:,}", f"{line['echo_per_second']:,}",
            f"{line['throughput_ratio']:.2f}", f"{line['service_cpu_us']:.2f}", f"{line['echo_cpu_us']:.2f}",
            f"{line['cpu_ratio']:.2f}", f"{line['service_p50_us']:.0f} / {line['service_p99_us']:.0f}",
            f"{line['echo_p50_us']:.0f} / {line['echo_p99_us']:.0f}",
        ])
    return markdown(rows)


def main():
    parser = argparse.ArgumentParser(prog="bench score", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3, help="measured seconds of a run (default 3)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each kind (default 3)")
    parser.add_argument("--quick", action="store_true", help="one short round: does it work at all")
    options = parser.parse_args()
    seconds, rounds = (0.5, 1) if options.quick else (options.seconds, options.rounds)
    install_packages()
    binaries = release_directory()
    with tempfile.TemporaryDirectory(prefix="stillwatch-score-") as directory:
        load = Load(directory)
        request_bytes = [len(payload) for payload in payloads(load.requests)]
        with Service(binaries, pathlib.Path(directory) / "data", core=SERVER_CORE, event_loops=1) as service:
            reply_bytes = typical_reply_bytes(service, load.requests)
            with EchoServer(directory, reply_bytes) as echo:
                runs = measure(load, {"service": service, "echo": echo}, rounds, seconds)
        parts = time_parts(binaries, load.requests, rounds, seconds)
    failed = sum(failures(run) for several in runs.values() for run in several)
    figures = summarise(runs)
    request_bytes_mean = round(sum(request_bytes) / len(request_bytes))
    print(f"{request_bytes_mean} bytes a request, {reply_bytes} a reply, {len(request_bytes)} distinct requests, "
          f"{rounds} rounds of {seconds} s, {failed} failed\n")
    print(table(figures) + "\n")
    print(parts_table(parts) + "\n")
    figures.update(parts=parts, failed=failed, request_bytes_mean=request_bytes_mean, reply_bytes_mean=reply_bytes,
                   rounds=rounds, seconds=seconds)
    return report("score", figures, {}, failed == 0)


sys.exit(guarded("score", main))
