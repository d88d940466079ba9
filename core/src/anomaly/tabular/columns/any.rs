//! The detectors of rows in one type.
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use super::super::fit::Given;
use super::super::options::{Common, Missing};
use super::super::{
    AutoDetector, Cblof, Copod, Ecod, FittedDetector, GaussianMixture, Hbos, Inne, IsolationForest, KernelDensity,
    LocalOutlierFactor, Loda, Mahalanobis, Metric, NearestNeighbours, OneClassSvm, PcaDetector,
};
use super::encode::{Coding, Plan};
use crate::Context;
use crate::error::{Result, ensure};

macro_rules! detectors {
    ($($name:ident,)+) => {
        /// Any detector of rows, written as `{"Hbos": {"bins": 20}}`: its name, and its options.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[non_exhaustive]
        pub enum AnyDetector {
            $(#[doc = concat!("`", stringify!($name), "` with its options.")]
            $name($name),)+
        }

        $(impl From<$name> for AnyDetector {
            fn from(detector: $name) -> Self {
                AnyDetector::$name(detector)
            }
        })+

        impl AnyDetector {
            /// Learn what is normal from `rows`, `[row, feature]`.
            ///
            /// # Errors
            /// Those of the detector.
            pub fn fit(&self, rows: ArrayView2<'_, f64>, context: &Context) -> Result<FittedDetector> {
                self.fit_given(rows.into(), context)
            }

            pub(super) fn fit_given(&self, given: Given<'_>, context: &Context) -> Result<FittedDetector> {
                match self {
                    $(AnyDetector::$name(detector) => detector.fit_given(given, context),)+
                }
            }

            fn common(&self) -> Common {
                match self {
                    $(AnyDetector::$name(detector) => detector.common(),)+
                }
            }

            pub(super) fn validate(&self) -> Result<()> {
                self.common().validate()?;
                match self {
                    $(AnyDetector::$name(detector) => detector.validate(),)+
                }
            }
        }
    };
}

detectors! {
    AutoDetector,
    Cblof,
    Copod,
    Ecod,
    GaussianMixture,
    Hbos,
    Inne,
    IsolationForest,
    KernelDensity,
    LocalOutlierFactor,
    Loda,
    Mahalanobis,
    NearestNeighbours,
    OneClassSvm,
    PcaDetector,
}

impl Default for AnyDetector {
    fn default() -> Self {
        AnyDetector::AutoDetector(AutoDetector::default())
    }
}

impl AnyDetector {
    pub(super) fn missing(&self) -> Missing {
        self.common().missing
    }

    /// How columns become numbers for this detector.
    pub(super) fn plan(&self, mismatch: f64) -> Plan {
        // Two rows of different categories differ in two indicators.
        let euclidean = Plan {
            coding: Coding::Indicators { size: mismatch / std::f64::consts::SQRT_2, beyond: true },
            standardised: true,
        };
        let own_scale = Plan { coding: Coding::Indicators { size: 1.0, beyond: false }, standardised: false };
        let surprise = |standardised| Plan { coding: Coding::Surprise, standardised };
        match self {
            AnyDetector::AutoDetector(_) => Plan { coding: Coding::Both, standardised: false },
            AnyDetector::Hbos(_) | AnyDetector::Ecod(_) | AnyDetector::Copod(_) => surprise(false),
            AnyDetector::IsolationForest(forest) => surprise(forest.extension > 0),
            AnyDetector::Loda(_) => surprise(true),
            AnyDetector::NearestNeighbours(NearestNeighbours { metric, .. })
            | AnyDetector::LocalOutlierFactor(LocalOutlierFactor { metric, .. })
                if *metric == Metric::Manhattan =>
            {
                Plan { coding: Coding::Indicators { size: 0.5 * mismatch, beyond: true }, standardised: true }
            }
            AnyDetector::NearestNeighbours(_)
            | AnyDetector::LocalOutlierFactor(_)
            | AnyDetector::Inne(_)
            | AnyDetector::OneClassSvm(_)
            | AnyDetector::Cblof(_) => euclidean,
            AnyDetector::KernelDensity(_)
            | AnyDetector::GaussianMixture(_)
            | AnyDetector::PcaDetector(_)
            | AnyDetector::Mahalanobis(_) => own_scale,
        }
    }

    /// Judge whether the detector can see categories at all.
    pub(super) fn check_categories(&self) -> Result<()> {
        if let AnyDetector::Mahalanobis(detector) = self {
            ensure!(
                !detector.robust,
                InvalidConfig,
                "a robust Mahalanobis distance needs columns that vary among the most concentrated half of the rows, which \
                 categories rarely do; set robust to false, or take another detector"
            );
        }
        Ok(())
    }
}
