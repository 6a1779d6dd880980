#!/usr/bin/env python3
"""Writes a file of framed Requests for load and frames: realistic sign-ups and payments, encoded by hand.

    make_requests.py --out FILE [--count 4096] [--seed 1] [--mixed]

Every row is another account; about a quarter share a device, an instrument or an address prefix with others. Ids count
from 1. --mixed is for the fuzzer: it adds batches, observations, feedback, health and information, and makes nine
scores of ten dry runs, so that mutated account ids do not fill the link state; one event of five is a usage checkpoint
with members that few callers send.
"""
import argparse
import hashlib
import pathlib
import random
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from protowire import data, double, frame, number, packed_doubles  # noqa: E402

SIGNUP, PAYMENT, USAGE = 1, 2, 3
DAY_MS = 86_400_000


def reference(kind, index):
    """An opaque reference as a caller makes it: 16 bytes of a hash."""
    return hashlib.sha256(f"{kind} {index}".encode()).digest()[:16]


def signup(source, account, ring):
    """The sign-up metadata; members of a ring share a device and a prefix."""
    own = account if ring is None else f"ring {ring}"
    return b"".join([
        number(1, source.randrange(0, 3600)),              # account_age_s
        number(2, 1), number(3, source.randint(1, 2)),     # signup_channel, pathway
        number(4, source.randint(0, 4)), number(5, source.randint(1, 3)),
        double(6, round(source.random(), 3)),              # verification_evidence_score
        number(7, source.randint(1, 5)),                   # email_domain_class
        number(8, source.randrange(1, 9000)),              # email_domain_age_days
        data(9, reference("domain", source.randrange(50))),
        data(11, reference("mask", source.randrange(40))),
        double(12, round(source.uniform(1.5, 3.8), 3)),    # email_localpart_entropy
        number(14, source.randint(1, 4)),                  # phone_line_type
        number(15, source.choice((1, 1, 1, 2, 3, 4))),     # ip_type
        double(16, round(source.random() ** 3, 3)),        # proxy_confidence
        data(17, reference("prefix", own)), data(18, reference("asn", source.randrange(60))),
        number(20, source.choice((0, 0, 0, 1, 4))),        # geo_mismatch_bits
        data(21, reference("device", own)),
        number(22, source.choice((1, 1, 1, 1, 3))),        # device_integrity
        data(23, reference("tls", source.randrange(30))),
        number(25, source.randrange(0, 400)), number(26, source.randrange(900, 90_000)), number(27, 0),
        number(29, source.randint(1, 8)),                  # declared_use_code
    ])


def payment(source, account, ring):
    """The payment metadata; members of a ring share the instrument."""
    own = account if ring is None else f"ring {ring}"
    return b"".join([
        data(1, reference("instrument", own)), number(2, 1), number(3, source.randint(1, 3)),
        number(4, source.random() < 0.2),                  # is_virtual_card
        data(5, reference("programme", source.randrange(40))),
        number(6, source.random() < 0.9), number(7, source.random() < 0.8),
        number(8, 1), number(9, 1), number(10, source.randint(1, 3)),
        number(11, source.choice((0, 0, 0, 1, 3))), number(12, source.randint(1, 3)),
        data(13, reference("billing", account)),
        number(14, source.randrange(10, 500_000)),         # signup_to_payment_s
        number(15, 0), number(16, 0), double(17, 20.0), double(18, 20.0),
        double(19, round(source.random() * 2, 3)),         # topup_cadence_cv
    ])


def usage(source):
    """A few usage statistics, histograms among them."""
    return b"".join([
        number(1, 2), number(2, 14), number(3, 40), double(6, 0.05), double(7, round(source.random(), 3)),
        packed_doubles(8, [1 / 24] * 24), packed_doubles(9, [1 / 7] * 7), packed_doubles(21, [1 / 12] * 12),
        data(23, reference("template", source.randrange(20))),
        b"".join(data(24, reference("prefix", source.randrange(99))) for _ in range(4)), number(35, 100),
    ])


def rarities(source, account):
    """Members that few callers send: link counts, partner hits, raw identifiers, custom values."""
    return b"".join([
        data(10, data(1, number(1, source.randint(1, 17)) + number(2, 3) + double(7, 1.5) + number(8, 2))
             + data(2, number(1, 2) + double(2, 0.5) + number(3, 9))),
        data(11, data(1, f"person{account}@example.org") + data(3, "+44 20 7946 0000") + data(5, "agent/1.0")),
        data(12, data(1, "colour") + data(3, "blue")), data(12, data(1, "height") + double(2, 1.75)),
    ])


def event(source, account, now_ms, is_mixed=False):
    """An AccountEvent: every second one a payment, which repeats the sign-up's metadata."""
    ring = source.randrange(64) if source.random() < 0.25 else None
    kind = PAYMENT if source.random() < 0.5 else SIGNUP
    if is_mixed and source.random() < 0.2:
        return b"".join([
            number(1, USAGE), number(2, now_ms - 1000), data(3, reference("account", account)), data(9, usage(source)),
            rarities(source, account),
        ])
    parts = [
        number(1, kind), number(2, now_ms - source.randrange(1, 20 * DAY_MS)), data(3, reference("account", account)),
        data(4, reference("org", account)), number(5, 1), number(6, 3 if kind == PAYMENT else 2),
        data(7, signup(source, account, ring)),
    ]
    if kind == PAYMENT:
        parts.append(data(8, payment(source, account, ring)))
    return b"".join(parts)


def score_request(source, account, now_ms, is_mixed):
    """A ScoreRequest."""
    is_dry_run = is_mixed and source.random() < 0.9
    return data(1, event(source, account, now_ms, is_mixed)) + (number(3, True) if is_dry_run else b"")


def method(source, account, now_ms, is_mixed):
    """The member of Request.method, with its field number."""
    choice = source.random() if is_mixed else 0
    if choice < 0.75:
        return data(10, score_request(source, account, now_ms, is_mixed))
    if choice < 0.85:
        parts = [data(1, score_request(source, f"{account}/{index}", now_ms, True)) for index in range(3)]
        return data(11, b"".join(parts))
    if choice < 0.92:
        return data(12, data(1, event(source, account, now_ms)))
    if choice < 0.94:
        known = data(1, reference("account", account)) + number(3, 2) + data(4, "bench") + data(5, "no reason")
        return data(13, known)
    return data(14, b"") if choice < 0.97 else data(15, b"")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", required=True)
    parser.add_argument("--count", type=int, default=4096)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mixed", action="store_true")
    options = parser.parse_args()
    source = random.Random(options.seed)
    now_ms = int(time.time() * 1000)
    with open(options.out, "wb") as file:
        for index in range(options.count):
            request = number(1, index + 1) + data(3, "bench")
            file.write(frame(request + method(source, index, now_ms, options.mixed)))


if __name__ == "__main__":
    main()
