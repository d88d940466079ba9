//! Who or what belongs together: assignments, stable pairs, compatibility, names and entities.
//!
//! | rows and columns with costs | what it does |
//! |---|---|
//! | [`assign`] | pairs of least total cost, for any matrix; [`assign_batch`] for many small ones |
//! | [`assign_sparse`] | the same where few pairs are possible |
//! | [`assign_points`] | the same for points and distances, without a matrix; [`AssignByRule`] for costs by any rule |
//! | [`assign_with_capacities`] | rows that want several units, columns that hold several |
//! | [`assign_each_row`] | every row a column, columns with room for many |
//! | [`assign_bottleneck`] | the least worst pair |
//! | [`assign_k_best`] | the best assignment, the second best, .. |
//! | [`OnlineAssign`] | rows that come one after another and must be matched at once, with the regret |
//! | [`verify_assignment`] | whether an assignment is the best, proved by its prices |
//!
//! | sides with preferences | what it does |
//! |---|---|
//! | [`stable_marriage`] | pairs that nobody would leave; the best for one side or the fairest |
//! | [`hospital_residents`] | the same where one side has several places |
//! | [`stable_roommates`] | the same within one group, or why it cannot be |
//! | [`stable_from_scores`], [`stable_with_ties`] | the same from scores, and for lists with ties |
//! | [`verify_stability`] | the pairs that would leave |
//!
//! | rows of two tables | what it does |
//! |---|---|
//! | [`CompatibilityMatcher`] | how well rows suit each other by weighted attributes and rules, with the reasons |
//! | [`recommend_matches`] | the best partners of one row or of all, by a strategy |
//!
//! | texts and records | what it does |
//! |---|---|
//! | [`TextMetric`] | how alike two texts are; [`levenshtein`], [`jaro_winkler`] and others by name |
//! | [`cdist`] | all pairs of two lists |
//! | [`join_texts`], [`dedup_texts`] | the pairs above a cutoff without looking at all of them |
//! | [`Linkage`] | which records are the same person or thing, learnt without labels |
//!
//! [`MatchMap`] draws pairs of points.
mod assignment;
mod compatibility;
mod entities;
mod map;
mod stable;
mod strings;
pub use assignment::{
    Assign, AssignBottleneck, AssignByRule, AssignCapacities, AssignEachRow, Assignment, AssignmentBatch,
    BottleneckAssignment, CapacityAssignment, Certificate, Demand, EachRowAssignment, Line, OnlineAssign,
    OnlineDecision, OnlineMatching, OnlineReport, PointCosts, PointMetric, RankedAssignment, Request, SparseCosts,
    Unmatched, assign, assign_batch, assign_bottleneck, assign_by, assign_each_row, assign_k_best, assign_points,
    assign_sparse, assign_sparse_with_capacities, assign_with_capacities, point_costs, verify_assignment,
    verify_sparse,
};
pub use compatibility::{
    Attribute, AttributePart, CategoryAttribute, CombineViews, CompareRule, ComparisonOperator,
    CompatibilityExplanation, CompatibilityMatcher, Decay, DistanceRule, EqualRule, ExplainPair, FlagRule,
    HoursAttribute, MatchStrategy, MissingPolicy, NumberAttribute, NumberMeasure, OverlapMeasure, PlaceAttribute,
    RangeAttribute, RangeRule, RecommendMatches, Recommendations, Rule, ScoreRule, SetAttribute, ShareRule,
    SubsetDirection, SubsetRule, TextAttribute, VectorAttribute, ViewSide, explain_compatibility, recommend_matches,
};
pub use entities::{
    AllPairs, Blocking, BlockingReport, Clustering, ColumnEvidence, ColumnSummary, Comparison, ComparisonKind,
    FittedLinkage, KeyPart, KeyTransform, Keys, LevelSummary, Linkage, LinkageAccuracy, LinkageChart, LinkageSummary,
    MergeRecords, MergeRule, MinHash, NewMatches, PairAccuracy, PairExplanation, PassReport, QGrams, SkippedColumn,
    SortedNeighbourhood, Survivor, label_records, linkage_accuracy, merge_records, pair_accuracy,
};
pub use map::MatchMap;
pub use stable::{
    AllStableMarriages, HospitalResidents, HospitalSide, HospitalTies, Placements, Roommates, ScoreOrder, Stability,
    StableChoice, StableMarriage, StableMarriages, StablePairs, StableScores, StableTies, TiedLists, TiedPairs,
    TiedPlacements, TiedStability, TiesPolicy, VerifyStability, VerifyTies, all_stable_marriages, hospital_residents,
    hospital_residents_with_ties, stable_from_scores, stable_marriage, stable_roommates, stable_with_ties,
    verify_roommates, verify_stability, verify_tied_placements,
};
pub use strings::{
    CaseRule, Cdist, DuplicateTexts, FittedCdist, FittedTextJoin, MetricParameters, PhoneticKey, PunctuationRule,
    TextJoin, TextJoinBlocks, TextMatches, TextMetric, TextNormalization, TextSimilarity, UnicodeForm, WhitespaceRule,
    cdist, cologne_phonetics, cosine, cosine_batch, damerau_levenshtein, damerau_levenshtein_batch,
    damerau_levenshtein_similarity, damerau_levenshtein_similarity_batch, dedup_texts, dice, dice_batch,
    double_metaphone, double_metaphone_alternate, hamming, hamming_batch, hamming_similarity, hamming_similarity_batch,
    indel_distance, indel_distance_batch, indel_ratio, indel_ratio_batch, jaccard, jaccard_batch, jaro, jaro_batch,
    jaro_winkler, jaro_winkler_batch, join_texts, levenshtein, levenshtein_batch, levenshtein_similarity,
    levenshtein_similarity_batch, metaphone, normalize_text, nysiis, osa, osa_batch, osa_similarity,
    osa_similarity_batch, overlap, overlap_batch, partial_ratio, partial_ratio_batch, phonetic_key, phonetic_key_batch,
    refined_soundex, similarity, similarity_batch, soundex, subsequence_length, subsequence_length_batch,
    subsequence_similarity, subsequence_similarity_batch, token_set_ratio, token_set_ratio_batch, token_sort_ratio,
    token_sort_ratio_batch, weighted_levenshtein, weighted_levenshtein_batch, weighted_ratio, weighted_ratio_batch,
};
