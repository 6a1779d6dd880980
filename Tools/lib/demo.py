"""Starts the service on a temporary data directory, tells it the story and shows what it answers. See Tools/run."""
import argparse
import pathlib
import signal
import subprocess
import sys
import tempfile

from service import ROOT, Service, ToolError, is_scored, refusal, score_events

REASONS_SHOWN = 3


def score_story(binaries, service, directory):
    """Sends the story over TCP, one request after another; gives (event, answer) pairs."""
    requests, answers = directory / "story.jsonl", directory / "answers.jsonl"
    with open(requests, "wb") as file:
        subprocess.run([sys.executable, ROOT / "Tools" / "story"], stdout=file, check=True)
    return score_events(binaries, service, requests, answers, timeout_s=60)


def reasons(answer):
    """The weightiest reasons with what they add to the margin."""
    ordered = sorted(answer.get("reasons") or [], key=lambda reason: -abs(reason["contribution"]))
    return ", ".join(f"{reason['code']} {reason['contribution']:+.2f}" for reason in ordered[:REASONS_SHOWN])


def links(answer):
    """The identifiers that are shared, with how many other accounts."""
    shared = [link for link in answer.get("links") or [] if link.get("accounts")]
    return ", ".join(f"{link['class']} {link['accounts']}" for link in shared)


def row(event, answer):
    """One line of the table."""
    head = [event["account_ref"], event["event_type"]]
    if not is_scored(answer):
        return head + ["-", "-", "refused", refusal(answer), ""]
    return head + [f"{answer['probability']:.4f}", f"{answer['margin']:+.2f}", answer["decision"], reasons(answer),
                   links(answer)]


def print_table(pairs):
    """Every request in the order it was answered."""
    rows = [["account", "event", "score", "margin", "decision", "top reasons", "shared with other accounts"]]
    rows += [row(event, answer) for event, answer in pairs]
    widths = [max(len(line[column]) for line in rows) for column in range(len(rows[0]))]
    for index, line in enumerate(rows):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())
        if index == 0:
            print("  ".join("-" * width for width in widths))
    sys.stdout.flush()


def serve_until_stopped(service):
    """Waits for Ctrl-C, SIGTERM, or the service's own end, which is an error."""
    print(f"\nserving on {service.ready['listen']}, metrics on http://{service.ready['metrics']}/metrics, "
          f"admin socket {service.admin_socket}; Ctrl-C stops it", flush=True)
    try:
        status = service.process.wait()
        raise ToolError(f"the service ended by itself with {status}{service.log_tail()}")
    except KeyboardInterrupt:
        print("\nstopping", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True, type=pathlib.Path)
    parser.add_argument("--once", action="store_true")
    options = parser.parse_args()
    # SIGTERM ends the script as Ctrl-C does, so that the service is stopped with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="stillwatch-run-") as directory:
        directory = pathlib.Path(directory)
        with Service(options.bin, directory / "data") as service:
            pairs = score_story(options.bin, service, directory)
            print_table(pairs)
            failed = sum(1 for _, answer in pairs if not is_scored(answer))
            if failed:
                raise ToolError(f"{failed} of {len(pairs)} requests were not scored")
            if not options.once:
                serve_until_stopped(service)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (ToolError, subprocess.SubprocessError, OSError) as error:
        print(f"run: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
