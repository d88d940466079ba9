//! Lists of whole numbers of different lengths, one after the other in a single buffer: preferences, neighbours, groups.
use crate::error::{Result, ensure};

/// Lists of whole numbers, one per row, borrowed; they may differ in length and may be empty.
#[derive(Clone, Copy, Debug)]
pub struct Lists<'a> {
    values: &'a [i64],
    ends: Ends<'a>,
}

/// Where the lists end inside their buffer.
#[derive(Clone, Copy, Debug)]
enum Ends<'a> {
    /// Each at a place of its own.
    Of(&'a [usize]),
    /// So many lists of equal length, as the rows of a matrix.
    Every { rows: usize, columns: usize },
}

impl<'a> Lists<'a> {
    /// Lists in one buffer; list `i` goes from the end of the one before it to `ends[i]`.
    ///
    /// # Errors
    /// `invalid_data` if an end is smaller than the one before, or the last is not the length of `values`.
    pub fn new(values: &'a [i64], ends: &'a [usize]) -> Result<Self> {
        let mut start = 0;
        for (row, &end) in ends.iter().enumerate() {
            ensure!(end >= start, InvalidData, "list {row} (0-based) ends at {end}, before it begins at {start}");
            start = end;
        }
        ensure!(
            start == values.len(),
            InvalidData,
            "the lists end at {start}, but there are {} numbers; both must be equal",
            values.len()
        );
        Ok(Self { values, ends: Ends::Of(ends) })
    }

    /// The rows of a row-major matrix as lists of equal length.
    ///
    /// # Errors
    /// `invalid_data` if `values` does not hold `rows * columns` numbers.
    pub fn of_matrix(values: &'a [i64], rows: usize, columns: usize) -> Result<Self> {
        ensure!(
            rows.checked_mul(columns) == Some(values.len()),
            InvalidData,
            "{} numbers are not {rows} lists of {columns}",
            values.len()
        );
        Ok(Self { values, ends: Ends::Every { rows, columns } })
    }

    /// How many lists there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self.ends {
            Ends::Of(ends) => ends.len(),
            Ends::Every { rows, .. } => rows,
        }
    }

    /// Whether there is no list.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The list of a row, 0-based; an empty one beyond the last.
    #[must_use]
    pub fn get(&self, row: usize) -> &'a [i64] {
        let (start, end) = match self.ends {
            Ends::Of(ends) => match ends.get(row) {
                Some(&end) => (if row == 0 { 0 } else { ends[row - 1] }, end),
                None => (0, 0),
            },
            Ends::Every { rows, columns } if row < rows => (row * columns, (row + 1) * columns),
            Ends::Every { .. } => (0, 0),
        };
        &self.values[start..end]
    }

    /// The lists in their order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &'a [i64]> + use<'a> {
        let lists = *self;
        (0..lists.len()).map(move |row| lists.get(row))
    }

    /// All numbers of all lists, one list after the other.
    #[must_use]
    pub fn values(&self) -> &'a [i64] {
        self.values
    }
}

/// Lists of whole numbers, one per row, owned; [`view`](OwnedLists::view) lends them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnedLists {
    values: Vec<i64>,
    ends: Vec<usize>,
}

impl OwnedLists {
    /// The lists, borrowed.
    #[must_use]
    pub fn view(&self) -> Lists<'_> {
        Lists { values: &self.values, ends: Ends::Of(&self.ends) }
    }

    /// Add a list after the last.
    pub fn push(&mut self, list: impl IntoIterator<Item = i64>) {
        self.values.extend(list);
        self.ends.push(self.values.len());
    }
}

impl<L: AsRef<[i64]>> FromIterator<L> for OwnedLists {
    fn from_iter<I: IntoIterator<Item = L>>(lists: I) -> Self {
        let mut owned = Self::default();
        lists.into_iter().for_each(|list| owned.push(list.as_ref().iter().copied()));
        owned
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows<'a>(lists: Lists<'a>) -> Vec<&'a [i64]> {
        lists.iter().collect()
    }

    #[test]
    fn lists_may_be_ragged_and_empty() {
        let owned: OwnedLists = [vec![1, 2], vec![], vec![3]].into_iter().collect();
        let lists = owned.view();
        assert_eq!(rows(lists), [&[1, 2][..], &[], &[3]]);
        assert_eq!((lists.len(), lists.get(3), lists.values()), (3, &[][..], &[1, 2, 3][..]));
        assert!(OwnedLists::default().view().is_empty());
    }

    #[test]
    fn rows_of_a_matrix_are_lists_without_a_copy() {
        let values = [1, 2, 3, 4, 5, 6];
        let lists = Lists::of_matrix(&values, 3, 2).unwrap();
        assert_eq!(rows(lists), [[1, 2], [3, 4], [5, 6]]);
        assert_eq!((lists.get(1).as_ptr(), lists.get(3)), (values[2..].as_ptr(), &[][..]));
        assert_eq!(rows(Lists::of_matrix(&[], 2, 0).unwrap()), [[0; 0], []]);
        assert!(Lists::of_matrix(&values, usize::MAX, 2).is_err());
    }

    #[test]
    fn ends_that_do_not_fit_are_refused() {
        assert!(Lists::new(&[1, 2], &[1]).is_err());
        assert!(Lists::new(&[1, 2], &[2, 1]).is_err());
        assert!(Lists::new(&[1, 2], &[3]).is_err());
        assert_eq!(rows(Lists::new(&[1, 2], &[0, 2]).unwrap()), [&[][..], &[1, 2]]);
    }
}
