"""Starts and stops the service and the tools for scripts, and says what machine it was."""
import json
import os
import pathlib
import platform
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
READY_TIMEOUT_S = 60
STOP_TIMEOUT_S = 30


class ToolError(Exception):
    """Something a script needs did not work; the message is for people."""


def release_directory():
    """Where the release executables are: STILLWATCH_BIN if set, else built here."""
    given = os.environ.get("STILLWATCH_BIN")
    if given:
        return pathlib.Path(given)
    script = 'source Tools/lib/common.sh; require_swift; release_directory'
    result = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if result.returncode != 0:
        raise ToolError("the release build failed")
    return pathlib.Path(result.stdout.strip().splitlines()[-1])


def install_packages(packages=()):
    """Installs these packages, or else what building and running need, if anything is missing."""
    wanted = " ".join(packages) or '"${STILLWATCH_PACKAGES[@]}"'
    script = f"source Tools/lib/common.sh; install_packages {wanted}"
    if subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=ROOT).returncode != 0:
        raise ToolError("the packages could not be installed")


def compile_c(source, directory, libraries=()):
    """Compiles a C tool of Tools/, linked with libraries, and gives the executable."""
    compiler = os.environ.get("CC") or shutil.which("gcc") or shutil.which("clang")
    if not compiler:
        raise ToolError("no C compiler: the Swift toolchain brings clang; put its usr/bin on the PATH")
    out = pathlib.Path(directory) / pathlib.Path(source).stem
    flags = ["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror"]
    subprocess.run([compiler, *flags, "-o", str(out), str(ROOT / source), *(f"-l{name}" for name in libraries)],
                   check=True)
    return out


def pinned(core, command):
    """The command bound to one core, where there are two to tell apart."""
    command = [str(part) for part in command]
    if core is None or (os.cpu_count() or 1) < 2 or not shutil.which("taskset"):
        return command
    return ["taskset", "--cpu-list", str(core), *command]


def run_tool(binaries, *arguments, timeout_s=600, quiet=False, statuses=(0,)):
    """Runs `stillwatch` and gives its standard output; another exit status than expected is an error.

    With `quiet` its progress is kept back, and told only in the error.
    """
    command = [str(binaries / "stillwatch"), *map(str, arguments)]
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE if quiet else None, text=True,
                            timeout=timeout_s)
    if result.returncode not in statuses:
        said = f": {result.stderr.strip()}" if quiet else ""
        raise ToolError(f"stillwatch {arguments[0]} exited with {result.returncode}{said}")
    return result.stdout


def score_events(binaries, service, requests, answers, timeout_s=900):
    """Sends a JSON Lines file of events, one after another; gives (event, answer) pairs. Refusals are answers too."""
    answers.unlink(missing_ok=True)
    arguments = ["--requests", requests, "--server", service.ready["listen"], "--out", answers, "--depth", 1]
    # It exits with 1 if an event was refused, and then the answers say so.
    run_tool(binaries, "score", *arguments, timeout_s=timeout_s, statuses=(0, 1))
    if not answers.exists():
        raise ToolError("stillwatch score gave no answers")
    with open(requests) as sent, open(answers) as received:
        events, replies = [json.loads(line) for line in sent], [json.loads(line) for line in received]
    if len(events) != len(replies):
        raise ToolError(f"{len(events)} requests, but {len(replies)} answers")
    return list(zip(events, replies))


def is_scored(answer):
    """Whether an answer is a score."""
    return answer.get("status") == "OK"


def refusal(answer):
    """Why an answer is none, in a few words."""
    return " ".join(str(answer[key]) for key in ("status", "path", "message") if answer.get(key))


def model_digest(binaries, model):
    """The digest by which the service calls a model file."""
    return json.loads(run_tool(binaries, "inspect", model, "--json"))["digest"]


