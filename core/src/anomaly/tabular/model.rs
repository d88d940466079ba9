//! What a detector learnt, whichever it was.
use serde::{Deserialize, Serialize};

use super::auto::AutoModel;
use super::cblof::ClusterModel;
use super::copula::{TailModel, WeightedTails};
use super::crowd::CrowdModel;
use super::density::DensityModel;
use super::forest::ForestModel;
use super::hbos::HbosModel;
use super::inne::InneModel;
use super::loda::LodaModel;
use super::lof::LofModel;
use super::mahalanobis::MahalanobisModel;
use super::mixture::MixtureModel;
use super::nearest::NearestModel;
use super::pca::PcaModel;
use super::rows::Rows;
use super::svm::SvmModel;

use crate::Context;
use crate::error::Result;

/// Scores rows and says why; what a detector's own file implements.
pub(super) trait Scorer: Sync {
    /// One number per row, higher is stranger. Values are finite, or NaN where the detector does without.
    fn score(&self, rows: &Rows<'_>, context: &Context) -> Result<Vec<f64>>;

    /// Put numbers into `parts` that add up to the score of `row` less [`anchor`](Self::anchor); `false` where the score is
    /// no sum over features.
    fn contributions(&self, row: &[f64], parts: &mut [f64]) -> bool {
        let _ = (row, parts);
        false
    }

    /// Add the contributions of some rows, one row after the other, to `sums`; only where scores are sums over features.
    fn add_contributions(&self, rows: &[f64], sums: &mut [f64], context: &Context) -> Result<()> {
        let mut parts = vec![0.0; sums.len()];
        for row in rows.chunks_exact(sums.len()) {
            context.check()?;
            self.contributions(row, &mut parts);
            sums.iter_mut().zip(&parts).for_each(|(sum, part)| *sum += part);
        }
        Ok(())
    }

    /// What contributions leave out of the score.
    fn anchor(&self) -> f64 {
        0.0
    }

    /// Judge a model that came from a file.
    fn check(&self, columns: usize) -> Result<()>;
}

/// How a detector learns.
pub(super) trait Detector {
    /// Whether rows may have missing values.
    const IGNORES: bool = false;

    /// The name of the options.
    const NAME: &'static str;

    /// The fewest rows that the detector learns from.
    fn fewest(&self) -> usize;

    /// The model, and the scores of the rows that it learnt from.
    fn train(&self, rows: &Rows<'_>, context: &Context) -> Result<(Model, Vec<f64>)>;
}

/// A model that is no ensemble of others.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Single {
    Hbos(HbosModel),
    Tails(TailModel),
    Pca(PcaModel),
    Nearest(NearestModel),
    Lof(LofModel),
    Forest(ForestModel),
    Mahalanobis(MahalanobisModel),
    Svm(SvmModel),
    Density(DensityModel),
    Inne(InneModel),
    Loda(LodaModel),
    Clusters(ClusterModel),
    Mixture(MixtureModel),
    Crowd(CrowdModel),
    WeightedTails(WeightedTails),
}

/// The model of any detector.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Model {
    Single(Single),
    Auto(AutoModel),
}

impl Single {
    fn scorer(&self) -> &dyn Scorer {
        match self {
            Single::Hbos(model) => model,
            Single::Tails(model) => model,
            Single::Pca(model) => model,
            Single::Nearest(model) => model,
            Single::Lof(model) => model,
            Single::Forest(model) => model,
            Single::Mahalanobis(model) => model,
            Single::Svm(model) => model,
            Single::Density(model) => model,
            Single::Inne(model) => model,
            Single::Loda(model) => model,
            Single::Clusters(model) => model,
            Single::Mixture(model) => model,
            Single::Crowd(model) => model,
            Single::WeightedTails(model) => model,
        }
    }
}

impl Scorer for Single {
    fn score(&self, rows: &Rows<'_>, context: &Context) -> Result<Vec<f64>> {
        self.scorer().score(rows, context)
    }
    fn contributions(&self, row: &[f64], parts: &mut [f64]) -> bool {
        self.scorer().contributions(row, parts)
    }
    fn add_contributions(&self, rows: &[f64], sums: &mut [f64], context: &Context) -> Result<()> {
        self.scorer().add_contributions(rows, sums, context)
    }
    fn anchor(&self) -> f64 {
        self.scorer().anchor()
    }
    fn check(&self, columns: usize) -> Result<()> {
        self.scorer().check(columns)
    }
}

impl Model {
    pub(super) fn scorer(&self) -> &dyn Scorer {
        match self {
            Model::Single(model) => model,
            Model::Auto(model) => model,
        }
    }
}

macro_rules! single {
    ($($variant:ident($model:ty),)*) => {
        $(impl From<$model> for Model {
            fn from(model: $model) -> Self {
                Model::Single(Single::$variant(model))
            }
        })*
    };
}
single!(
    Hbos(HbosModel),
    Tails(TailModel),
    Pca(PcaModel),
    Nearest(NearestModel),
    Lof(LofModel),
    Forest(ForestModel),
    Mahalanobis(MahalanobisModel),
    Svm(SvmModel),
    Density(DensityModel),
    Inne(InneModel),
    Loda(LodaModel),
    Clusters(ClusterModel),
    Mixture(MixtureModel),
    Crowd(CrowdModel),
    WeightedTails(WeightedTails),
);
