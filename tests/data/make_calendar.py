"""Write calendar_days.csv and calendar_steps.csv beside this file, from Python's datetime and calendar modules alone.

calendar_days.csv: a date, its days since 1970-01-01 and its weekday (0 Monday).
calendar_steps.csv: a history of time stamps and the stamps that continue it, each list joined by semicolons.
"""
import calendar
import datetime as dt
import pathlib
import random

HERE = pathlib.Path(__file__).parent
random.seed(20240229)


def month_after(date, months, day):
    index = date.year * 12 + date.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date.replace(year=year, month=month + 1, day=min(day, last))


def business_day_after(date, steps):
    while steps:
        date += dt.timedelta(days=1)
        steps -= date.weekday() < 5
    return date


def days():
    picked = {dt.date(1, 1, 1), dt.date(9999, 12, 31), dt.date(1970, 1, 1), dt.date(1969, 12, 31)}
    for year in (4, 100, 400, 1582, 1600, 1700, 1800, 1900, 1999, 2000, 2020, 2100, 2400, 9996):
        for month in range(1, 13):
            picked.add(dt.date(year, month, 1))
            picked.add(dt.date(year, month, calendar.monthrange(year, month)[1]))
    while len(picked) < 1500:
        picked.add(dt.date.fromordinal(random.randint(1, dt.date.max.toordinal())))
    epoch = dt.date(1970, 1, 1)
    return [f"{d.year},{d.month},{d.day},{(d - epoch).days},{d.weekday()}" for d in sorted(picked)]


def case(name, stamps, history, write):
    texts = [write(stamp) for stamp in stamps]
    return f"{name},{';'.join(texts[:history])},{';'.join(texts[history:])}"


def steps():
    lines = []
    date = lambda d: d.isoformat()
    for _ in range(10):
        start = dt.date(random.randint(1600, 2300), random.randint(1, 12), 1)
        for name, count in (("month start", 1), ("quarter start", 3), ("year start", 12), ("two months start", 2)):
            lines.append(case(name, [month_after(start, k * count, 1) for k in range(18)], 6, date))
        for name, count in (("month end", 1), ("quarter end", 3), ("year end", 12)):
            end = month_after(start, 0, 31)
            lines.append(case(name, [month_after(end, k * count, 31) for k in range(18)], 6, date))
        day = random.randint(2, 30)
        lines.append(case(f"day {day}", [month_after(start, k, day) for k in range(30)], 14, date))
        begin = start + dt.timedelta(days=random.randint(0, 30))
        for name, count in (("daily", 1), ("weekly", 7), ("four weeks", 28), ("ten days", 10)):
            lines.append(case(name, [begin + dt.timedelta(days=k * count) for k in range(18)], 6, date))
        first = business_day_after(begin, 1)
        lines.append(case("business days", [business_day_after(first, k) for k in range(30)], 8, date))
        at = dt.datetime(begin.year, begin.month, begin.day, random.randint(0, 23), random.randint(0, 59), random.randint(0, 59))
        for name, seconds in (("hourly", 3600), ("six hours", 21600), ("quarter hours", 900), ("seconds", 7), ("daily at", 86400)):
            stamps = [at + dt.timedelta(seconds=k * seconds) for k in range(40)]
            lines.append(case(name, stamps, 6, lambda t: t.isoformat(timespec="seconds")))
            lines.append(case(name + " Z", stamps, 6, lambda t: t.isoformat(sep="T", timespec="seconds") + "Z"))
        stamps = [at + dt.timedelta(microseconds=k * 250_000) for k in range(12)]
        lines.append(case("quarter seconds", stamps, 5, lambda t: t.isoformat(sep=" ", timespec="milliseconds")))
        lines.append(case("monthly at", [month_after(at, k, 1 + at.day % 28) for k in range(15)], 5, lambda t: t.isoformat(sep=" ")))
        months = [month_after(start, k, 1) for k in range(30)]
        lines.append(case("year-month", months, 9, lambda d: f"{d.year:04}-{d.month:02}"))
        quarters = [month_after(start, 3 * k, 1) for k in range(18)]
        lines.append(case("quarters", quarters, 6, lambda d: f"{d.year:04}Q{(d.month + 2) // 3}"))
        lines.append(case("dashed quarters", quarters, 6, lambda d: f"{d.year:04}-Q{(d.month + 2) // 3}"))
        lines.append(case("years", [start.replace(year=start.year + k) for k in range(9)], 5, lambda d: str(d.year)))
        lines.append(case("decades", [start.replace(year=start.year + 10 * k) for k in range(9)], 5, lambda d: str(d.year)))
    return lines


def write(name, header, lines):
    (HERE / name).write_text("\n".join([header, *lines]) + "\n")


write("calendar_days.csv", "year,month,day,days,weekday", days())
write("calendar_steps.csv", "case,history,future", steps())
