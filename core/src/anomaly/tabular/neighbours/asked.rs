//! The nearest of all kept rows to new ones, in blocks of rounded rows.
//!
//! New rows that lie near each other are taken together and held against the blocks near their box, the nearest first, each with
//! limits of its own; see `dense` for what is measured after that.
use super::dense::{Dense, Measured, Spare};
use super::grain::Words;
use super::places::order;
use super::sweep::Group;
use crate::Context;
use crate::error::Result;

impl Dense {
    /// The nearest rows of every query, nearest first, with squared distances; the row in `without` of each is left out.
    pub(super) fn ask(
        &self,
        queries: &[f64],
        without: &[u32],
        rows: &mut [u32],
        distances: &mut [f64],
        context: &Context,
    ) -> Result<()> {
        let columns = self.columns;
        let wanted = distances.len() / without.len().max(1);
        let near = order(queries, columns, context)?;
        let mut spare = Spare::default();
        let row = |query: u32| &queries[query as usize * columns..][..columns];
        let mut write = |query: u32, found: &[Measured]| {
            let own = query as usize * wanted;
            for ((bits, other), at) in found.iter().zip(own..own + wanted) {
                (rows[at], distances[at]) = (*other, f64::from_bits(*bits));
            }
        };
        for some in near.chunks(self.group(true)) {
            context.check()?;
            let mut words = Words::with_room(some.len(), columns);
            let (mut which, mut blur) = (Vec::with_capacity(some.len()), 0.0_f64);
            for query in some {
                if let Some(own) = self.panels.round(row(*query), &mut words, which.len()) {
                    which.push(*query);
                    blur = blur.max(own);
                } else {
                    // Too long to be rounded.
                    context.check()?;
                    let own = without[*query as usize];
                    spare.places.clear();
                    spare.places.extend((0..self.order.len() as u32).filter(|at| self.order[*at as usize] != own));
                    let Spare { places, measured, .. } = &mut spare;
                    self.nearest(row(*query), places, wanted, measured);
                    write(*query, &spare.measured);
                }
            }
            let group = Group {
                values: which.iter().map(|query| row(*query)).collect(),
                own: which.iter().map(|query| without[*query as usize]).collect(),
                is_kept: false,
                rounded: &self.panels.rounded.like(words),
                rows: 0..which.len(),
                blur: blur + self.panels.blur,
            };
            self.sweep(&group, wanted, true, &mut spare, context, |at, found| write(which[at], found))?;
        }
        Ok(())
    }
}
