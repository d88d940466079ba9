//! The gradient: told by the caller, or from differences.
use crate::error::Result;
use crate::optimize::minimize::desk::Run;

/// Which differences stand for the gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Differences {
    /// One more point per coordinate; the error is about 1e-8 of the curvature.
    Forward,
    /// Two more points per coordinate; exact for parabolas but for rounding.
    Central,
}

impl Differences {
    fn width(self) -> f64 {
        match self {
            Self::Forward => 1e-8,
            Self::Central => 6e-6,
        }
    }
}

/// The gradient at `point`, whose value is `value`, in coordinates; none where it is not finite.
pub(super) async fn gradient(
    run: &mut Run,
    point: &[f64],
    value: f64,
    how: Differences,
    ranges: &[(f64, f64)],
) -> Result<Option<Vec<f64>>> {
    let n = point.len();
    if run.options.gradient {
        // It was told with the value of the point, which is the last that was asked.
        let told = run.answers.gradients.get(..n).map(<[f64]>::to_vec);
        return Ok(told.filter(|g| g.iter().all(|g| g.is_finite())));
    }
    let mut ends = Vec::with_capacity(n);
    for (x, (low, high)) in point.iter().zip(ranges) {
        let width = how.width() * x.abs().max(1.0);
        // The forward difference turns round at the upper bound; the central one is cut at both.
        let after = if x + width <= *high {
            x + width
        } else if how == Differences::Forward {
            x - width
        } else {
            *high
        };
        let before = if how == Differences::Forward { *x } else { (x - width).max(*low) };
        ends.push((before, after));
    }
    let mut points = Vec::new();
    for (i, (before, after)) in ends.iter().enumerate() {
        let mut put = |at: f64| {
            points.extend_from_slice(point);
            let last = points.len() - n + i;
            points[last] = at;
        };
        if how == Differences::Central {
            put(*before);
        }
        put(*after);
    }
    run.evaluate(&points).await?;
    let mut slopes = Vec::with_capacity(n);
    for (i, (before, after)) in ends.iter().enumerate() {
        let (down, up) = match how {
            Differences::Forward => (value, run.merit(i)),
            Differences::Central => (run.merit(2 * i), run.merit(2 * i + 1)),
        };
        slopes.push((up - down) / (after - before));
    }
    Ok(slopes.iter().all(|slope| slope.is_finite()).then_some(slopes))
}
