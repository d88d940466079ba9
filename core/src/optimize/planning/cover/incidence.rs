//! Which element is in which set, both ways.
use crate::error::{Result, ensure};

/// Lists one after the other.
#[derive(Clone, Debug)]
pub(super) struct Lists {
    starts: Vec<usize>,
    values: Vec<u32>,
}

impl Lists {
    /// The second numbers of sorted pairs, by their first.
    fn of(count: usize, pairs: &[(u32, u32)]) -> Self {
        let mut starts = vec![0; count + 1];
        pairs.iter().for_each(|(at, _)| starts[*at as usize + 1] += 1);
        for at in 0..count {
            starts[at + 1] += starts[at];
        }
        Self { starts, values: pairs.iter().map(|(_, value)| *value).collect() }
    }

    pub(super) fn of_one(&self, at: usize) -> &[u32] {
        &self.values[self.starts[at]..self.starts[at + 1]]
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    pub(super) fn pairs(&self) -> usize {
        self.values.len()
    }
}

/// A covering problem.
#[derive(Clone, Debug)]
pub(super) struct Incidence {
    pub(super) elements_of: Lists,
    pub(super) sets_of: Lists,
    pub(super) costs: Vec<f64>,
}

impl Incidence {
    /// From pairs of a set and an element; repeated pairs count once.
    pub(super) fn of(mut pairs: Vec<(u32, u32)>, elements: usize, costs: Vec<f64>) -> Self {
        pairs.sort_unstable();
        pairs.dedup();
        let elements_of = Lists::of(costs.len(), &pairs);
        pairs.iter_mut().for_each(|(set, element)| std::mem::swap(set, element));
        pairs.sort_unstable();
        Self { elements_of, sets_of: Lists::of(elements, &pairs), costs }
    }

    pub(super) fn sets(&self) -> usize {
        self.costs.len()
    }

    pub(super) fn elements(&self) -> usize {
        self.sets_of.len()
    }

    /// The problem of some sets and elements only.
    pub(super) fn part(&self, sets: &[u32], elements: &[u32]) -> Self {
        let mut name = vec![u32::MAX; self.elements()];
        elements.iter().enumerate().for_each(|(at, element)| name[*element as usize] = at as u32);
        let mut pairs = Vec::new();
        for (at, set) in sets.iter().enumerate() {
            let inside = self.elements_of.of_one(*set as usize).iter().map(|element| name[*element as usize]);
            pairs.extend(inside.filter(|element| *element != u32::MAX).map(|element| (at as u32, element)));
        }
        Self::of(pairs, elements.len(), sets.iter().map(|set| self.costs[*set as usize]).collect())
    }

    /// Fail if an element is in no set.
    pub(super) fn check_covered(&self) -> Result<()> {
        let alone = (0..self.elements()).find(|element| self.sets_of.of_one(*element).is_empty());
        if let Some(element) = alone {
            ensure!(false, InvalidData, "element {element} (0-based) is in no set");
        }
        Ok(())
    }
}
