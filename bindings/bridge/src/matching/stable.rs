//! Stable pairs, groups and placements.
use inlaid::data::Lists;
use inlaid::matching::{
    AllStableMarriages, HospitalResidents, HospitalTies, Placements, Roommates, Stability, StableMarriage,
    StableMarriages, StablePairs, StableScores, StableTies, TiedLists, TiedPairs, TiedPlacements, VerifyStability,
    VerifyTies, all_stable_marriages, hospital_residents, hospital_residents_with_ties, stable_from_scores,
    stable_marriage, stable_roommates, stable_with_ties, verify_roommates, verify_stability, verify_tied_placements,
};

use crate::op::op;
use crate::{ArrayArgument, Letter, Op, Reply};

const PROPOSERS: ArrayArgument = ArrayArgument {
    name: "proposers",
    letter: Letter::Lists,
    axes: &["proposer", "choice"],
    doc: "For each proposer, receivers by number from 0, best first; who is not listed is unacceptable.",
};

const RECEIVERS: ArrayArgument = ArrayArgument {
    name: "receivers",
    letter: Letter::Lists,
    axes: &["receiver", "choice"],
    doc: "For each receiver, proposers by number from 0, best first; who is not listed is unacceptable.",
};

const PEOPLE: ArrayArgument = ArrayArgument {
    name: "lists",
    letter: Letter::Lists,
    axes: &["person", "choice"],
    doc: "For each person, other people by number from 0, best first; who is not listed is unacceptable.",
};

const LEFT_SCORES: ArrayArgument = ArrayArgument {
    name: "left_scores",
    letter: Letter::Matrix,
    axes: &["left", "right"],
    doc: "How much each of the left side, which proposes, values each of the right. NaN is refused, minus infinity (plus \
          infinity for lowest_first) is unacceptable.",
};

const RIGHT_SCORES: ArrayArgument = ArrayArgument {
    name: "right_scores",
    letter: Letter::Matrix,
    axes: &["right", "left"],
    doc: "How much each of the right side values each of the left.",
};

const RESIDENTS: ArrayArgument = ArrayArgument {
    name: "residents",
    axes: &["resident", "choice"],
    doc: "For each resident, hospitals by number from 0, best first; who is not listed is unacceptable.",
    ..PROPOSERS
};

const HOSPITALS: ArrayArgument = ArrayArgument {
    name: "hospitals",
    axes: &["hospital", "choice"],
    doc: "For each hospital, residents by number from 0, best first; who is not listed is unacceptable.",
    ..RECEIVERS
};

const CAPACITIES: ArrayArgument = ArrayArgument {
    name: "capacities",
    letter: Letter::Ints,
    axes: &["hospital"],
    doc: "How many residents each hospital takes, at least 1.",
};

const RESIDENT_RANKS: ArrayArgument = ArrayArgument {
    name: "resident_ranks",
    letter: Letter::Lists,
    axes: &["resident", "choice"],
    doc: "For each entry of `residents` its rank, which never falls along a list; equals have the same. No list at all where \
          no resident has ties.",
};

const HOSPITAL_RANKS: ArrayArgument = ArrayArgument {
    name: "hospital_ranks",
    letter: Letter::Lists,
    axes: &["hospital", "choice"],
    doc: "For each entry of `hospitals` its rank, likewise. No list at all where no hospital has ties.",
};

/// The lists one by one.
fn each<'a>(lists: &Lists<'a>) -> Vec<&'a [i64]> {
    lists.iter().collect()
}

pub(super) fn ops() -> Vec<Op> {
    [two_sides(), tied_placements(), one_group(), by_scores()].into_iter().flatten().collect()
}

