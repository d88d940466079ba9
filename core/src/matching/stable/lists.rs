//! Preference lists, judged and laid out: who stands where on whose list.
use crate::Context;
use crate::error::{Code, Error, Result, ensure};

/// No person, or no place on a list.
pub(super) const NONE: u32 = u32::MAX;

/// The lists of one side, best first, with the place of everybody on them.
#[derive(Debug)]
pub(super) struct Side {
    starts: Vec<usize>,
    ids: Vec<u32>,
    places: Places,
}

/// Where a person stands on a list. A grid is the fastest, but lists may be short and the sides long.
#[derive(Debug)]
enum Places {
    /// Row by row, [`NONE`] where a person is not on the list.
    Grid { width: usize, places: Vec<u32> },
    /// List by list, the person in the upper half and the place in the lower, sorted.
    Sorted(Vec<u64>),
}

/// What the two sides are called in messages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names {
    /// Whose lists they are.
    pub(super) own: &'static str,
    /// Who stands on them.
    pub(super) other: &'static str,
}

impl Side {
    /// Judge lists of people below `others`.
    pub(super) fn new(names: Names, lists: &[&[i64]], others: usize, context: &Context) -> Result<Self> {
        let Names { own, other } = names;
        let largest = NONE as usize - 1;
        ensure!(lists.len() <= largest, TooLarge, "{} {own}s are given, the most is {largest}", lists.len());
        let mut starts = Vec::with_capacity(lists.len() + 1);
        starts.push(0);
        let mut total = 0_usize;
        for list in lists {
            total += list.len();
            starts.push(total);
        }
        let cells = lists.len().checked_mul(others).filter(|cells| *cells <= total.saturating_mul(4) + (1 << 16));
        let mut ids = Vec::with_capacity(total);
        // Which list named a person last, and where: finds what is named twice without sorting.
        let mut seen = vec![(NONE, 0_u32); others];
        let mut grid = cells.map(|cells| vec![NONE; cells]);
        for (row, list) in lists.iter().enumerate() {
            context.check()?;
            for (place, &id) in list.iter().enumerate() {
                let position = usize::try_from(id).ok().filter(|id| *id < others);
                let Some(position) = position else { return Err(outside(names, row, place, id, others)) };
                let mark = &mut seen[position];
                ensure!(
                    mark.0 != row as u32,
                    InvalidData,
                    "{own} {row} lists {other} {id} twice, at positions {} and {place} (0-based); each may be listed once",
                    mark.1
                );
                *mark = (row as u32, place as u32);
                ids.push(position as u32);
                if let Some(grid) = &mut grid {
                    grid[row * others + position] = place as u32;
                }
            }
        }
        let places = match grid {
            Some(places) => Places::Grid { width: others, places },
            None => sorted(&starts, &ids, context)?,
        };
        Ok(Self { starts, ids, places })
    }

    /// How many people have a list.
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// How many entries all lists have together.
    pub(super) fn entries(&self) -> usize {
        self.ids.len()
    }

    /// Where the list of a person begins among the entries of all.
    pub(super) fn start(&self, person: u32) -> usize {
        self.starts[person as usize]
    }

    /// The list of a person, best first.
    pub(super) fn list(&self, person: u32) -> &[u32] {
        &self.ids[self.starts[person as usize]..self.starts[person as usize + 1]]
    }

    /// Where `other` stands on the list of `person`, [`NONE`] if nowhere.
    #[inline]
    pub(super) fn place(&self, person: u32, other: u32) -> u32 {
        match &self.places {
            Places::Grid { width, places } => places[person as usize * width + other as usize],
            Places::Sorted(keys) => {
                let keys = &keys[self.starts[person as usize]..self.starts[person as usize + 1]];
                let at = keys.partition_point(|key| ((key >> 32) as u32) < other);
                keys.get(at).filter(|key| (*key >> 32) as u32 == other).map_or(NONE, |key| *key as u32)
            }
        }
    }
}

fn sorted(starts: &[usize], ids: &[u32], context: &Context) -> Result<Places> {
    let mut keys = Vec::with_capacity(ids.len());
    for bounds in starts.windows(2) {
        context.check()?;
        let list = &ids[bounds[0]..bounds[1]];
        keys.extend(list.iter().enumerate().map(|(place, id)| (u64::from(*id) << 32) | place as u64));
        keys[bounds[0]..].sort_unstable();
    }
    Ok(Places::Sorted(keys))
}

fn outside(names: Names, row: usize, place: usize, id: i64, others: usize) -> Error {
    let Names { own, other } = names;
    let allowed = match others {
        0 => format!("there is no {other}"),
        _ => format!("the {other}s are 0 to {}", others - 1),
    };
    Error::new(
        Code::InvalidData,
        format!("{own} {row} lists {other} {id} at position {place} (0-based), but {allowed}"),
    )
}

/// The two sides of a market.
#[derive(Debug)]
pub(super) struct Market {
    /// Who proposes.
    pub(super) proposers: Side,
    /// Who receives proposals.
    pub(super) receivers: Side,
}

impl Market {
    pub(super) fn new(
        names: [&'static str; 2],
        proposers: &[&[i64]],
        receivers: &[&[i64]],
        context: &Context,
    ) -> Result<Self> {
        let [own, other] = names;
        Ok(Self {
            proposers: Side::new(Names { own, other }, proposers, receivers.len(), context)?,
            receivers: Side::new(Names { own: other, other: own }, receivers, proposers.len(), context)?,
        })
    }
}

/// The partners of the other side, from those of one.
pub(super) fn inverse(partners: &[u32], others: usize) -> Vec<u32> {
    let mut inverse = vec![NONE; others];
    for (person, &partner) in partners.iter().enumerate() {
        if partner != NONE {
            inverse[partner as usize] = person as u32;
        }
    }
    inverse
}

/// Partners as results carry them: -1 for nobody.
pub(super) fn signed(partners: &[u32]) -> crate::data::Ints {
    let each = partners.iter().map(|&partner| if partner == NONE { -1 } else { i64::from(partner) });
    each.collect::<Vec<i64>>().into()
}

/// Looks at the context once in a while inside loops of tiny steps.
#[derive(Debug)]
pub(super) struct Ticker<'c> {
    context: &'c Context,
    steps: u32,
}

impl<'c> Ticker<'c> {
    pub(super) fn new(context: &'c Context) -> Self {
        Self { context, steps: 0 }
    }

    /// Count a step; every 65,536th looks whether the caller asked to stop.
    #[inline]
    pub(super) fn step(&mut self) -> Result<()> {
        self.steps = self.steps.wrapping_add(1);
        if self.steps & 0xffff == 0 { self.context.check() } else { Ok(()) }
    }
}
