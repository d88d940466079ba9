"""Find the settings of a process that give the most, where every trial costs: three numbers, a count and a choice.

Usage: python main.py FOLDER. The process is a made-up reactor, which stands for a plant, a simulation or a training run;
all that the search sees of it is the yield of the settings it asks for. Writes trials.csv and progress.svg into the folder.
"""

import sys
from pathlib import Path

from inlaid.data import write_csv
from inlaid.optimize import (
    CategoricalParameter,
    ContinuousParameter,
    IntegerParameter,
    Space,
    minimize,
)

CATALYSTS = ["none", "platinum", "zeolite"]
SPACE = Space(
    parameters=[
        ContinuousParameter(name="temperature", low=120.0, high=260.0),
        ContinuousParameter(name="minutes", low=5.0, high=90.0),
        IntegerParameter(name="stages", low=1, high=6),
        CategoricalParameter(name="catalyst", choices=CATALYSTS),
    ]
)


def gain(temperature: float, minutes: float, stages: float, catalyst: int) -> float:
    """What a run gives less what it costs: the best temperature, time and height depend on the catalyst."""
    best, height = [(235.0, 48.0), (188.0, 82.0), (205.0, 91.0)][catalyst]
    heat = (temperature - best) / 22.0
    made = height * minutes / (minutes + 9.0 - stages) / (1.0 + heat * heat)
    return made - 0.21 * minutes - 1.7 * stages - [0.0, 4.0, 9.0][catalyst]


def main(folder: Path) -> None:
    trials = []

    def measured(settings) -> float:
        value = gain(settings[0], settings[1], settings[2], int(settings[3]))
        trials.append((*settings, value))
        return value

    found = minimize(measured, SPACE, maximize=True, evaluations=60, seed=7)
    temperature, minutes, stages, catalyst = found.point
    print(f"{found.evaluations} trials, the best gives {found.value:.2f}")
    print(f"{temperature:.1f} degrees, {minutes:.1f} minutes, {stages:.0f} stages, {CATALYSTS[int(catalyst)]}")
    columns = dict(zip(["temperature", "minutes", "stages", "catalyst", "gain"], zip(*trials, strict=True), strict=True))
    columns["catalyst"] = [CATALYSTS[int(choice)] for choice in columns["catalyst"]]
    write_csv(columns, folder / "trials.csv")
    (folder / "progress.svg").write_text(found.to_svg(), encoding="utf-8", newline="")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