class Server:
    """A child process that prints one line of JSON when it is ready. Always stopped in the end."""

    # With which exit statuses it may answer SIGTERM.
    stop_statuses = (0,)

    def __init__(self, command, log_path=None):
        self.command = [str(part) for part in command]
        self.log_path = log_path
        self.process = None
        self.stopped = False
        self.ready = {}

    def __enter__(self):
        log = open(self.log_path, "wb") if self.log_path else None
        # A group of its own, so that Ctrl-C reaches the script, which then stops the server in order.
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=log, start_new_session=True)
        if log:
            log.close()
        try:
            self.ready = self.read_ready_line()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, kind, value, trace):
        try:
            self.stop()
        except ToolError:
            # What went wrong first is the news.
            if kind is None:
                raise

    def read_ready_line(self):
        """Waits for the line that says where the server listens."""
        line, until = b"", time.monotonic() + READY_TIMEOUT_S
        while not line.endswith(b"\n"):
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                raise ToolError(f"{self.command[0]} was not ready after {READY_TIMEOUT_S} s")
            piece = os.read(self.process.stdout.fileno(), 4096)
            if not piece:
                raise ToolError(f"{self.command[0]} ended before it was ready{self.log_tail()}")
            line += piece
        ready = json.loads(line)
        if ready.get("ready") is not True:
            raise ToolError(f"{self.command[0]} printed no ready line but: {line.decode().strip()}")
        return ready

    def log_tail(self):
        """The end of the log, to show beside an error."""
        if not self.log_path:
            return ""
        lines = pathlib.Path(self.log_path).read_text(errors="replace").splitlines()
        return "; its log ends:\n" + "\n".join(lines[-10:])

    @property
    def address(self):
        """(host, port) of the scoring listener."""
        host, _, port = self.ready["listen"].rpartition(":")
        return host, int(port)

    @property
    def port(self):
        """The port of the scoring listener."""
        return self.address[1]

    def is_running(self):
        """Whether the process is still there."""
        return self.process.poll() is None

    def stop(self):
        """SIGTERM, and waits; anything but exit status 0 in time is an error, and so is to have ended before."""
        if self.stopped:
            return
        self.stopped = True
        if self.process.poll() is not None:
            raise ToolError(f"{self.command[0]} ended by itself with {self.process.returncode}{self.log_tail()}")
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise ToolError(f"{self.command[0]} did not stop within {STOP_TIMEOUT_S} s of SIGTERM") from None
        if status not in self.stop_statuses:
            raise ToolError(f"{self.command[0]} exited with {status} after SIGTERM{self.log_tail()}")

    def kill(self):
        """The end of it, whatever state it is in."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def cpu_ns(self):
        """Nanoseconds on a core so far, all threads together."""
        total = 0
        for task in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir():
            try:
                total += int((task / "schedstat").read_text().split()[0])
            except FileNotFoundError:
                pass  # The thread ended meanwhile.
        return total

    def resident_bytes(self):
        """Memory in RAM."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise ToolError("no VmRSS in /proc")


class Service(Server):
    """stillwatchd on free ports, with its data in a directory that is made if it is not there."""

    def __init__(self, binaries, data_directory, models=None, core=None, event_loops=None, accept_custom=(),
                 arguments=()):
        self.data_directory = pathlib.Path(data_directory)
        self.data_directory.mkdir(parents=True, exist_ok=True)
        # A Unix socket's path has at most 107 bytes, and temporary directories can be long.
        self.socket_directory = tempfile.mkdtemp(prefix="sw")
        command = [
            binaries / "stillwatchd", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0",
            "--admin-socket", f"{self.socket_directory}/admin", "--model-directory", models or ROOT / "Models",
            "--data-directory", self.data_directory, *arguments,
        ]
        if event_loops:
            command += ["--event-loops", event_loops]
        if accept_custom:
            command += ["--accept-custom", ",".join(accept_custom)]
        super().__init__(pinned(core, command), self.data_directory / "stillwatchd.log")

    def __enter__(self):
        try:
            return super().__enter__()
        except BaseException:
            shutil.rmtree(self.socket_directory, ignore_errors=True)
            raise

    def __exit__(self, *problem):
        try:
            super().__exit__(*problem)
        finally:
            shutil.rmtree(self.socket_directory, ignore_errors=True)

    @property
    def admin_socket(self):
        """The path of the admin listener."""
        return self.ready["admin_socket"]

    @property
    def events(self):
        """Where the event log is."""
        return self.data_directory / "events"


def environment():
    """What figures depend on."""
    model = "unknown"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    try:
        commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True)
        commit = commit.stdout.strip()
    except OSError:
        commit = ""
    return {
        "environment": {
            "cpu": model, "cores": os.cpu_count(), "kernel": platform.release(), "commit": commit or "unknown",
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        }
    }


def report(benchmark, figures, bars, passed, out=sys.stdout):
    """The last line of every benchmark: its figures, what they are held to, and whether they hold."""
    line = {"benchmark": benchmark, "figures": figures, "bars": bars, "pass": bool(passed), **environment()}
    print(json.dumps(line), file=out, flush=True)
    return 0 if passed else 1
