//! Sets and elements that the best cover is found without.
use super::super::watch::Watch;
use super::incidence::Incidence;
use crate::error::Result;

/// Comparisons of lists after which reduction ends.
const EFFORT: usize = 30_000_000;

/// What is left of a problem, and what is decided.
#[derive(Debug)]
pub(super) struct Reduced {
    pub(super) sets: Vec<u32>,
    pub(super) elements: Vec<u32>,
    pub(super) chosen: Vec<u32>,
}

struct State<'i> {
    all: &'i Incidence,
    set_in: Vec<bool>,
    element_in: Vec<bool>,
    chosen: Vec<u32>,
    effort: usize,
}

/// Choose sets that are the only ones of an element or cost nothing, drop elements that are covered whenever another is, and sets
/// that another covers all of at no more cost, until nothing changes.
pub(super) fn reduce(all: &Incidence, watch: &mut Watch<'_>) -> Result<Reduced> {
    let mut state = State {
        all,
        set_in: vec![true; all.sets()],
        element_in: vec![true; all.elements()],
        chosen: Vec::new(),
        effort: 0,
    };
    for set in 0..all.sets() {
        if all.costs[set] == 0.0 && !all.elements_of.of_one(set).is_empty() {
            state.choose(set);
        }
    }
    loop {
        let mut changed = state.essential();
        changed |= state.elements(watch)?;
        changed |= state.sets(watch)?;
        if !changed || state.effort > EFFORT {
            break;
        }
    }
    let kept = |flags: &[bool]| (0..flags.len() as u32).filter(|at| flags[*at as usize]).collect::<Vec<_>>();
    let elements = kept(&state.element_in);
    let sets =
        kept(&state.set_in).into_iter().filter(|set| state.live_elements(*set as usize).next().is_some()).collect();
    Ok(Reduced { sets, elements, chosen: state.chosen })
}

impl State<'_> {
    fn live_elements(&self, set: usize) -> impl Iterator<Item = u32> {
        self.all.elements_of.of_one(set).iter().copied().filter(|element| self.element_in[*element as usize])
    }

    fn live_sets(&self, element: usize) -> impl Iterator<Item = u32> {
        self.all.sets_of.of_one(element).iter().copied().filter(|set| self.set_in[*set as usize])
    }

    fn choose(&mut self, set: usize) {
        self.chosen.push(set as u32);
        self.set_in[set] = false;
        self.all.elements_of.of_one(set).iter().for_each(|element| self.element_in[*element as usize] = false);
    }

    fn essential(&mut self) -> bool {
        let mut changed = false;
        for element in 0..self.all.elements() {
            if self.element_in[element] {
                let mut sets = self.live_sets(element);
                if let (Some(only), None) = (sets.next(), sets.next()) {
                    drop(sets);
                    self.choose(only as usize);
                    changed = true;
                }
            }
        }
        changed
    }

    /// Drop an element whose sets include all sets of another one.
    fn elements(&mut self, watch: &mut Watch<'_>) -> Result<bool> {
        let mut changed = false;
        for element in (0..self.all.elements()).filter(|at| self.element_in[*at]).collect::<Vec<_>>() {
            watch.spend(0)?;
            if element % 64 == 0 && !watch.look()? || self.effort > EFFORT {
                break;
            }
            if !self.element_in[element] {
                continue;
            }
            let own: Vec<u32> = self.live_sets(element).collect();
            // Those that may be covered with this one are in all of its sets, so also in the smallest.
            let smallest = own.iter().min_by_key(|set| self.all.elements_of.of_one(**set as usize).len());
            let Some(smallest) = smallest else { continue };
            let others: Vec<u32> =
                self.live_elements(*smallest as usize).filter(|at| *at as usize != element).collect();
            for other in others {
                let list = self.all.sets_of.of_one(other as usize);
                self.effort += own.len() + 1;
                if list.len() >= own.len() && own.iter().all(|set| list.binary_search(set).is_ok()) {
                    self.element_in[other as usize] = false;
                    changed = true;
                }
            }
        }
        Ok(changed)
    }

    /// Drop a set whose elements are all in another one that costs no more.
    fn sets(&mut self, watch: &mut Watch<'_>) -> Result<bool> {
        let mut changed = false;
        for set in 0..self.all.sets() {
            if set % 64 == 0 && !watch.look()? || self.effort > EFFORT {
                break;
            }
            if !self.set_in[set] {
                continue;
            }
            let own: Vec<u32> = self.live_elements(set).collect();
            let rarest = own.iter().min_by_key(|element| self.all.sets_of.of_one(**element as usize).len());
            let Some(rarest) = rarest else {
                self.set_in[set] = false;
                continue;
            };
            let cost = self.all.costs[set];
            let mut others = self
                .live_sets(*rarest as usize)
                .filter(|at| *at as usize != set && self.all.costs[*at as usize] <= cost);
            let mut effort = 0;
            let dominated = others.any(|other| {
                let list = self.all.elements_of.of_one(other as usize);
                effort += own.len() + 1;
                list.len() >= own.len() && own.iter().all(|element| list.binary_search(element).is_ok())
            });
            drop(others);
            self.effort += effort;
            if dominated {
                self.set_in[set] = false;
                changed = true;
            }
        }
        Ok(changed)
    }
}