fn two_sides() -> Vec<Op> {
    let marriage = "Pair two sides so that no proposer and receiver would both rather have each other.\n\nLists may be cut \
        short and the sides of different size; a pair needs both lists. A stable matching always exists; `choose` says which \
        one: the best for one side, or the fairest. Fails with `invalid_data` for a number outside the other side or listed \
        twice, with person and position; `invalid_config` for an option out of range; `cancelled`.";
    let all = "List the stable matchings of two sides, at most `limit`.\n\nFails as `stable_marriage`, and with `too_large` \
        above 2^28 numbers.";
    let placements = "Send residents to hospitals with several seats so that no resident and hospital would both rather have \
        each other.\n\nFails with `invalid_data` for a number outside the other side or listed twice, with person and \
        position, for a capacity below 1, or for another number of capacities than hospitals; `cancelled`.";
    let verify = "Whether a matching of two sides is stable, and which pairs would leave it.\n\nFails with `invalid_data` for \
        bad lists or capacities, partners of another number than proposers, or a receiver who does not exist or has more \
        partners than places; `cancelled`.";
    let receiver_of = ArrayArgument {
        name: "receiver_of",
        letter: Letter::Ints,
        axes: &["proposer"],
        doc: "The receiver of each proposer, -1 for nobody.",
    };
    vec![
        op("matching.stable_marriage", marriage)
            .takes(PROPOSERS)
            .takes(RECEIVERS)
            .options::<StableMarriage>()
            .gives::<StablePairs>()
            .runs(|a| {
                let (own, other) = (a.lists(0)?, a.lists(1)?);
                Reply::value(stable_marriage(&each(&own), &each(&other), &a.options()?, a.context)?)
            }),
        op("matching.all_stable_marriages", all)
            .takes(PROPOSERS)
            .takes(RECEIVERS)
            .options::<AllStableMarriages>()
            .gives::<StableMarriages>()
            .runs(|a| {
                let (own, other) = (a.lists(0)?, a.lists(1)?);
                Reply::value(all_stable_marriages(&each(&own), &each(&other), &a.options()?, a.context)?)
            }),
        op("matching.hospital_residents", placements)
            .takes(RESIDENTS)
            .takes(HOSPITALS)
            .takes(CAPACITIES)
            .options::<HospitalResidents>()
            .gives::<Placements>()
            .runs(|a| {
                let (own, other, capacities) = (a.lists(0)?, a.lists(1)?, a.ints(2)?);
                Reply::value(hospital_residents(&each(&own), &each(&other), capacities, &a.options()?, a.context)?)
            }),
        op("matching.verify_stability", verify)
            .takes(PROPOSERS)
            .takes(RECEIVERS)
            .takes(receiver_of)
            .options::<VerifyStability>()
            .gives::<Stability>()
            .runs(|a| {
                let (own, other, partners) = (a.lists(0)?, a.lists(1)?, a.ints(2)?);
                Reply::value(verify_stability(&each(&own), &each(&other), partners, &a.options()?, a.context)?)
            }),
    ]
}

fn tied_placements() -> Vec<Op> {
    let place = "Send residents to hospitals with several seats where either may value several equally.\n\nWeakly stable \
        placements always exist, and at least two thirds as many residents are placed as in those that place the most. \
        Strongly and super-stable ones need not exist: then `exists` is false; otherwise every resident has the best hospital \
        of all of them. Fails with `invalid_data` for a number outside the other side or listed twice, for ranks that fall \
        along a list or are not one for each entry, with person and position, for a capacity below 1, or for another number \
        of capacities than hospitals; `cancelled`.";
    let verify = "Whether placements are stable where lists have ties, and which resident and hospital would \
        leave.\n\nResidents are the proposers of the result. Fails with `invalid_data` for lists, ranks or capacities that \
        are refused where residents are placed, hospitals of another number than residents, or a hospital that does not \
        exist or has more residents than seats; `cancelled`.";
    let hospital_of = ArrayArgument {
        name: "hospital_of",
        letter: Letter::Ints,
        axes: &["resident"],
        doc: "The hospital of each resident, -1 for none.",
    };
    vec![
        op("matching.hospital_residents_with_ties", place)
            .takes(RESIDENTS)
            .takes(HOSPITALS)
            .takes(CAPACITIES)
            .takes(RESIDENT_RANKS)
            .takes(HOSPITAL_RANKS)
            .options::<HospitalTies>()
            .gives::<TiedPlacements>()
            .runs(|a| {
                let [residents, hospitals] = [(a.lists(0)?, a.lists(3)?), (a.lists(1)?, a.lists(4)?)];
                let (own, own_ranks) = (each(&residents.0), each(&residents.1));
                let (other, other_ranks) = (each(&hospitals.0), each(&hospitals.1));
                Reply::value(hospital_residents_with_ties(
                    TiedLists { lists: &own, ranks: &own_ranks },
                    TiedLists { lists: &other, ranks: &other_ranks },
                    a.ints(2)?,
                    &a.options()?,
                    a.context,
                )?)
            }),
        op("matching.verify_tied_placements", verify)
            .takes(RESIDENTS)
            .takes(HOSPITALS)
            .takes(CAPACITIES)
            .takes(RESIDENT_RANKS)
            .takes(HOSPITAL_RANKS)
            .takes(hospital_of)
            .options::<VerifyTies>()
            .gives::<Stability>()
            .runs(|a| {
                let [residents, hospitals] = [(a.lists(0)?, a.lists(3)?), (a.lists(1)?, a.lists(4)?)];
                let (own, own_ranks) = (each(&residents.0), each(&residents.1));
                let (other, other_ranks) = (each(&hospitals.0), each(&hospitals.1));
                Reply::value(verify_tied_placements(
                    TiedLists { lists: &own, ranks: &own_ranks },
                    TiedLists { lists: &other, ranks: &other_ranks },
                    a.ints(2)?,
                    a.ints(5)?,
                    &a.options()?,
                    a.context,
                )?)
            }),
    ]
}

