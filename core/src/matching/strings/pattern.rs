//! Where each symbol stands in a text of at most 64 symbols, one bit per position.
use super::symbols::Symbol;

/// Slots of the table for symbols beyond ASCII: twice the most symbols there can be.
const SLOTS: usize = 128;

/// Bit `i` of the row of a symbol tells whether the text has it at position `i`.
pub(super) struct Pattern {
    ascii: [u64; 128],
    /// Open addressing; an empty slot has the key `u32::MAX`, which is no symbol.
    others: Option<Box<[(u32, u64); SLOTS]>>,
}

impl Pattern {
    /// The pattern of a text of at most 64 symbols; what lies beyond is left out.
    pub(super) fn new<S: Symbol>(text: &[S]) -> Self {
        let mut pattern = Self { ascii: [0; 128], others: None };
        for (position, symbol) in text.iter().take(64).enumerate() {
            let code = symbol.code();
            match pattern.ascii.get_mut(code as usize) {
                Some(row) => *row |= 1 << position,
                None => {
                    let slots = pattern.others.get_or_insert_with(|| Box::new([(u32::MAX, 0); SLOTS]));
                    let slot = find(slots, code);
                    slots[slot].0 = code;
                    slots[slot].1 |= 1 << position;
                }
            }
        }
        pattern
    }

    /// Where the symbol stands.
    #[inline(always)]
    pub(super) fn row(&self, symbol: impl Symbol) -> u64 {
        let code = symbol.code();
        match self.ascii.get(code as usize) {
            Some(&row) => row,
            None => self.others.as_ref().map_or(0, |slots| slots[find(slots, code)].1),
        }
    }
}

/// The slot of a symbol, or the empty one where it belongs.
fn find(slots: &[(u32, u64); SLOTS], code: u32) -> usize {
    let mut slot = (code.wrapping_mul(0x9E37_79B1) >> 25) as usize;
    while slots[slot].0 != code && slots[slot].0 != u32::MAX {
        slot = (slot + 1) % SLOTS;
    }
    slot
}

/// The lowest `count` bits.
#[inline(always)]
pub(super) fn low_bits(count: usize) -> u64 {
    if count >= 64 { u64::MAX } else { (1 << count) - 1 }
}
