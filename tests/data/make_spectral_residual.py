"""Write spectral_residual.json: spectral residual scores written in numpy from the definition, with numpy's transform.

python make_spectral_residual.py

Ren et al. (KDD 2019), section 3.2; the mean and the frequency 0 are left out and the moving averages are centred on the ring.
"""

import json
from pathlib import Path

import numpy as np


def scores(x, q, z, m):
    x = np.asarray(x, float)
    n = len(x)
    if m:
        slope = np.mean([(x[-1] - x[-1 - i]) / i for i in range(1, m + 1)])
        x = np.concatenate([x, np.full(m, x[n - m] + slope * m)])
    spectrum = np.fft.fft(x - x.mean())[1:]
    amplitude = np.abs(spectrum)
    log = np.log(amplitude)
    around = np.mean([np.roll(log, shift) for shift in range(-(q // 2), q // 2 + 1)], axis=0)
    kept = np.concatenate([[0], np.exp(log - around) * spectrum / amplitude])
    saliency = np.abs(np.fft.ifft(kept))[:n]
    before = np.array([saliency[max(0, t - z) : t].mean() if t else np.nan for t in range(n)])
    result = np.maximum(saliency - before, 0) / before
    result[0] = 0
    return result


def main():
    random = np.random.default_rng(3)
    cases = []
    for n, q, z, m in ((256, 3, 21, 5), (173, 3, 21, 5), (150, 7, 10, 0), (101, 5, 40, 3)):
        t = np.arange(n)
        x = 10 + 3 * np.sin(t / 4) + random.normal(0, 0.3, n)
        x[n // 2] += 6
        x[-4] -= 3
        x = np.round(x, 4)
        options = {"spectrum_window": q, "score_window": z, "extended": m}
        cases.append({"options": options, "series": list(x), "scores": list(scores(x, q, z, m))})
    (Path(__file__).parent / "spectral_residual.json").write_text(json.dumps(cases) + "\n")


main()
