"""Routes with time windows: inlaid beside OR-tools (guided local search), the same seconds of one process each.

Makes instances like those of Solomon (Operations Research 35, 1987): customers in clusters (C), anywhere (R) or both (RC), with
tight windows and small vehicles (1) or wide ones and large vehicles (2), from a seed. Both plan for the same matrix, whole
thousandths of a unit of distance; both answers are driven here. Prints, for each instance, the ratio of costs (below 1: inlaid is
cheaper) and their mean.

    python optimize_routes.py [--customers 100] [--seconds 10] [--seeds 1] [--export FOLDER] [--peer-only]

`--export` writes instances as text, one number after the other, for programs without Python.
"""

import argparse
import math
import random
import statistics
import time
from pathlib import Path

CLASSES = ["C1", "C2", "R1", "R2", "RC1", "RC2"]
THOUSANDTHS = 1000


def instance(kind, customers, seed):
    rng = random.Random(f"{kind}-{customers}-{seed}")
    wide = kind.endswith("2")
    horizon = (1236 if kind[0] == "C" and kind[1] != "2" else 3390) if kind.startswith("C") else (960 if wide else 230)
    if kind.startswith("RC"):
        horizon = 960 if wide else 240
    capacity = {"C1": 200, "C2": 700, "R1": 200, "R2": 1000, "RC1": 200, "RC2": 1000}[kind]
    service = 90 if kind.startswith("C") else 10
    centres = [(rng.uniform(10, 90), rng.uniform(10, 90)) for _ in range(max(1, customers // 10))]
    points = [(40.0, 50.0) if kind[0] == "C" else (35.0, 35.0) if kind[:2] != "RC" else (40.0, 50.0)]
    for customer in range(customers):
        clustered = kind.startswith("C") or (kind.startswith("RC") and customer % 2 == 0)
        if clustered:
            x, y = centres[customer % len(centres)]
            points.append((rng.gauss(x, 3), rng.gauss(y, 3)))
        else:
            points.append((rng.uniform(0, 80), rng.uniform(0, 80)))
    demands = [0] + [rng.choice([10, 10, 20, 20, 30, 40]) if kind[0] == "C" else rng.randint(1, 35) for _ in range(customers)]
    distance = [[round(math.dist(a, b) * THOUSANDTHS) for b in points] for a in points]
    windows = [(0, horizon * THOUSANDTHS)]
    for place in range(1, customers + 1):
        first = distance[0][place]
        last = horizon * THOUSANDTHS - distance[place][0] - service * THOUSANDTHS
        centre = rng.uniform(first, last)
        half = (rng.uniform(0.1, 0.3) if wide else rng.uniform(0.02, 0.15)) * horizon * THOUSANDTHS
        if rng.random() < 0.2:
            half = horizon * THOUSANDTHS
        windows.append((max(first, round(centre - half)), min(last, round(centre + half))))
    services = [0] + [service * THOUSANDTHS] * customers
    return {"name": f"{kind}-{seed}", "distance": distance, "demands": demands, "windows": windows, "service": services,
            "capacity": capacity}


def drive(data, routes):
    """The cost of routes that keep everything; fails for others."""
    seen, cost = set(), 0
    for stops in routes:
        now, last, load = data["windows"][0][0], 0, 0
        for place in list(stops) + [0]:
            cost += data["distance"][last][place]
            now = max(now + data["service"][last] + data["distance"][last][place], data["windows"][place][0])
            assert now <= data["windows"][place][1], (data["name"], place, now)
            last = place
            if place:
                assert place not in seen
                seen.add(place)
                load += data["demands"][place]
        assert load <= data["capacity"]
    assert len(seen) == len(data["demands"]) - 1
    return cost


def by_peer(data, seconds):
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    size = len(data["demands"])
    manager = pywrapcp.RoutingIndexManager(size, size - 1, 0)
    model = pywrapcp.RoutingModel(manager)
    matrix = data["distance"]
    travel = model.RegisterTransitMatrix(matrix)
    model.SetArcCostEvaluatorOfAllVehicles(travel)
    took = model.RegisterTransitMatrix([[way + data["service"][a] for way in row] for a, row in enumerate(matrix)])
    latest = max(closes for _, closes in data["windows"])
    model.AddDimension(took, latest, latest, False, "time")
    times = model.GetDimensionOrDie("time")
    for place in range(1, size):
        times.CumulVar(manager.NodeToIndex(place)).SetRange(*data["windows"][place])
    for vehicle in range(size - 1):
        times.CumulVar(model.Start(vehicle)).SetRange(*data["windows"][0])
        times.CumulVar(model.End(vehicle)).SetRange(*data["windows"][0])
    load = model.RegisterUnaryTransitVector(data["demands"])
    model.AddDimension(load, 0, data["capacity"], True, "load")
    how = pywrapcp.DefaultRoutingSearchParameters()
    how.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    how.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    how.time_limit.FromMilliseconds(int(seconds * 1000))
    answer = model.SolveWithParameters(how)
    routes = []
    for vehicle in range(size - 1):
        at, stops = model.Start(vehicle), []
        while not model.IsEnd(at):
            if manager.IndexToNode(at):
                stops.append(manager.IndexToNode(at))
            at = answer.Value(model.NextVar(at))
        if stops:
            routes.append(stops)
    return routes


def by_inlaid(data, seconds):
    import numpy
    from inlaid.optimize import PlanRoutes

    numbers = lambda values: numpy.asarray(values, dtype=float)
    plan = PlanRoutes(capacity=float(data["capacity"]), time_limit=seconds).solve(
        numbers(data["distance"]), numbers(data["demands"]), numbers(data["windows"]), numbers(data["service"]),
        numpy.empty((0, 0)), []
    )
    return [[int(place) for place in route.stops] for route in plan.routes]


def export(data, folder):
    rows = [[len(data["demands"]), data["capacity"]], *data["distance"], data["demands"], *data["windows"], data["service"]]
    text = "\n".join(" ".join(str(number) for number in row) for row in rows)
    Path(folder, f"{data['name']}.txt").write_text(text + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--export")
    parser.add_argument("--peer-only", action="store_true")
    options = parser.parse_args()
    ratios = []
    for kind in CLASSES:
        for seed in range(1, options.seeds + 1):
            data = instance(kind, options.customers, seed)
            if options.export:
                export(data, options.export)
                continue
            start = time.process_time()
            peer = by_peer(data, options.seconds)
            line = f"{data['name']:6} OR-tools {drive(data, peer) / THOUSANDTHS:10.3f} in {len(peer):2} routes"
            line += f" ({time.process_time() - start:.1f} s of processor)"
            if not options.peer_only:
                start = time.process_time()
                ours = by_inlaid(data, options.seconds)
                ratios.append(drive(data, ours) / drive(data, peer))
                line += f"   inlaid {drive(data, ours) / THOUSANDTHS:10.3f} in {len(ours):2} routes"
                line += f" ({time.process_time() - start:.1f} s)   ratio {ratios[-1]:.4f}"
            print(line, flush=True)
    if ratios:
        print(f"mean ratio {statistics.mean(ratios):.4f}, worst {max(ratios):.4f}, best {min(ratios):.4f}")


if __name__ == "__main__":
    main()
