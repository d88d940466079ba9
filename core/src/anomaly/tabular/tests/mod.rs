//! Detectors against peers, each other and bad input.
mod adbench;
mod bad_input;
mod oracles;
mod properties;
mod weights;

use std::collections::BTreeMap;

use ndarray::{Array2, ArrayView2};
use serde::Deserialize;

use super::*;
use crate::Context;
use crate::error::Result;
use crate::math::random::Random;

/// A set of rows with what peers say of them; see `tests/data/make_anomaly_oracles.py`.
#[derive(Deserialize)]
struct Set {
    columns: usize,
    rows: Vec<f64>,
    labels: Vec<i64>,
    scores: BTreeMap<String, Vec<f64>>,
    fresh: BTreeMap<String, Vec<f64>>,
}

impl Set {
    fn all() -> BTreeMap<String, Set> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/anomaly_oracles.json");
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    fn rows(&self) -> ArrayView2<'_, f64> {
        ArrayView2::from_shape((self.labels.len(), self.columns), &self.rows).unwrap()
    }

    /// Halfway between each row and the next.
    fn fresh(&self) -> Array2<f64> {
        let rows = self.rows();
        Array2::from_shape_fn((rows.nrows() - 1, self.columns), |(row, column)| {
            0.5 * (rows[[row, column]] + rows[[row + 1, column]])
        })
    }
}

fn context() -> Context {
    Context::new().with_seed(1)
}

/// Two round clusters and, last, a few rows far from both.
fn clusters(rows: usize, columns: usize, strange: usize) -> Array2<f64> {
    let mut random = Random::new(17);
    Array2::from_shape_fn((rows, columns), |(row, column)| {
        let centre = if row + strange >= rows { 9.0 + (row * (column + 1) % 5) as f64 } else { (row % 2 * 4) as f64 };
        centre + random.normal()
    })
}

/// Fits one kind of detector with its name.
type Fit = (&'static str, Box<dyn Fn(ArrayView2<'_, f64>, Missing, &Context) -> Result<FittedDetector>>);

/// Every detector with its defaults.
fn every() -> Vec<Fit> {
    macro_rules! all {
        ($($options:expr),* $(,)?) => {
            vec![$((
                match stringify!($options).split("::").next().unwrap().trim() {
                    "IsolationForest" if stringify!($options).contains("extension") => "extended IsolationForest",
                    name => name,
                },
                Box::new(|rows, missing, context: &Context| $options.with_missing(missing).fit(rows, context)),
            )),*]
        };
    }
    all![
        Hbos::default(),
        Ecod::default(),
        Copod::default(),
        PcaDetector::default(),
        NearestNeighbours::default(),
        LocalOutlierFactor::default(),
        IsolationForest::default(),
        IsolationForest::default().with_extension(1_usize),
        Mahalanobis::default(),
        OneClassSvm::default(),
        KernelDensity::default(),
        Inne::default(),
        Loda::default(),
        Cblof::default(),
        GaussianMixture::default(),
        AutoDetector::default(),
    ]
}