fn one_group() -> Vec<Op> {
    let pair_up = "Pair the people of one group so that no two would both rather have each other, or prove that it cannot \
        be.\n\nThat no stable pairing exists is a result, not an error: `exists` is false, and `odd_parties` and \
        `successor_of` are the proof. Fails with `invalid_data` for a number outside the group, listed twice, or the \
        person's own, with person and position; `cancelled`.";
    let verify = "Whether pairs among one group of people are stable, and who would leave.\n\nFails with `invalid_config` for \
        capacities; `invalid_data` for bad lists, another number of partners than people, or partners that are not each \
        other's; `cancelled`.";
    let partner_of = ArrayArgument {
        name: "partner_of",
        letter: Letter::Ints,
        axes: &["person"],
        doc: "The partner of each person, -1 for nobody.",
    };
    vec![
        op("matching.stable_roommates", pair_up)
            .takes(PEOPLE)
            .gives::<Roommates>()
            .runs(|a| Reply::value(stable_roommates(&each(&a.lists(0)?), a.context)?)),
        op("matching.verify_roommates", verify)
            .takes(PEOPLE)
            .takes(partner_of)
            .options::<VerifyStability>()
            .gives::<Stability>()
            .runs(|a| Reply::value(verify_roommates(&each(&a.lists(0)?), a.ints(1)?, &a.options()?, a.context)?)),
    ]
}

fn by_scores() -> Vec<Op> {
    let scores = "Pair two sides stably by how much everybody values everybody of the other side.\n\nFails with \
        `invalid_data` for matrices that do not mirror each other, NaN, or a tie where ties are refused, with row and \
        columns; `invalid_config` for an option out of range; `cancelled`.";
    let ties = "Pair two sides by scores with ties so that the matching is strongly stable or super-stable, or tell that none \
        is; or weakly stable, with many pairs.\n\nFails with `invalid_data` for matrices that do not mirror each other or NaN; `invalid_config` for another \
        choice than the two optimal ones; `cancelled`.";
    vec![
        op("matching.stable_from_scores", scores)
            .takes(LEFT_SCORES)
            .takes(RIGHT_SCORES)
            .options::<StableScores>()
            .gives::<StablePairs>()
            .runs(|a| Reply::value(stable_from_scores(a.matrix(0)?, a.matrix(1)?, &a.options()?, a.context)?)),
        op("matching.stable_with_ties", ties)
            .takes(LEFT_SCORES)
            .takes(RIGHT_SCORES)
            .options::<StableTies>()
            .gives::<TiedPairs>()
            .runs(|a| Reply::value(stable_with_ties(a.matrix(0)?, a.matrix(1)?, &a.options()?, a.context)?)),
    ]
}
