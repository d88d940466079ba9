//! Which element is in which set, both ways.
use crate::Context;
use crate::error::{Result, ensure};

/// Lists one after the other.
#[derive(Clone, Debug)]
pub(super) struct Lists {
    starts: Vec<usize>,
    values: Vec<u32>,
}

impl Lists {
    /// The second numbers of pairs by their first, in the order in which they come.
    fn of(count: usize, pairs: impl Iterator<Item = (u32, u32)> + Clone) -> Self {
        let mut starts = vec![0; count + 1];
        pairs.clone().for_each(|(at, _)| starts[at as usize + 1] += 1);
        for at in 0..count {
            starts[at + 1] += starts[at];
        }
        let mut next = starts.clone();
        let mut values = vec![0; starts[count]];
        for (at, value) in pairs {
            values[next[at as usize]] = value;
            next[at as usize] += 1;
        }
        Self { starts, values }
    }

    /// Which lists hold a number below `count`, each once and rising.
    fn turned(&self, count: usize) -> Self {
        let fresh = |at: usize| {
            let list = self.of_one(at);
            // Lists that are turned from others rise, so what is repeated stands side by side.
            let new = move |place: &usize| *place == 0 || list[*place - 1] != list[*place];
            (0..list.len()).filter(new).map(move |place| (list[place], at as u32))
        };
        Self::of(count, (0..self.len()).flat_map(fresh))
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
    pub(super) fn of(pairs: &[(u32, u32)], elements: usize, costs: Vec<f64>, context: &Context) -> Result<Self> {
        let by_element = Lists::of(elements, pairs.iter().map(|(set, element)| (*element, *set)));
        context.check()?;
        // Elements of each set rise, and may be repeated; sets of each element then rise without repetition.
        let with_repeated = Lists::of(
            costs.len(),
            (0..elements).flat_map(|at| by_element.of_one(at).iter().map(move |set| (*set, at as u32))),
        );
        context.check()?;
        let sets_of = with_repeated.turned(elements);
        context.check()?;
        Ok(Self { elements_of: sets_of.turned(costs.len()), sets_of, costs })
    }

    pub(super) fn sets(&self) -> usize {
        self.costs.len()
    }

    pub(super) fn elements(&self) -> usize {
        self.sets_of.len()
    }

    /// The problem of some sets and elements only.
    pub(super) fn part(&self, sets: &[u32], elements: &[u32], context: &Context) -> Result<Self> {
        let mut name = vec![u32::MAX; self.elements()];
        elements.iter().enumerate().for_each(|(at, element)| name[*element as usize] = at as u32);
        let mut pairs = Vec::new();
        for (at, set) in sets.iter().enumerate() {
            let inside = self.elements_of.of_one(*set as usize).iter().map(|element| name[*element as usize]);
            pairs.extend(inside.filter(|element| *element != u32::MAX).map(|element| (at as u32, element)));
        }
        Self::of(&pairs, elements.len(), sets.iter().map(|set| self.costs[*set as usize]).collect(), context)
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
