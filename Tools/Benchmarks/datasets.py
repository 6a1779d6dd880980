"""The public data sets of `Tools/real-input` as event streams, and what other trainers score on them.

A data set is a list of events in the order of their times, each a dictionary as it stands in JSON Lines, and for every
account its label and whether it is held out for the test.
"""
import csv
import dataclasses
import datetime
import hashlib
import re


@dataclasses.dataclass
class DataSet:
    """Events, who is held out, and at which event type they are judged."""
    name: str
    peers_heading: str
    decision_point: str
    events: list
    labels: dict
    test_accounts: set
    accept_custom: tuple = ()


@dataclasses.dataclass
class Peer:
    """One line of the peers' table."""
    name: str
    figures: dict


def milliseconds(moment):
    """Unix milliseconds of a time in UTC."""
    return int(moment.replace(tzinfo=datetime.timezone.utc).timestamp()) * 1000


def registrations(directory):
    """aws_registration/time: raw sign-ups; the last 30 % in time are the test."""
    path = directory / "aws_registration" / "registration_data_20K_minimum.csv"
    with open(path, newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["EVENT_TIMESTAMP"])
    events, labels = [], {}
    for number, row in enumerate(rows, 1):
        moment = datetime.datetime.strptime(row["EVENT_TIMESTAMP"], "%Y-%m-%dT%H:%M:%SZ")
        events.append({
            "event_type": "signup", "event_time_ms": milliseconds(moment), "account_ref": f"r{number}",
            "raw": {"ip": row["ip_address"], "email": row["email_address"]}, "signup": {"account_age_s": 0},
        })
        labels[f"r{number}"] = int(row["EVENT_LABEL"] == "fraud")
    train_count = len(rows) * 7 // 10
    test_accounts = {event["account_ref"] for event in events[train_count:]}
    return DataSet("aws_registration", "aws_registration/time", "signup", events, labels, test_accounts)


def is_purchase_test(user_id):
    """The peers' random split by account: 15,465 accounts of 51,689 are the test."""
    return int(hashlib.md5(user_id.encode()).hexdigest()[:12], 16) % 1000 >= 700


def dotted_quad(number):
    """An address as people write it."""
    return ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))


def purchase_events(row):
    """One account of ecommerce: a sign-up, then a payment. Sex and age are left out on purpose: no one's concern."""
    signup = datetime.datetime.strptime(row["signup_time"], "%m/%d/%y %H:%M")
    payment = datetime.datetime.strptime(row["purchase_time"], "%m/%d/%y %H:%M")
    raw = {"device": row["device_id"]}
    if row["ip"]:
        raw["ip"] = dotted_quad(int(float(row["ip"])))
    account = f"u{row['user_id']}"
    seconds = int((payment - signup).total_seconds())
    yield {
        "event_type": "signup", "event_time_ms": milliseconds(signup), "account_ref": account, "raw": raw,
        "signup": {"account_age_s": 0},
    }
    yield {
        "event_type": "payment", "event_time_ms": milliseconds(payment), "account_ref": account, "raw": raw,
        "payment": {"signup_to_payment_s": seconds},
        "custom": {"purchase_value": float(row["purchase_value"]), "source": row["source"], "browser": row["browser"]},
    }


def purchases(directory):
    """ecommerce/rand: sign-up and payment with a device; a random 30 % of the accounts are the test."""
    with open(directory / "ecommerce" / "raw.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    # The file's order breaks ties, so that an account's payment stands behind its sign-up of the same minute.
    events = sorted((event for row in rows for event in purchase_events(row)), key=lambda event: event["event_time_ms"])
    labels = {f"u{row['user_id']}": int(float(row["class"])) for row in rows}
    test_accounts = {f"u{row['user_id']}" for row in rows if is_purchase_test(row["user_id"])}
    return DataSet("ecommerce", "ecommerce/rand", "payment", events, labels, test_accounts,
                   ("purchase_value", "source", "browser"))


DATA_SETS = {"aws_registration": registrations, "ecommerce": purchases}
COLUMNS = {"ROC AUC": "roc_auc", "AP": "average_precision", "R@1%FPR": "recall_at_1_percent_fpr",
           "R@5%FPR": "recall_at_5_percent_fpr", "log loss": "log_loss", "Brier": "brier"}


def peers(directory, heading):
    """The table under a heading of the data's README, and the counts of its test part."""
    text = (directory / "README.md").read_text()
    found = re.search(rf"^### {re.escape(heading)}\s+\(train [\d,]+, test ([\d,]+)\)\n(.*?)(?=^### |\Z)", text,
                      re.M | re.S)
    if not found:
        raise ValueError(f"README.md of the data has no table '{heading}'")
    lines = [[cell.strip() for cell in line.strip("|").split("|")]
             for line in found.group(2).splitlines() if line.startswith("|")]
    head, body = lines[0], lines[2:]
    table = [Peer(line[0], {COLUMNS[name]: float(cell) for name, cell in zip(head, line) if name in COLUMNS})
             for line in body]
    if not table:
        raise ValueError(f"README.md of the data has an empty table '{heading}'")
    return table, int(found.group(1).replace(",", ""))
