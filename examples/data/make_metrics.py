"""Make metrics.csv: two weeks of a web service, every five minutes, in the manner of monitoring exports. The service is made up.

Three metrics with the waves of day and week: processor load in percent, requests per second, latency in milliseconds. A backup
loads the processor every night; a release, rolled out on a Thursday at 22:00 as planned, and a deployment that nobody had planned
make answers slow; one outage takes the traffic away; memory leaks until a restart; a few rows are missing, as they are in real
exports.

Usage: python make_metrics.py FILE
"""

import csv
import math
import random
import sys
from datetime import datetime, timedelta
from pathlib import Path

BEGIN = datetime(2026, 3, 2)
STEP = timedelta(minutes=5)
DAYS = 14


def between(now: datetime, day: int, begin: float, hours: float) -> float:
    """How far `now` is into the hours that begin on a day, 0 to 1; below 0 outside of them."""
    part = ((now - BEGIN) / timedelta(hours=1) - 24 * day - begin) / hours
    return part if 0 <= part < 1 else -1.0


def main(path: Path) -> None:
    draw = random.Random(20260302)
    slow = {"load": 0.0, "requests": 0.0, "latency": 0.0}
    with path.open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["timestamp", "cpu_percent", "requests_per_s", "latency_ms"])
        for step in range(DAYS * 288):
            now = BEGIN + step * STEP
            hour = now.hour + now.minute / 60
            weekend = 0.6 if now.weekday() >= 5 else 1.0
            wave = 0.55 - 0.45 * math.cos(2 * math.pi * (hour - 4) / 24)
            for name in slow:
                slow[name] = 0.9 * slow[name] + draw.gauss(0, 1)
            requests = 320 * weekend * wave * (1 + 0.02 * slow["requests"]) + draw.gauss(0, 5) + 20
            load = 12 + 0.13 * requests + 0.6 * slow["load"] + draw.gauss(0, 1)
            latency = 42 + 0.05 * requests + 0.8 * slow["latency"] + abs(draw.gauss(0, 2))
            if 2 <= hour < 2.5:
                load += 30  # the nightly backup
            if between(now, 3, 22.0, 0.5) >= 0:  # the planned release of a Thursday
                latency, load = 2.8 * latency, load + 25
            if between(now, 8, 14.25, 0.9) >= 0:  # a deployment that answers slowly
                latency = latency * 3.4 + draw.gauss(0, 10)
                load += 22
            if between(now, 10, 9.5, 0.6) >= 0:  # an outage before the service
                requests, load = draw.uniform(0, 6), 9 + draw.gauss(0, 1)
            leak = between(now, 12, 6.0, 9.0)
            if leak >= 0:
                load += 38 * leak * leak
            if 0 <= between(now, 5, 20.0, 0.7):
                continue  # the exporter was away
            values = [f"{min(100.0, max(0.0, load)):.1f}", f"{max(0.0, requests):.1f}", f"{latency:.1f}"]
            if draw.random() < 0.002:
                values[draw.randrange(3)] = ""
            table.writerow([now.strftime("%Y-%m-%d %H:%M:%S"), *values])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
