"""The story that Tools/run tells the service: who comes, what is known of them, and when.

Ordinary customers who were there before, a hobbyist, a university laboratory, a start-up's coding agents, and then eight
siblings of one network, one after another.
All of it is invented. Each event carries what a provider knows of the account at that time: the sign-up always, the
payment once there was one, the usage at its checkpoints.
"""
import dataclasses

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
ORDINARY = 60
STUDENTS = 14
AGENTS = 5
# The network's life starts so long ago; a sibling comes every so often.
NETWORK_AGO_H, SIBLING_EVERY_H = 62, 7.5

# chat, writing, data_analysis, coding, agentic_tool_use, long_horizon, computer_use, vision, reasoning_math, grading,
# safety_rewrite, other
MIXED = [0.30, 0.16, 0.08, 0.30, 0.05, 0.01, 0.0, 0.03, 0.03, 0.0, 0.0, 0.04]
STUDYING = [0.18, 0.10, 0.16, 0.24, 0.04, 0.0, 0.0, 0.03, 0.18, 0.04, 0.0, 0.03]
CODING = [0.02, 0.02, 0.03, 0.66, 0.20, 0.05, 0.0, 0.0, 0.01, 0.0, 0.0, 0.01]
HARVEST = [0.0, 0.0, 0.01, 0.45, 0.28, 0.20, 0.0, 0.0, 0.05, 0.0, 0.0, 0.01]
EVENING = [0.0] * 16 + [0.05, 0.1, 0.15, 0.2, 0.2, 0.2, 0.1, 0.0]
LESSONS = [0.0] * 8 + [0.2, 0.3, 0.2, 0.0, 0.0, 0.1, 0.1, 0.1] + [0.0] * 8
ROUND_THE_CLOCK = [1 / 24] * 24
WEEKDAYS = [0.2] * 5 + [0.0] * 2
EVERY_DAY = [1 / 7] * 7
PUBLIC_AGENT = {"template_top1_ref": "public-agent-prompt", "prefix_minhash": [f"public-{i}" for i in range(8)]}


@dataclasses.dataclass
class Event:
    """One event as it stands in JSON Lines, what to call it, and whether its answer is of interest."""
    fields: dict
    name: str
    shown: bool


@dataclasses.dataclass
class Act:
    """A part of the story: what happens, the events in order of time, and what somebody finds out at its end."""
    title: str
    text: str
    events: list
    is_honest: bool
    # The account that is labelled abusive after the act.
    labelled: str = ""


@dataclasses.dataclass
class Account:
    """What is known of an account, section by section."""
    name: str
    raw: dict
    signup: dict
    payment: dict
    usage: dict
    org: str = ""
    # Hours from sign-up to payment, and to each usage checkpoint by requests so far.
    pays_after_h: float = 0.2
    checkpoints: dict = dataclasses.field(default_factory=lambda: {5: 0.5, 20: 2, 100: 6})

    def events(self, start_ms, shown=True, shown_names=("sign-up", "payment", "usage 100")):
        """The account's events from its sign-up on."""
        moments = [(0, "sign-up", "signup", 0), (self.pays_after_h, "payment", "payment", 0)]
        moments += [(hours, f"usage {count}", "usage", count) for count, hours in self.checkpoints.items()]
        out = []
        for hours, name, kind, count in sorted(moments, key=lambda moment: moment[0]):
            fields = {"event_type": kind, "event_time_ms": start_ms + int(hours * HOUR_MS), "account_ref": self.name}
            if self.org:
                fields["org_ref"] = self.org
            fields.update(contract_class="self_serve", decision_context=f"gate_{kind}", raw=self.raw)
            fields["signup"] = {**self.signup, "account_age_s": int(hours * 3600)}
            if hours >= self.pays_after_h:
                fields["payment"] = {**self.payment, "signup_to_payment_s": int(self.pays_after_h * 3600)}
                if kind == "payment":
                    fields["payment"]["paid_usd_30d"] = self.payment["plan_price_usd_month"]
            if kind == "usage":
                fields["usage"] = self.usage_at(count, start_ms, hours)
            out.append(Event(fields, name, shown and name in shown_names))
        return out

    def usage_at(self, count, start_ms, hours):
        """The windows at a checkpoint, with so many requests since the sign-up."""
        usage = dict(self.usage)
        tokens_in, tokens_out = usage.pop("tokens_in"), usage.pop("tokens_out")
        usage["active_hour_hist"], usage["active_dow_hist"] = active(
            usage["active_hour_hist"], usage["active_dow_hist"], start_ms, hours)
        usage["longest_idle_gap_s"] = min(usage["longest_idle_gap_s"], int(hours * 3600 / 2))
        last_day = max(1, round(count * min(1, 24 / max(hours, 1))))
        # Nobody is near a limit with the first few requests.
        fullness = min(1, last_day / 300)
        for name in ("limit_utilisation_p50", "limit_utilisation_p95"):
            usage[name] = round(usage[name] * fullness, 3)
        usage["status_429_24h"] = int(usage["status_429_24h"] * last_day / 300)
        return {
            "requests_1h": max(1, round(count * min(1, 1 / max(hours, 1)))), "requests_24h": last_day,
            "requests_7d": round(count * min(1, 168 / max(hours, 1))), "tokens_in_24h": last_day * tokens_in,
            "tokens_out_24h": last_day * tokens_out, "mean_ctx_tokens": tokens_in, "exchanges_total": count, **usage,
        }


