//! The legend: above the plot, in rows, never on the data.
use super::check::{Kind, Shape};
use super::text::Font;

pub(super) const FONT: Font = Font::plain(12.0);
/// The height of a row.
pub(super) const ROW: f64 = 18.0;
/// The width of what shows the colour, and the room to its name.
pub(super) const SWATCH: f64 = 18.0;
const TO_NAME: f64 = 6.0;
const BETWEEN: f64 = 18.0;

/// A name in the legend.
#[derive(Debug, PartialEq)]
pub(super) struct Entry {
    /// Which layer; none for the count of those left out.
    pub(super) shape: Option<usize>,
    pub(super) x: f64,
    pub(super) row: usize,
    pub(super) text: String,
}

impl Entry {
    /// Where the name starts.
    pub(super) fn text_x(&self) -> f64 {
        if self.shape.is_some() { self.x + SWATCH + TO_NAME } else { self.x }
    }
}

/// The named layers in at most `most_rows` rows of `room` pixels; none where fewer than two layers have names.
pub(super) fn rows(shapes: &[Shape<'_>], room: f64, most_rows: usize) -> Vec<Entry> {
    // Bands come last and the narrowest, which is in front, first.
    let is_band = |at: &usize| matches!(shapes[*at].kind, Kind::Band { .. });
    let (bands, others): (Vec<usize>, Vec<usize>) = (0..shapes.len()).partition(is_band);
    let in_order = others.into_iter().chain(bands.into_iter().rev());
    let named: Vec<usize> = in_order.filter(|&at| !shapes[at].name.is_empty()).collect();
    if named.len() < 2 || most_rows == 0 {
        return Vec::new();
    }
    // Rather short names than missing ones.
    let fits = [260.0, 170.0, 110.0].map(|longest: f64| longest.min(room - SWATCH - TO_NAME));
    let mut entries = Vec::new();
    for longest in fits {
        entries = fill(shapes, &named, longest, room, most_rows);
        if entries.len() == named.len() && entries.iter().all(|entry| entry.shape.is_some()) {
            break;
        }
    }
    entries
}

/// The named layers with names of at most `longest` pixels; where rows run out, a count of the rest.
fn fill(shapes: &[Shape<'_>], named: &[usize], longest: f64, room: f64, most_rows: usize) -> Vec<Entry> {
    let (mut entries, mut x, mut row): (Vec<Entry>, f64, usize) = (Vec::new(), 0.0, 0);
    for &shape in named {
        let text = FONT.fit(&shapes[shape].name, longest).into_owned();
        let width = SWATCH + TO_NAME + FONT.width(&text);
        if x > 0.0 && x + width > room {
            (x, row) = (0.0, row + 1);
        }
        if row >= most_rows {
            break;
        }
        entries.push(Entry { shape: Some(shape), x, row, text });
        x += width + BETWEEN;
    }
    while entries.len() < named.len() {
        let more = format!("+ {} more", named.len() - entries.len());
        let last = entries.last().filter(|entry| entry.row + 1 == most_rows);
        let x = last.map_or(0.0, |entry| entry.text_x() + FONT.width(&entry.text) + BETWEEN);
        if x == 0.0 || x + FONT.width(&more) <= room {
            entries.push(Entry { shape: None, x, row: most_rows - 1, text: more });
            break;
        }
        // The count takes the place of the last name.
        entries.pop();
    }
    entries
}
