//! How a few rounded rows are held against blocks of others, and which pairs are near enough to be looked at.
//!
//! Half the squared distance of two rows of whole numbers is the sum of half their squared lengths less their product. The
//! products of 4 rows with 32 others stay in registers until they are distances and are compared with the limits of both rows;
//! a block leaves one bit for each pair. Halves of squared lengths are rounded up, so that half a squared distance is too
//! large by at most 1. Whole numbers are words, two of which are multiplied and added in one instruction, or bytes, four.
use super::panels::{BLOCK, FEW};
use crate::math::simd::{Kernels, choose, dispatch};

/// Words or bytes that are taken at once: those of a few rows stay in the nearest cache.
const CHUNK: usize = 256;
/// Lanes of a vector.
pub(super) const LANES: usize = 16;

/// Two columns of a row, as words.
pub(super) type Pair = [i16; 2];
/// Four columns of a row, as bytes above zero.
pub(super) type Quad = [u8; 4];
/// Two columns of 16 rows, as words.
pub(super) type WordLanes = [i16; 2 * LANES];
/// Four columns of 16 rows, as bytes of either sign, little end first.
pub(super) type ByteLanes = [i64; LANES / 2];
/// Half the squared distances of a few rows from those of a block.
pub(super) type Halves = [[i32; BLOCK]; FEW];
/// No limits.
static NONE: [i32; BLOCK] = [i32::MIN; BLOCK];

/// A few rows that are held against blocks: their columns one row after the other, half their squared lengths, and up to which
/// half of a squared distance another row matters to each.
#[derive(Clone, Copy)]
pub(super) struct Few<'a, T> {
    pub(super) rows: [&'a [T]; FEW],
    pub(super) lengths: [i32; FEW],
    pub(super) limits: [i32; FEW],
}

/// The blocks that rows are held against.
#[derive(Clone, Copy)]
pub(super) struct Against<'a, T> {
    /// `[block][columns][half of the block]`.
    pub(super) values: &'a [[T; 2]],
    /// What the sums of products begin with: half the squared lengths of all rows, negative.
    pub(super) starts: &'a [i32],
    /// The limits of all rows, where the others' matter too; or nothing.
    pub(super) limits: &'a [i32],
}

/// What comes of it, for each block: half the squared distances, and a bit for each that is within a limit.
#[derive(Clone, Debug, Default)]
pub(super) struct Held {
    pub(super) halves: Vec<Halves>,
    pub(super) marks: Vec<[u32; FEW]>,
}

impl Held {
    /// Hold a few rows of words against blocks.
    pub(super) fn words(
        &mut self,
        few: &Few<'_, Pair>,
        blocks: &[u32],
        against: &Against<'_, WordLanes>,
        kernels: Kernels,
    ) {
        self.make_room(blocks);
        for_parts(few.rows[0].len(), |part| words(kernels, few, part, blocks, against, self));
    }

    /// Hold a few rows of bytes against blocks.
    pub(super) fn bytes(
        &mut self,
        few: &Few<'_, Quad>,
        blocks: &[u32],
        against: &Against<'_, ByteLanes>,
        kernels: Kernels,
    ) {
        self.make_room(blocks);
        for_parts(few.rows[0].len(), |part| bytes(kernels, few, part, blocks, against, self));
    }

    /// Mark anew those within other limits, of the few rows only.
    pub(super) fn mark(&mut self, limits: [i32; FEW], kernels: Kernels) {
        mark(kernels, &limits, &self.halves, &mut self.marks);
    }

    fn make_room(&mut self, blocks: &[u32]) {
        self.halves.resize(blocks.len(), [[0; BLOCK]; FEW]);
        self.marks.resize(blocks.len(), [0; FEW]);
    }
}

/// Some of all columns, two or four of them at a time.
#[derive(Clone, Copy)]
struct Part {
    start: usize,
    end: usize,
    all: usize,
}

fn for_parts(all: usize, mut with: impl FnMut(Part)) {
    for start in (0..all).step_by(CHUNK) {
        with(Part { start, end: all.min(start + CHUNK), all });
    }
}

/// Add the products of two columns: in this form compilers know the one instruction that does it.
#[inline(always)]
fn add_words(sums: &mut [i32; LANES], own: Pair, there: &WordLanes) {
    let mut products = [0; 2 * LANES];
    for at in 0..2 * LANES {
        products[at] = i32::from(own[at % 2]) * i32::from(there[at]);
    }
    for lane in 0..LANES {
        sums[lane] += products[2 * lane] + products[2 * lane + 1];
    }
}

/// Add the products of four columns.
#[inline(always)]
fn add_bytes(sums: &mut [i32; LANES], own: Quad, there: &ByteLanes) {
    for (word, sums) in there.iter().zip(sums.as_chunks_mut::<2>().0) {
        for (at, byte) in word.to_le_bytes().into_iter().enumerate() {
            sums[at / 4] += i32::from(own[at % 4]) * i32::from(byte.cast_signed());
        }
    }
}

