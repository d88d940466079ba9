"""Watch the metrics of a service as they come, and say what is wrong in words that people can act on.

Usage: python main.py METRICS.csv FOLDER, where METRICS.csv has the column timestamp and one column of numbers per metric
(any file of the Numenta Anomaly Benchmark is one). Writes incidents.csv, watch.html and incident.svg into the folder.
"""

import sys
from pathlib import Path

from inlaid.anomaly import AlertPolicy, StreamDetector, Suppression, Watch
from inlaid.data import read_csv, write_csv


def main(metrics_file: str, folder: Path) -> None:
    metrics = read_csv(metrics_file)

    # Two days teach a detector what is usual at this hour. Nobody wants to know of releases, from 22:00 to 22:45 on every
    # Thursday, as the 1st of January 1970 was.
    release = Suppression(begin=79_200, end=81_900, every=604_800)
    policy = AlertPolicy(group_within=1800, suppressions=[release])
    watch = Watch(detector=StreamDetector(warm_up=576), policy=policy).start()
    report = watch.replay(metrics)
    print(f"{len(report.scores)} events of {', '.join(report.series)}")
    for incident in report.incidents:
        print(incident.summary)
    print(f"{watch.silenced()} unusual events were silenced")

    write_csv(report.incidents_table(), folder / "incidents.csv")
    (folder / "watch.html").write_text(report.to_html(title="Service"), encoding="utf-8", newline="")
    # The metric that was farthest from what is usual.
    members = [member for incident in report.incidents for member in incident.members]
    farthest = max(members, key=lambda member: member.peak_score, default=None)
    picture = report.to_svg(series=farthest.series if farthest else None)
    (folder / "incident.svg").write_text(picture, encoding="utf-8", newline="")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
