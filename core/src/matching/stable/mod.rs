//! Pairs that nobody would leave.
//!
//! A matching is stable if no two people would both rather have each other than what they have. Lists name people of the
//! other side by number from 0, best first; who is not on a list is unacceptable to its owner.
//!
//! | function | who is matched |
//! |---|---|
//! | [`stable_marriage`] | two sides, one to one: best for one side, or the fairest of all stable matchings |
//! | [`all_stable_marriages`] | the same, all stable matchings |
//! | [`hospital_residents`] | two sides, one of which takes several |
//! | [`stable_roommates`] | one group in pairs, or the proof that no pairing is stable |
//! | [`stable_from_scores`] | two sides that give scores instead of lists; ties are broken |
//! | [`stable_with_ties`] | the same, ties stay: strongly stable or super-stable, which need not exist, or weakly, many pairs |
//! | [`hospital_residents_with_ties`] | two sides, one of which takes several, ties staying ties in lists of any length |
//! | [`verify_stability`], [`verify_tied_placements`], [`verify_roommates`] | names the pairs that would leave a matching |
mod deferred;
mod fair;
mod flow;
mod hospital;
mod lists;
mod marriage;
mod roommates;
mod rotations;
mod scores;
#[cfg(test)]
mod tests;
mod tied;
mod verify;

pub use hospital::{HospitalResidents, HospitalSide, Placements, hospital_residents};
pub use marriage::{
    AllStableMarriages, StableChoice, StableMarriage, StableMarriages, StablePairs, all_stable_marriages,
    stable_marriage,
};
pub use roommates::{Roommates, stable_roommates};
pub use scores::{ScoreOrder, StableScores, TiesPolicy, stable_from_scores};
pub use tied::{
    HospitalTies, StableTies, TiedLists, TiedPairs, TiedPlacements, TiedStability, VerifyTies,
    hospital_residents_with_ties, stable_with_ties, verify_tied_placements,
};
pub use verify::{Stability, VerifyStability, verify_roommates, verify_stability};
