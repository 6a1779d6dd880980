"""A small simulated world in which rings share their rhythm and nothing else.

Every account has its own card, device, address, mail domain and template. What is said of one account is drawn from the same
distributions for all: how often it is on, how much it does, its hours, its fields; but a ring's accounts look a little more
like proxies, so that there is something to learn without the rhythm. A ring has one job queue, which says on which days its
accounts are on, how much there is to do, and when the queue runs dry; an honest account has a "queue" of its own of the same
kind. In the shuffled world every account's days are permuted on their own: the habits stay, the coincidence goes.
"""
import csv
import dataclasses
import json

import numpy as np

DAY_MS = 86_400_000
# 2026-01-05, a Monday.
START_MS = 1_767_571_200_000


@dataclasses.dataclass(frozen=True)
class Shape:
    """How large the world is, and how closely a ring keeps together."""
    accounts: int = 2400
    rings: int = 40
    ring_size: int = 12
    days: int = 56
    # An account follows the queue with this probability, else it decides by itself.
    follows: float = 0.9
    hour_jitter: float = 1.0
    load_noise: float = 0.25


class Queue:
    """The work of one ring, or of one honest account."""

    def __init__(self, shape, random):
        self.on_share = random.uniform(0.52, 0.63)
        self.is_on = random.random(shape.days) < self.on_share
        self.load = np.exp(random.normal(np.log(80), 0.2))
        self.day_factor = np.exp(random.normal(0, 0.45, shape.days))
        self.start_hour = random.uniform(0, 24)
        self.hours = random.uniform(6, 14)
        # How much is to do in each hour of each day: none while the queue is dry.
        self.demand = random.exponential(1, (shape.days, 24)) * (random.random((shape.days, 24)) > 0.25)


class Account:
    """One account's own habits, around its queue."""

    def __init__(self, name, queue, shape, random, is_ring, is_shuffled):
        self.name, self.shape, self.random = name, shape, random
        own = random.random(shape.days) < queue.on_share
        follows = random.random(shape.days) < shape.follows
        is_on = np.where(follows, queue.is_on, own)
        order = random.permutation(shape.days) if is_shuffled else np.arange(shape.days)
        # The sign-up day is known to be the first.
        self.first_day = int(random.integers(0, 14))
        noise = np.exp(random.normal(0, shape.load_noise, shape.days))
        self.requests = np.maximum(1, queue.load * queue.day_factor * noise).round().astype(int) * is_on
        self.requests = self.requests[order]
        self.requests[:self.first_day] = 0
        self.by_hour = self.lay(queue, random)[order] * (self.requests > 0)[:, None]
        self.fields = self.draw_fields(random, is_ring)

    def lay(self, queue, random):
        """Shares of each day's requests by hour."""
        start = queue.start_hour + random.normal(0, self.shape.hour_jitter)
        distance = (np.arange(24) - start) % 24
        weights = queue.demand * (distance < queue.hours)[None, :] + 1e-3
        weights = weights * random.uniform(0.5, 1.5, weights.shape)
        return weights / weights.sum(axis=1, keepdims=True)

    def draw_fields(self, random, is_ring):
        """What is said of the account."""
        pick = random.choice
        return {
            "signup": {
                "signup_channel": str(pick(["self_serve", "self_serve", "marketplace", "invited"])),
                "verification_level": int(random.integers(0, 4)),
                "email_domain_class": str(pick(["free", "free", "custom", "corporate"])),
                "email_domain_ref": f"domain-{self.name}", "email_localpart_entropy": round(random.uniform(1.5, 4), 2),
                "ip_type": str(pick(["residential", "hosting", "mobile"])), "ip_prefix_ref": f"prefix-{self.name}",
                "proxy_confidence": round(random.beta(2 if is_ring else 1, 6), 3), "device_ref": f"device-{self.name}",
                "client_version_lag_days": int(random.exponential(20)), "form_fill_ms": int(random.uniform(4e3, 6e4)),
            },
            "payment": {
                "instrument_ref": f"card-{self.name}", "instrument_kind": "card",
                "funding_type": str(pick(["credit", "debit", "prepaid"])), "is_virtual_card": bool(random.random() < 0.2),
            },
            "usage": {
                "template_top1_ref": f"template-{self.name}", "template_top1_share": round(random.beta(4, 3), 3),
                "cot_elicit_rate": round(random.beta(1, 12), 3), "grading_rate": round(random.beta(1, 15), 3),
                "interarrival_cv": round(random.uniform(0.6, 2.5), 2), "cache_hit_ratio": round(random.beta(3, 4), 3),
                "limit_utilisation_p95": round(random.beta(2, 3), 3), "mean_ctx_tokens": int(random.uniform(800, 9000)),
            },
        }

    def events(self):
        """Its events: a sign-up, a payment, and one at the end of each day that has requests."""
        signup_ms = START_MS + self.first_day * DAY_MS + int(self.random.uniform(0, 6 * 3_600_000))
        base = {"account_ref": self.name}
        yield {**base, "event_type": "signup", "event_time_ms": signup_ms,
               "signup": {"account_age_s": 0, **self.fields["signup"]}}
        yield {**base, "event_type": "payment", "event_time_ms": signup_ms + 600_000, "payment": self.fields["payment"]}
        total = 0
        for day in np.flatnonzero(self.requests):
            count = int(self.requests[day])
            total += count
            week = slice(max(0, day - 6), day + 1)
            by_hour = (self.requests[week, None] * self.by_hour[week]).sum(axis=0)
            shares = np.round(by_hour / by_hour.sum(), 3)
            time_ms = START_MS + int(day) * DAY_MS + DAY_MS - 1000 - int(self.random.uniform(0, 300_000))
            yield {**base, "event_type": "usage", "event_time_ms": time_ms,
                   "signup": {"account_age_s": (time_ms - signup_ms) // 1000},
                   "usage": {"requests_24h": count, "requests_7d": int(self.requests[week].sum()),
                             "active_hour_hist": [float(share) for share in shares], "exchanges_total": total,
                             **self.fields["usage"]}}


def write_world(directory, seed, is_shuffled, shape=Shape()):
    """Writes events.jsonl and members.csv (account_ref,ring; -1: honest) into a folder."""
    random = np.random.default_rng([seed, int(is_shuffled)])
    accounts, members = [], []
    for ring in range(shape.rings):
        queue = Queue(shape, random)
        for index in range(shape.ring_size):
            members.append((f"r{ring}-{index}", ring))
            accounts.append(Account(members[-1][0], queue, shape, random, True, is_shuffled))
    for index in range(shape.accounts - len(accounts)):
        members.append((f"h{index}", -1))
        accounts.append(Account(members[-1][0], Queue(shape, random), shape, random, False, is_shuffled))
    events = sorted((event for account in accounts for event in account.events()),
                    key=lambda event: (event["event_time_ms"], event["account_ref"]))
    with open(directory / "events.jsonl", "w") as file:
        for event in events:
            file.write(json.dumps(event, separators=(",", ":")) + "\n")
    with open(directory / "members.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["account_ref", "ring"])
        writer.writerows(members)
    return members, len(events)
