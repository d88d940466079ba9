"""Write poly.json: the errors of blocks by polynomials around them, with numpy's polyfit.

    python make_poly.py [tsb_ad-1.5]

Given the unpacked source distribution of TSB-AD 1.5 (and what check_tsb.py needs), they are held against its POLY too: the same to
what it rounds, for it tells the polynomial at `window` places from the first step of a block to the first behind it, the last place
too far by a step. numpy 2.4.6.
"""

import json
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent


def fit(series, window, degree, stretched=False):
    """Root mean squared distance of each block from the polynomial through ten blocks without it; the rest is in the last."""
    steps, errors = len(series), []
    reach = min(10 * window, steps)
    for block in range(steps // window):
        begin = block * window
        end = steps if block + 1 == steps // window else begin + window
        first = min(max(begin - reach // 2, 0), steps - reach)
        at = np.r_[first:begin, end : max(first + reach, end)]
        told = np.linspace(begin, end, end - begin) if stretched else np.arange(begin, end)
        curve = np.polyfit(at - begin, series[at], degree)
        errors.append(float(np.sqrt(np.mean((series[begin:end] - np.polyval(curve, told - begin)) ** 2))))
    return errors


def main():
    random = np.random.default_rng(8)
    t = np.arange(530)
    series = np.round(np.sin(t * 0.03) + 0.002 * t + 0.1 * random.normal(size=len(t)), 4)
    series[300:310] += 1.5
    told = [{"window": w, "degree": d, "errors": fit(series, w, d)} for w, d in [(20, 1), (25, 3), (53, 4), (10, 5)]]
    (HERE / "poly.json").write_text(json.dumps({"series": series.tolist(), "poly": told}) + "\n")
    if len(sys.argv) > 1:
        import check_tsb

        scores = check_tsb.poly(sys.argv[1], series[:500], 20, 3)
        scaled = (series[:500] - series[:500].min()) / np.ptp(series[:500])
        own = fit(scaled, 20, 3, stretched=True)
        # Away from the ends, where it takes other blocks.
        assert np.allclose(scores[::20][6:19], own[6:19], rtol=1e-9, atol=0), (scores[::20], own)
        print("the same as POLY's, where it looks at both sides")


if __name__ == "__main__":
    main()
