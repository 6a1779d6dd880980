"""What the benchmarks share: where the tools are, requests to send, load and its result."""
import json
import pathlib
import signal
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "Tools" / "lib"))

from service import Server, ToolError, compile_c, pinned, report  # noqa: E402

SERVER_CORE, LOAD_CORE = 0, 1


class EchoServer(Server):
    """The bare epoll echo, with replies of a given size."""

    # It has no handler for SIGTERM.
    stop_statuses = (0, -15)

    def __init__(self, directory, reply_bytes):
        executable = compile_c("Tools/Benchmarks/echo.c", directory)
        super().__init__(pinned(SERVER_CORE, [executable, 0, reply_bytes]))


class Load:
    """The load generator with a file of requests."""

    def __init__(self, directory, request_count=4096):
        self.executable = compile_c("Tools/Benchmarks/load.c", directory)
        self.requests = make_requests(directory, request_count)

    def command(self, server, connections, depth, seconds):
        """The command line against a server."""
        command = [self.executable, server.port, connections, depth, seconds, self.requests]
        return pinned(LOAD_CORE, command + (["--echo"] if isinstance(server, EchoServer) else []))

    def run(self, server, connections, depth, seconds):
        """Runs it; gives its figures with the server's CPU per request besides."""
        before = server.cpu_ns()
        result = subprocess.run(self.command(server, connections, depth, seconds), stdout=subprocess.PIPE, text=True,
                                timeout=seconds + 60)
        figures = self.figures(result.returncode, result.stdout)
        figures["cpu_us"] = (server.cpu_ns() - before) / 1000 / max(1, figures["answered"])
        return figures

    @staticmethod
    def figures(status, output):
        """What it printed. Failed requests are figures; a run that broke off is an error."""
        if status not in (0, 2):
            raise ToolError(f"the load generator exited with {status}")
        return json.loads(output)


def failures(figures):
    """How many requests of a run were not answered as they should be."""
    return figures["failed"] + figures["unmatched"] + figures["unreadable"]


def make_requests(directory, count, mixed=False):
    """A file of framed requests."""
    out = pathlib.Path(directory) / ("mixed.frames" if mixed else "score.frames")
    script = ROOT / "Tools" / "Benchmarks" / "make_requests.py"
    subprocess.run([sys.executable, script, "--out", out, "--count", str(count)] + ["--mixed"] * mixed, check=True)
    return out


def payloads(path):
    """The payloads of a file of frames."""
    content, at, result = pathlib.Path(path).read_bytes(), 0, []
    while at < len(content):
        length = int.from_bytes(content[at + 1:at + 5], "big")
        result.append(content[at + 5:at + 5 + length])
        at += 5 + length
    return result


def markdown(rows):
    """A table; the first row is the head."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def guarded(name, main):
    """Runs a benchmark. Whatever breaks it off is told, and the last line still says that it did not pass."""
    # SIGTERM unwinds as Ctrl-C does, so that no server outlives its benchmark.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return main()
    except (ToolError, subprocess.SubprocessError, OSError, RuntimeError, ValueError) as error:
        print(f"{name}: {error}", file=sys.stderr)
        return report(name, {"error": str(error).splitlines()[0] if str(error) else type(error).__name__}, {}, False)
    except KeyboardInterrupt:
        print(f"{name}: stopped", file=sys.stderr)
        return 130
