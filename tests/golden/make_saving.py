"""Write forecast/saving.json: every fitted class is saved and loaded, and refuses what is not its own.

The cases only say that a loaded model forecasts what the saved one does, which the level of a constant series makes known:
every method forecasts a constant by itself.
"""

import json
import pathlib

METHODS = {
    "Naive": {},
    "SeasonalNaive": {"season": 2},
    "Naive2": {"season": 2},
    "Drift": {},
    "Theta": {"season": 1},
    "AutoEts": {"season": 1},
}


def case(name: str, options: dict) -> dict:
    fitted = f"forecast.Fitted{name}"
    other = "Drift" if name == "Naive" else "Naive"
    flat = {"horizon": 2, "levels": [0.9]}
    same = {"mean": [[4, 4]]}
    path = {"path": "{tmp}/model.inlaid"}
    return {
        "name": f"{name} survives bytes and files, and refuses what is not its own",
        "source": "by hand: a constant series is forecast by its level",
        "steps": [
            {"op": f"forecast.{name}.fit", "options": options, "arrays": [[[4] * 12]], "as": "m"},
            {"op": f"{fitted}.predict", "on": "m", "options": flat, "expect": same, "within": 1e-9},
            {"op": f"{fitted}.to_bytes", "on": "m", "as": "bytes"},
            {"op": f"{fitted}.from_bytes", "arrays": [{"kept": "bytes"}], "as": "again"},
            {"op": f"{fitted}.predict", "on": "again", "options": flat, "expect": same, "within": 1e-9},
            {"op": f"{fitted}.save", "on": "m", "options": path},
            {"op": f"{fitted}.load", "options": path, "as": "loaded"},
            {"op": f"{fitted}.update", "on": "loaded", "arrays": [[[4, 4]]]},
            {"op": f"{fitted}.predict", "on": "loaded", "options": flat, "expect": same, "within": 1e-9},
            {"op": f"{fitted}.summary", "on": "loaded", "expect": [{"observations": 14}]},
            {"op": f"{fitted}.fitted_values", "on": "loaded"},
            {"op": f"{fitted}.residuals", "on": "loaded"},
            {"op": f"{fitted}.components", "on": "loaded"},
            {"op": f"{fitted}.update", "on": "m", "arrays": [[[1], [2]]], "fails": "invalid_data"},
            {"op": f"{fitted}.predict", "on": "m", "options": {"horizon": 1, "levels": [1.5]}, "fails": "invalid_config"},
            {"op": f"{fitted}.from_bytes", "arrays": [{"base64": "bm90IGEgbW9kZWw="}], "fails": "incompatible"},
            {"op": f"{fitted}.save", "on": "m", "options": {"path": "{tmp}/no/such/folder/m"}, "fails": "not_found"},
            {"op": f"{fitted}.load", "options": {"path": "{tmp}/nothing"}, "fails": "not_found"},
            {"op": f"forecast.{other}.fit", "arrays": [[[1, 2, 3]]], "as": "other"},
            {"op": f"forecast.Fitted{other}.to_bytes", "on": "other", "as": "foreign"},
            {"op": f"{fitted}.from_bytes", "arrays": [{"kept": "foreign"}], "fails": "incompatible", "contains": other},
        ],
    }


def main() -> None:
    cases = [case(name, options) for name, options in METHODS.items()]
    path = pathlib.Path(__file__).parent / "forecast" / "saving.json"
    path.write_text(json.dumps(cases, indent=1) + "\n")


if __name__ == "__main__":
    main()