def active(hours_of_day, days_of_week, start_ms, hours):
    """By hour of the day and day of the week, the use of somebody with this rhythm since a moment, 7 days at most."""
    by_hour, by_day = [0.0] * 24, [0.0] * 7
    end = start_ms // HOUR_MS + int(hours)
    for hour in range(max(start_ms // HOUR_MS, end - 167), end + 1):
        # The first day of Unix time was a Thursday.
        weekday = (hour // 24 + 3) % 7
        weight = hours_of_day[hour % 24] * days_of_week[weekday] + 1e-9
        by_hour[hour % 24] += weight
        by_day[weekday] += weight
    return [[round(share / sum(shares), 4) for share in shares] for shares in (by_hour, by_day)]


def signup(**changes):
    """An ordinary sign-up."""
    return {
        "signup_channel": "self_serve", "pathway": "api", "verification_level": 1, "verification_attempts": 1,
        "email_domain_class": "free", "email_domain_age_days": 7300, "email_mx_ref": "mx-big-mail",
        "phone_line_type": "mobile", "ip_type": "residential", "proxy_confidence": 0.03, "ip_shared_user_estimate": 2,
        "asn_ref": "as-home-telecom", "geo_mismatch_bits": 0, "device_integrity": "ok", "tls_client_ref": "tls-browser",
        "client_claimed_ref": "browser", "client_version_lag_days": 6, "form_fill_ms": 31000, "captcha_fail_count": 0,
        "declared_use_code": "coding", "promo_credit_usd": 5, **changes,
    }


def payment(card, address, **changes):
    """An ordinary card."""
    return {
        "instrument_ref": card, "instrument_kind": "card", "funding_type": "debit", "is_virtual_card": False,
        "issuer_programme_ref": "programme-house-bank", "issuer_matches_billing": True, "issuer_matches_ip": True,
        "avs_result": "pass", "cvc_result": "pass", "three_ds_result": "pass", "declines_24h": 0,
        "distinct_instruments_30d": 1, "billing_addr_ref": address, "disputes_90d": 0, "refunds_90d": 0,
        "paid_usd_30d": 20, "plan_price_usd_month": 20, **changes,
    }


def usage(template, capabilities, hours, weekdays, **changes):
    """Ordinary use. The template's names come as a dictionary."""
    return {
        "tokens_in": 1500, "tokens_out": 450, "limit_utilisation_p50": 0.05, "limit_utilisation_p95": 0.2,
        "active_hour_hist": hours, "active_dow_hist": weekdays, "longest_idle_gap_s": 50000, "interarrival_cv": 2.2,
        "interarrival_entropy": 3.1, "distinct_ip24_24h": 1, "distinct_asn_24h": 1, "distinct_client_24h": 1,
        "status_429_24h": 0, "status_403_24h": 0, "newest_model_share": 0.5, "hours_since_launch": 600,
        "capability_hist": capabilities, "template_top1_share": 0.3, "cot_elicit_rate": 0.01, "grading_rate": 0.0,
        "injected_assistant_turn_share": 0.01, "full_history_first_call_share": 0.05, "cache_hit_ratio": 0.3,
        "metadata_missing_rate": 0.1, "reasoning_replay_cnt": 0, "enduser_id_distinct": 0, "enduser_lang_count": 1,
        **template, **changes,
    }


def template(name):
    """A prompt of somebody's own."""
    return {"template_top1_ref": name, "prefix_minhash": [f"{name}-{i}" for i in range(8)]}


def ordinary(number):
    """One of those who were there before: at home or on a cloud machine, many with the same public agent."""
    on_cloud = number % 3 == 0
    return Account(
        f"ordinary-{number:02}",
        {"email": f"{('kim', 'lea', 'jon', 'mia', 'tom')[number % 5]}.{'abcdefghijklmnop'[number % 16] * 3}{7 * number}@"
                  + ("example.com", f"company-{number}.example")[on_cloud],
         "ip": f"192.0.{10 + number}.{1 + 3 * number}", "device": f"computer-{number}"},
        signup(email_domain_class=("free", "custom")[on_cloud], email_domain_age_days=(7300, 400 + 40 * number)[on_cloud],
               email_mx_ref=("mx-big-mail", "mx-office-suite")[on_cloud], ip_type=("residential", "hosting")[on_cloud],
               asn_ref=("as-home-telecom", "as-cloud")[on_cloud], form_fill_ms=20000 + 900 * number,
               tls_client_ref=("tls-browser", "tls-agent")[number % 2],
               client_claimed_ref=("browser", "agent")[number % 2], profile_template_ref=f"profile-{number}",
               declared_use_code=("coding", "chat")[number % 2]),
        payment(f"card-ordinary-{number}", f"address-ordinary-{number}", is_virtual_card=on_cloud,
                issuer_programme_ref=("programme-house-bank", f"programme-virtual-{1 + number % 2}")[on_cloud]),
        usage(PUBLIC_AGENT if number % 4 else template(f"own-{number}"), MIXED, EVENING, EVERY_DAY,
              template_top1_share=0.8), pays_after_h=5 + number % 40, checkpoints={5: 4, 20: 60, 100: 300})


def hobbyist():
    """Somebody at home with a public coding agent."""
    return Account(
        "ana", {"email": "ana.lindqvist@example.com", "ip": "192.0.2.10", "device": "ana-laptop"},
        signup(profile_template_ref="profile-ana"), payment("card-ana", "address-ana"),
        usage(PUBLIC_AGENT, MIXED, EVENING, EVERY_DAY, template_top1_share=0.9), pays_after_h=26,
        checkpoints={5: 1, 20: 50, 100: 260})


def student(number):
    """A student: the university's address and card, an address and a laptop of the student's own."""
    return Account(
        f"student-{number:02}",
        {"email": f"s{2024100 + 37 * number}@uni.example", "ip": f"198.51.100.{20 + number % 3}",
         "device": f"laptop-{number}"},
        signup(signup_channel="education", verification_level=3, verification_evidence_score=0.8,
               email_domain_class="edu", email_domain_age_days=9800, email_mx_ref="mx-uni", ip_type="education",
               ip_shared_user_estimate=400, asn_ref="as-science-network", form_fill_ms=22000 + 1500 * number,
               profile_template_ref="profile-language-lab", declared_use_code="research", promo_credit_usd=50),
        payment("card-of-the-lab", "address-of-the-lab", funding_type="credit", paid_usd_30d=180,
                plan_price_usd_month=0),
        usage(template("exercise-sheet" if number % 3 else f"thesis-{number}"), STUDYING, LESSONS, WEEKDAYS,
              template_top1_share=0.5, cot_elicit_rate=0.15, grading_rate=0.06, interarrival_cv=1.6),
        org="language-lab", pays_after_h=0.25, checkpoints={5: 0.4, 20: 1.5, 100: 97})


def agent(number):
    """A start-up's account: one seat of the team, or a machine in its continuous integration."""
    return Account(
        f"agents-{number}",
        {"email": f"{('ida', 'max', 'ci', 'bots', 'eval')[number - 1]}@lumenforge.example",
         "ip": f"203.0.113.{10 + number}", "device": f"forge-{min(number, 3)}"},
        signup(signup_channel="startup_program", verification_level=2, verification_evidence_score=0.7,
               email_domain_class="custom", email_domain_age_days=16, email_mx_ref="mx-office-suite",
               ip_type="hosting", proxy_confidence=0.2, asn_ref="as-cloud", ip_shared_user_estimate=3,
               device_integrity="ok" if number < 4 else "headless", tls_client_ref="tls-agent", client_claimed_ref="agent",
               form_fill_ms=14000, profile_template_ref="profile-lumen-forge", declared_use_code="agents",
               promo_credit_usd=2500),
        payment("card-lumen-forge", "address-lumen-forge", funding_type="credit", is_virtual_card=True,
                issuer_programme_ref="programme-virtual-1", paid_usd_30d=900, plan_price_usd_month=0),
        usage(PUBLIC_AGENT, CODING, ROUND_THE_CLOCK, EVERY_DAY, tokens_in=7000, tokens_out=900,
              template_top1_share=0.96, limit_utilisation_p50=0.4, limit_utilisation_p95=0.8, longest_idle_gap_s=5400,
              interarrival_cv=1.7, distinct_ip24_24h=3, newest_model_share=0.9, cache_hit_ratio=0.7, cot_elicit_rate=0.03,
              status_429_24h=3),
        org="lumen-forge", pays_after_h=0.5, checkpoints={5: 0.6, 20: 0.9, 100: 3, 500: 10, 2500: 40})


# local part, domain, class, age in days, mail host, address, device, card, card programme
SIBLINGS = [
    ("mira.kolb27", "quickpost.example", "disposable", 410, "mx-throwaway", "100.70.12.9", "pc-a", "card-1", 1),
    ("tobi.lenz83", "brightlathe.example", "custom", 34, "mx-catch-all", "100.81.7.20", "pc-b", "card-2", 1),
    ("anja.fuhr19", "quickpost.example", "disposable", 410, "mx-throwaway", "100.93.4.77", "pc-c", "card-1", 1),
    ("luca.benz55", "steadyquill.example", "custom", 29, "mx-catch-all", "100.81.7.44", "pc-a", "card-3", 2),
    ("nele.hart61", "quickpost.example", "disposable", 410, "mx-throwaway", "100.70.12.31", "pc-d", "card-2", 1),
    ("emre.wolf72", "plainharbor.example", "custom", 31, "mx-catch-all", "100.81.7.93", "pc-b", "card-3", 2),
    ("sina.voss38", "quickpost.example", "disposable", 410, "mx-throwaway", "100.93.4.12", "pc-c", "card-1", 1),
    ("paul.rabe94", "steadyquill.example", "custom", 29, "mx-catch-all", "100.70.12.88", "pc-b", "card-2", 1),
]


def sibling(number):
    """One of the network: a plausible customer by itself, with a template and now and then a card or device in common."""
    local, domain, kind, age, host, address, device, card, programme = SIBLINGS[number - 1]
    return Account(
        f"sibling-{number}", {"email": f"{local}@{domain}", "ip": address, "device": device},
        signup(email_domain_class=kind, email_domain_age_days=age, email_mx_ref=host, ip_type="residential",
               proxy_confidence=0.3 + 0.02 * number, ip_shared_user_estimate=5, asn_ref=f"as-exit-{number % 3}",
               geo_mismatch_bits=0 if number % 3 else 5, tls_client_ref="tls-agent", client_claimed_ref="agent",
               form_fill_ms=9000 + 700 * number, profile_template_ref=f"profile-freelancer-{number % 2}",
               declared_use_code="coding"),
        payment(card, f"address-of-{card}", funding_type="prepaid" if programme == 2 else "debit",
                is_virtual_card=True, issuer_programme_ref=f"programme-virtual-{programme}",
                issuer_matches_ip=number % 3 != 0, avs_result="unavailable", three_ds_result="unavailable",
                distinct_instruments_30d=1, paid_usd_30d=40, plan_price_usd_month=0),
        usage(template("injected-suffix"), HARVEST, ROUND_THE_CLOCK, EVERY_DAY, tokens_in=6000, tokens_out=1100,
              template_top1_share=0.9, limit_utilisation_p50=0.4, limit_utilisation_p95=0.55, cot_elicit_rate=0.9,
              interarrival_cv=1.3, longest_idle_gap_s=3000, distinct_ip24_24h=2, newest_model_share=0.8,
              cache_hit_ratio=0.5, injected_assistant_turn_share=0.02),
        pays_after_h=0.05 + 0.01 * number, checkpoints={5: 0.3, 20: 0.9, 100: 4.5 + 0.1 * number})


def days_ago(now_ms, days, at_hour):
    """An hour, in UTC, of so many days ago."""
    return (now_ms // DAY_MS - days) * DAY_MS + at_hour * HOUR_MS


def in_order(events):
    """By time; what happens at the same moment keeps its order."""
    return sorted(events, key=lambda event: event.fields["event_time_ms"])


def siblings(numbers, now_ms):
    """The events of some of the network."""
    first_ms = now_ms - int(NETWORK_AGO_H * HOUR_MS)
    return in_order([event for number in numbers for event in sibling(number).events(
        first_ms + int((number - 1) * SIBLING_EVERY_H * HOUR_MS))])


def acts(now_ms):
    """The story, which ends shortly before `now_ms`."""
    lab = [event for number in range(1, STUDENTS + 1) for event in student(number).events(
        days_ago(now_ms, 18 if number <= STUDENTS // 2 else 16, at_hour=9) + number * 2 * MINUTE_MS,
        shown=number in (1, STUDENTS // 2, STUDENTS))]
    start_up = [event for number in range(1, AGENTS + 1) for event in agent(number).events(
        now_ms - 9 * DAY_MS + number * 3 * HOUR_MS, shown=number in (1, AGENTS),
        shown_names=("sign-up", "payment", "usage 100", "usage 2500"))]
    before = [event for number in range(1, ORDINARY + 1) for event in ordinary(number).events(
        days_ago(now_ms, 60 + number, at_hour=7 + number % 15), shown=False)]
    return [
        Act("Those who were there before",
            f"{ORDINARY} ordinary customers of the last months, many with one public agent: what is ordinary here. None is "
            "shown.", in_order(before), True),
        Act("A hobbyist", "Ana signs up at home, pays by card a day later and uses a public coding agent in the evenings.",
            in_order(hobbyist().events(days_ago(now_ms, 40, at_hour=18))), True),
        Act("A university laboratory",
            f"{STUDENTS} students of one laboratory sign up in two lessons: one campus address, one card, one profile text, "
            "bursts of use by the timetable, research into reasoning. Three of them are shown.", in_order(lab), True),
        Act("A start-up's coding agents",
            f"{AGENTS} accounts of a company whose domain is two weeks old: hosting addresses, a virtual card, credits, a "
            "public agent's prompt that strangers use too, and heavy use around the clock.", in_order(start_up), True),
        Act("Eight siblings of one network, the first four",
            f"They come {SIBLING_EVERY_H:g} hours apart, each a plausible developer with a fresh address. What they have in "
            "common is the prompt, and here a card, there a device, a mail pattern or an address range.",
            siblings(range(1, 5), now_ms), False, labelled="sibling-2"),
        Act("The other four, after somebody looked",
            "An analyst labels sibling-2 abusive. Nobody touches the others; what they share with it now speaks for itself.",
            siblings(range(5, 9), now_ms), False),
    ]
