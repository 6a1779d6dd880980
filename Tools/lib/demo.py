"""Starts the service on a temporary data directory, tells it the story and shows what it answers. See Tools/run."""
import argparse
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time

from protowire import Connection, data, number
from service import Service, ToolError, is_scored, refusal, score_events
from story import acts

REASONS_SHOWN, LINKS_SHOWN = 3, 4
VERDICT_ABUSIVE = 1
FLAGS = ("step_up", "cap", "review", "suspend")
# What links say to people, the most telling first.
WORDS = {
    "device": "device", "instrument": "card", "template": "prompt", "prefix": "alike prompt",
    "billing_addr": "billing address", "email": "mail address", "phone": "phone",
    "profile_template": "profile text", "referral": "referral",
    "ip_prefix": "address range", "email_domain": "mail domain", "email_mx": "mail host",
    "issuer_programme": "card programme", "email_mask": "mail pattern", "asn": "network", "tls_client": "client",
}
LEGEND = ("evidence: the cluster and its size; what is shared, with how many other accounts / of how many other\n"
          "organisations, and ! how many of them are labelled abusive")


def evidence(answer):
    """What the account shares with others: with labelled ones first, then what raises the margin most."""
    order = list(WORDS)
    links = sorted((link for link in answer["links"] if link["accounts"]), key=lambda link: (
        link["labelled_bad"] == 0, -round(link["contribution"], 2), order.index(link["class"])))
    cells = []
    if cluster := answer.get("cluster"):
        cells.append(f"{cluster['id']} of {cluster['accounts'] + 1}")
    for link in links[:LINKS_SHOWN]:
        labelled = f" !{link['labelled_bad']}" if link["labelled_bad"] else ""
        cells.append(f"{WORDS[link['class']]} {link['accounts']}/{link['organisations']}{labelled}")
    more = len(links) - LINKS_SHOWN
    return ", ".join(cells) + (f" and {more} more" if more > 0 else "")


def reasons(answer):
    """The weightiest reasons with what they add to the margin."""
    ordered = sorted(answer["reasons"], key=lambda reason: -abs(reason["contribution"]))
    return ", ".join(f"{reason['code']} {reason['contribution']:+.2f}" for reason in ordered[:REASONS_SHOWN])


def print_table(told):
    """The answers of interest; under an account's last one, why it is what it is."""
    line = "{:<11} {:<10} {:>7} {:>8}  {:<8} {}"
    print(line.format("account", "event", "margin", "chance", "decision", "evidence"))
    shown = [(event, answer) for event, answer in told if event.shown or not is_scored(answer)]
    for index, (event, answer) in enumerate(shown):
        account = event.fields["account_ref"]
        if not is_scored(answer):
            print(line.format(account, event.name, "-", "-", "refused", refusal(answer)))
            continue
        print(line.format(account, event.name, f"{answer['margin']:+.2f}", f"{answer['probability']:.4f}",
                          answer["decision"], evidence(answer)).rstrip())
        if all(later.fields["account_ref"] != account for later, _ in shown[index + 1:]):
            print(f"{'':<11} why: {reasons(answer)}")
    print(summary(told), flush=True)


def summary(told):
    """All answers of an act in a line."""
    scored = [answer for _, answer in told if is_scored(answer)]
    decisions = {}
    for answer in scored:
        decisions[answer["decision"]] = decisions.get(answer["decision"], 0) + 1
    margins = [answer["margin"] for answer in scored]
    accounts = len({event.fields["account_ref"] for event, _ in told})
    span = f"margins {min(margins):+.2f} to {max(margins):+.2f}; " if margins else ""
    return (f"{accounts} account{'s' * (accounts > 1)}, {len(told)} answers: {span}"
            + ", ".join(f"{count} {word}" for word, count in decisions.items()))


def tell(binaries, service, directory, act):
    """Sends an act's events over TCP, one after another; gives (event, answer) pairs."""
    requests, answers = directory / "act.jsonl", directory / "answers.jsonl"
    requests.write_text("".join(json.dumps(event.fields) + "\n" for event in act.events))
    pairs = score_events(binaries, service, requests, answers, timeout_s=60)
    return [(event, answer) for event, (_, answer) in zip(act.events, pairs)]


def label(service, told, account):
    """Labels the account of an earlier decision abusive, as an analyst's tool would."""
    decision = next(answer["decision_id"] for event, answer in told if event.fields["account_ref"] == account)
    known_at_ms = max(event.fields["event_time_ms"] for event, _ in told)
    feedback = (data(2, decision) + number(3, VERDICT_ABUSIVE) + data(4, "analyst")
                + data(5, "prompts that harvest reasoning") + number(7, known_at_ms))
    with Connection(service.address) as connection:
        connection.call(number(1, 1) + data(13, feedback))


def problems(told):
    """What did not come out as the story says; `told` has an act's answers for each act."""
    found = []
    everything = [pair for _, pairs in told for pair in pairs]
    refused = sum(not is_scored(answer) for _, answer in everything)
    if refused:
        return [f"{refused} of {len(everything)} requests were not scored"]
    for act, pairs in told:
        flagged = sorted({f"{event.fields['account_ref']} ({event.name}: {answer['decision']})"
                          for event, answer in pairs if act.is_honest and answer["decision"] in FLAGS})
        if flagged:
            found.append(f"{act.title.lower()} should be left alone, but flagged were {', '.join(flagged)}")
    # An account is judged by its highest margin. Throw-away mail says something of its own: like goes with like.
    highest = {}
    for event, answer in (pair for act, pairs in told if not act.is_honest for pair in pairs):
        mail = event.fields["signup"]["email_domain_class"]
        accounts = highest.setdefault(mail, {})
        account = event.fields["account_ref"]
        accounts[account] = max(answer["margin"], accounts.get(account, answer["margin"]))
    for mail, accounts in highest.items():
        (first, lowest), (last, found_last) = next(iter(accounts.items())), list(accounts.items())[-1]
        if found_last <= lowest:
            found.append(f"with {mail} mail {last}'s highest margin should be above {first}'s, found "
                         f"{found_last:+.2f} and {lowest:+.2f}")
    return found


def perform(binaries, service, directory):
    """Tells the whole story; gives what did not come out as it says."""
    width = min(110, shutil.get_terminal_size((110, 24)).columns)
    told = []
    print(LEGEND)
    for act in acts(int(time.time() * 1000)):
        print(f"\n== {act.title} ==\n" + textwrap.fill(act.text, width) + "\n", flush=True)
        pairs = tell(binaries, service, directory, act)
        print_table(pairs)
        told.append((act, pairs))
        if act.labelled and all(is_scored(answer) for _, answer in pairs):
            label(service, pairs, act.labelled)
    return problems(told)


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
    parser.add_argument("--models", type=pathlib.Path, help="directory with default.swm (default: Models)")
    parser.add_argument("--once", action="store_true")
    options = parser.parse_args()
    # SIGTERM ends the script as Ctrl-C does, so that the service is stopped with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="stillwatch-run-") as directory:
        directory = pathlib.Path(directory)
        with Service(options.bin, directory / "data", models=options.models) as service:
            found = perform(options.bin, service, directory)
            print()
            for problem in found:
                print(f"not as told: {problem}", flush=True)
            if options.once and found:
                raise ToolError("the answers are not as the story says")
            if not found:
                print("as told: everybody honest was left alone, and the network's margins rose", flush=True)
            if not options.once:
                serve_until_stopped(service)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (ToolError, subprocess.SubprocessError, OSError, RuntimeError) as error:
        print(f"run: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