/// Declare a kernel for any processor, one half of a block at a time.
macro_rules! portable {
    ($name:ident, $everywhere:ident, $plain:ident, $add:ident, $own:ty, $lanes:ty) => {
        #[inline(always)]
        fn $plain(few: &Few<'_, $own>, part: Part, blocks: &[u32], against: &Against<'_, $lanes>, held: &mut Held) {
            for ((block, halves), marks) in blocks.iter().zip(&mut held.halves).zip(&mut held.marks) {
                let at = *block as usize * BLOCK;
                let limits = against.limits.get(at..).and_then(|rest| rest.first_chunk::<BLOCK>()).unwrap_or(&NONE);
                let values = &against.values[*block as usize * part.all..][part.start..part.end];
                *marks = [0; FEW];
                for half in 0..2 {
                    let from = half * LANES;
                    for row in 0..FEW {
                        let mut sums = [0; LANES];
                        let before = if part.start == 0 { &against.starts[at + from..] } else { &halves[row][from..] };
                        sums.copy_from_slice(&before[..LANES]);
                        for (own, there) in few.rows[row][part.start..part.end].iter().zip(values) {
                            $add(&mut sums, *own, &there[half]);
                        }
                        for lane in 0..LANES {
                            if part.end == part.all {
                                sums[lane] = few.lengths[row] - sums[lane];
                                let most = limits[from + lane].max(few.limits[row]);
                                marks[row] |= u32::from(sums[lane] <= most) << (from + lane);
                            }
                        }
                        halves[row][from..from + LANES].copy_from_slice(&sums);
                    }
                }
            }
        }

        dispatch! {
            up to Avx2:
            fn $name, portable $everywhere(
                few: &Few<'_, $own>,
                part: Part,
                blocks: &[u32],
                against: &Against<'_, $lanes>,
                held: &mut Held,
            ) {
                $plain(few, part, blocks, against, held);
            }
        }
    };
}
portable! { words_narrow, words_everywhere, words_plain, add_words, Pair, WordLanes }
portable! { bytes_narrow, bytes_everywhere, bytes_plain, add_bytes, Quad, ByteLanes }

