//! As many pairs as possible, whatever they cost (Hopcroft, Karp 1973), and who is in the way of more.
use super::graph::Graph;
use super::{ALONE, Stuck};
use crate::Context;
use crate::error::Result;

/// Which columns the rows may use.
pub(in super::super) trait Adjacent {
    /// How many rows there are.
    fn rows(&self) -> usize;
    /// How many columns there are.
    fn columns(&self) -> usize;
    /// How many columns a row may use.
    fn degree(&self, row: usize) -> usize;
    /// One of the columns a row may use.
    fn column(&self, row: usize, at: usize) -> u32;
}

impl Adjacent for Graph<'_> {
    fn rows(&self) -> usize {
        self.rows
    }
    fn columns(&self) -> usize {
        self.columns
    }
    #[inline(always)]
    fn degree(&self, row: usize) -> usize {
        self.row(row).len()
    }
    #[inline(always)]
    fn column(&self, row: usize, at: usize) -> u32 {
        self.row(row)[at].column
    }
}

/// Pairs, from both sides.
#[derive(Clone, Debug)]
pub(in super::super) struct Matching {
    pub(in super::super) column_of_row: Vec<u32>,
    pub(in super::super) row_of_column: Vec<u32>,
}

impl Matching {
    /// Nobody matched.
    pub(in super::super) fn empty(rows: usize, columns: usize) -> Self {
        Self { column_of_row: vec![ALONE; rows], row_of_column: vec![ALONE; columns] }
    }

    /// Whether all rows are matched.
    pub(in super::super) fn is_complete(&self) -> bool {
        !self.column_of_row.contains(&ALONE)
    }
}

/// A matching with the most pairs.
pub(in super::super) fn largest(graph: &impl Adjacent, context: &Context) -> Result<Matching> {
    let mut matching = Matching::empty(graph.rows(), graph.columns());
    // Rows with few columns choose first.
    let mut order: Vec<u32> = (0..graph.rows() as u32).collect();
    order.sort_by_key(|row| graph.degree(*row as usize));
    for row in order {
        let free = (0..graph.degree(row as usize))
            .map(|at| graph.column(row as usize, at))
            .find(|column| matching.row_of_column[*column as usize] == ALONE);
        if let Some(column) = free {
            matching.column_of_row[row as usize] = column;
            matching.row_of_column[column as usize] = row;
        }
    }
    enlarge(graph, &mut matching, context)?;
    Ok(matching)
}

/// Make a matching as large as it can be.
pub(in super::super) fn enlarge(graph: &impl Adjacent, matching: &mut Matching, context: &Context) -> Result<()> {
    let rows = graph.rows();
    let mut level = vec![u32::MAX; rows];
    let mut queue: Vec<u32> = Vec::with_capacity(rows);
    let mut next = vec![0u32; rows];
    let mut path: Vec<u32> = Vec::new();
    let mut work = 0usize;
    loop {
        // Rows by their distance from one that is alone.
        level.fill(u32::MAX);
        queue.clear();
        queue.extend((0..rows as u32).filter(|row| matching.column_of_row[*row as usize] == ALONE));
        queue.iter().for_each(|row| level[*row as usize] = 0);
        let mut ends = u32::MAX;
        let mut head = 0;
        while let Some(row) = queue.get(head).copied() {
            head += 1;
            let depth = level[row as usize];
            if depth >= ends {
                break;
            }
            let degree = graph.degree(row as usize);
            count(&mut work, degree, context)?;
            for at in 0..degree {
                match matching.row_of_column[graph.column(row as usize, at) as usize] {
                    ALONE => ends = depth,
                    other if level[other as usize] == u32::MAX => {
                        level[other as usize] = depth + 1;
                        queue.push(other);
                    }
                    _ => {}
                }
            }
        }
        if ends == u32::MAX {
            return Ok(());
        }
        // Disjoint paths that go down one level at a time; each row goes on where it stopped.
        next.fill(0);
        for start in 0..rows as u32 {
            if matching.column_of_row[start as usize] != ALONE {
                continue;
            }
            path.clear();
            path.push(start);
            while let Some(row) = path.last().copied() {
                let degree = graph.degree(row as usize);
                let depth = level[row as usize];
                let from = next[row as usize] as usize;
                let fits = |at: &usize| match matching.row_of_column[graph.column(row as usize, *at) as usize] {
                    ALONE => true,
                    other => depth < ends && level[other as usize] == depth + 1,
                };
                let found = (from..degree).find(fits);
                count(&mut work, found.unwrap_or(degree) - from + 1, context)?;
                next[row as usize] = found.map_or(degree, |at| at + 1) as u32;
                let Some(at) = found else {
                    path.pop();
                    continue;
                };
                let column = graph.column(row as usize, at);
                match matching.row_of_column[column as usize] {
                    ALONE => {
                        let mut column = column;
                        for row in path.drain(..).rev() {
                            matching.row_of_column[column as usize] = row;
                            column = std::mem::replace(&mut matching.column_of_row[row as usize], column);
                        }
                    }
                    other => path.push(other),
                }
            }
        }
    }
}

fn count(work: &mut usize, more: usize, context: &Context) -> Result<()> {
    *work += more + 1;
    if *work > 1 << 19 {
        *work = 0;
        context.check()?;
    }
    Ok(())
}

/// Rows and columns on alternating paths that start at `roots`.
pub(in super::super) fn reached(
    graph: &impl Adjacent,
    matching: &Matching,
    roots: &[u32],
    context: &Context,
) -> Result<[Vec<bool>; 2]> {
    let (mut rows, mut columns) = (vec![false; graph.rows()], vec![false; graph.columns()]);
    roots.iter().for_each(|row| rows[*row as usize] = true);
    let mut stack = roots.to_vec();
    let mut work = 0;
    while let Some(row) = stack.pop() {
        let degree = graph.degree(row as usize);
        count(&mut work, degree, context)?;
        for at in 0..degree {
            let column = graph.column(row as usize, at) as usize;
            if !std::mem::replace(&mut columns[column], true) {
                let other = matching.row_of_column[column];
                if other != ALONE && !std::mem::replace(&mut rows[other as usize], true) {
                    stack.push(other);
                }
            }
        }
    }
    Ok([rows, columns])
}

/// Rows that have too few columns between them, where a largest matching leaves some alone.
pub(in super::super) fn stuck(graph: &impl Adjacent, matching: &Matching, context: &Context) -> Result<Stuck> {
    let root = matching.column_of_row.iter().position(|column| *column == ALONE).unwrap_or(0);
    let flags = reached(graph, matching, &[root as u32], context)?;
    let [rows, columns] = flags.map(|flags| (0..flags.len()).filter(|at| flags[*at]).collect());
    Ok(Stuck { rows, columns })
}

/// [`stuck`], from nothing but the graph.
pub(in super::super) fn stuck_of(graph: &impl Adjacent, context: &Context) -> Result<Stuck> {
    stuck(graph, &largest(graph, context)?, context)
}