fn mark_plain(limits: &[i32; FEW], halves: &[Halves], marks: &mut [[u32; FEW]]) {
    for (halves, marks) in halves.iter().zip(marks) {
        for row in 0..FEW {
            marks[row] = 0;
            for (lane, half) in halves[row].iter().enumerate() {
                marks[row] |= u32::from(*half <= limits[row]) << lane;
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod wide {
    use std::arch::x86_64::{
        __m512i, _mm_cvtsi128_si32, _mm_extract_epi32, _mm512_add_epi32, _mm512_cmple_epi32_mask, _mm512_dpbusd_epi32,
        _mm512_dpwssd_epi32, _mm512_extracti32x4_epi32, _mm512_madd_epi16, _mm512_max_epi32, _mm512_set_epi16,
        _mm512_set_epi64, _mm512_set1_epi32, _mm512_setr_epi32, _mm512_setzero_si512, _mm512_sub_epi32,
    };

    use super::{Against, BLOCK, ByteLanes, FEW, Few, Halves, Held, LANES, NONE, Pair, Part, Quad, WordLanes};

    // Loads and stores, each one instruction.

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn vector(v: &[i32; LANES]) -> __m512i {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = *v;
        _mm512_setr_epi32(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn two(values: &[i32]) -> [__m512i; 2] {
        match values.first_chunk::<BLOCK>() {
            Some(values) => {
                let (halves, _) = values.as_chunks();
                [vector(&halves[0]), vector(&halves[1])]
            }
            None => [_mm512_setzero_si512(); 2],
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    #[rustfmt::skip]
    fn load_words(v: &WordLanes) -> __m512i {
        let [
            a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p,
            aa, bb, cc, dd, ee, ff, gg, hh, ii, jj, kk, ll, mm, nn, oo, pp,
        ] = *v;
        _mm512_set_epi16(
            pp, oo, nn, mm, ll, kk, jj, ii, hh, gg, ff, ee, dd, cc, bb, aa,
            p, o, n, m, l, k, j, i, h, g, f, e, d, c, b, a,
        )
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn load_bytes(v: &ByteLanes) -> __m512i {
        let [a, b, c, d, e, f, g, h] = *v;
        _mm512_set_epi64(h, g, f, e, d, c, b, a)
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    #[rustfmt::skip]
    fn store(v: __m512i, to: &mut [i32; LANES]) {
        let (a, b) = (_mm512_extracti32x4_epi32::<0>(v), _mm512_extracti32x4_epi32::<1>(v));
        let (c, d) = (_mm512_extracti32x4_epi32::<2>(v), _mm512_extracti32x4_epi32::<3>(v));
        *to = [
            _mm_cvtsi128_si32(a), _mm_extract_epi32::<1>(a), _mm_extract_epi32::<2>(a), _mm_extract_epi32::<3>(a),
            _mm_cvtsi128_si32(b), _mm_extract_epi32::<1>(b), _mm_extract_epi32::<2>(b), _mm_extract_epi32::<3>(b),
            _mm_cvtsi128_si32(c), _mm_extract_epi32::<1>(c), _mm_extract_epi32::<2>(c), _mm_extract_epi32::<3>(c),
            _mm_cvtsi128_si32(d), _mm_extract_epi32::<1>(d), _mm_extract_epi32::<2>(d), _mm_extract_epi32::<3>(d),
        ];
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn splat_words(own: Pair) -> __m512i {
        let [low, high] = [own[0].to_le_bytes(), own[1].to_le_bytes()];
        _mm512_set1_epi32(i32::from_le_bytes([low[0], low[1], high[0], high[1]]))
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn splat_bytes(own: Quad) -> __m512i {
        _mm512_set1_epi32(i32::from_le_bytes(own))
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn add_words(sums: __m512i, own: __m512i, there: __m512i) -> __m512i {
        _mm512_add_epi32(sums, _mm512_madd_epi16(own, there))
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,bmi1,bmi2,lzcnt,popcnt")]
    pub(super) fn mark(limits: &[i32; FEW], halves: &[Halves], marks: &mut [[u32; FEW]]) {
        for (halves, marks) in halves.iter().zip(marks) {
            for row in 0..FEW {
                let limit = _mm512_set1_epi32(limits[row]);
                let [low, high] = two(&halves[row]);
                let low = u32::from(_mm512_cmple_epi32_mask(low, limit));
                marks[row] = low | u32::from(_mm512_cmple_epi32_mask(high, limit)) << LANES;
            }
        }
    }

    /// Declare a kernel with 4 rows and a block in registers.
    macro_rules! kernel {
        ($name:ident, $features:literal, $own:ty, $lanes:ty, $splat:ident, $load:ident, $add:ident) => {
            #[target_feature(enable = $features)]
            pub(super) fn $name(
                few: &Few<'_, $own>,
                part: Part,
                blocks: &[u32],
                against: &Against<'_, $lanes>,
                held: &mut Held,
            ) {
                let own = few.rows.map(|row| &row[part.start..part.end]);
                let length = part.end - part.start;
                for ((block, halves), marks) in blocks.iter().zip(&mut held.halves).zip(&mut held.marks) {
                    let at = *block as usize * BLOCK;
                    let values = &against.values[*block as usize * part.all + part.start..][..length];
                    let mut sums = [[_mm512_setzero_si512(); 2]; FEW];
                    if part.start == 0 {
                        let starts = two(&against.starts[at..]);
                        for row in 0..FEW {
                            sums[row] = starts;
                        }
                    } else {
                        for row in 0..FEW {
                            sums[row] = two(&halves[row]);
                        }
                    }
                    for at in 0..length {
                        let there = [$load(&values[at][0]), $load(&values[at][1])];
                        for row in 0..FEW {
                            let own = $splat(own[row][at]);
                            sums[row][0] = $add(sums[row][0], own, there[0]);
                            sums[row][1] = $add(sums[row][1], own, there[1]);
                        }
                    }
                    if part.end == part.all {
                        let limits = two(if against.limits.is_empty() { &NONE } else { &against.limits[at..] });
                        for row in 0..FEW {
                            let own = _mm512_set1_epi32(few.limits[row]);
                            let length = _mm512_set1_epi32(few.lengths[row]);
                            let mut mask = 0;
                            for half in 0..2 {
                                sums[row][half] = _mm512_sub_epi32(length, sums[row][half]);
                                let most = _mm512_max_epi32(own, limits[half]);
                                mask |= u32::from(_mm512_cmple_epi32_mask(sums[row][half], most)) << (half * LANES);
                            }
                            marks[row] = mask;
                        }
                    }
                    for row in 0..FEW {
                        for (half, to) in halves[row].as_chunks_mut().0.iter_mut().enumerate() {
                            store(sums[row][half], to);
                        }
                    }
                }
            }
        };
    }
    kernel! {
        words, "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,bmi1,bmi2,lzcnt,popcnt",
        Pair, WordLanes, splat_words, load_words, add_words
    }
    kernel! {
        words_vnni, "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vnni,avx2,bmi1,bmi2,lzcnt,popcnt",
        Pair, WordLanes, splat_words, load_words, _mm512_dpwssd_epi32
    }
    kernel! {
        bytes_vnni, "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vnni,avx2,bmi1,bmi2,lzcnt,popcnt",
        Quad, ByteLanes, splat_bytes, load_bytes, _mm512_dpbusd_epi32
    }
}
#[cfg(target_arch = "x86_64")]
use wide::{bytes_vnni, mark as mark_wide, words as words_wide, words_vnni};

choose! {
    fn words(few: &Few<'_, Pair>, part: Part, blocks: &[u32], against: &Against<'_, WordLanes>, held: &mut Held),
    portable words_narrow, avx512 words_wide, vnni words_vnni
}
choose! {
    fn bytes(few: &Few<'_, Quad>, part: Part, blocks: &[u32], against: &Against<'_, ByteLanes>, held: &mut Held),
    portable bytes_narrow, avx512 bytes_narrow, vnni bytes_vnni
}
choose! {
    fn mark(limits: &[i32; FEW], halves: &[Halves], marks: &mut [[u32; FEW]]),
    portable mark_plain, avx512 mark_wide, vnni mark_wide
}
