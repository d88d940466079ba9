//! Rows times weights in 8-bit integers.
//!
//! A weight is a whole number of -127 to 127 times its output's scale; a number of a row, a whole number of 0 to 255 less the row's
//! zero, times the row's scale. Scales are chosen so that the largest weight of an output, and the least and the largest number of a
//! row, are met exactly; what lies between is rounded. Sums of products of whole numbers are exact, so every kind of processor
//! gives the same sums.
//!
//! Processors with VNNI multiply four bytes and add them in one instruction; others widen bytes to 16 bits first. The instructions
//! are named here, as the compiler finds neither by itself where one number meets many weights.
use super::linear::{Finish, PANEL, store};

/// Inputs that are multiplied together.
const FOUR: usize = 4;
/// So many inputs at most, that a sum of products fits into 32 bits: 255 * 127 * 2^16 < 2^31.
pub(super) const MOST_INPUTS: usize = 1 << 16;

/// The weights of a layer.
#[derive(Debug)]
pub(super) struct Weights {
    inputs: usize,
    outputs: usize,
    /// `[panel][four inputs][output of the panel][input of the four]`, padded with 0.
    panels: Vec<[[i8; FOUR]; PANEL]>,
    /// Per output, padded to whole panels.
    scales: Vec<f32>,
    /// The sum of each output's weights, padded.
    sums: Vec<i32>,
}

/// Rows of whole numbers.
#[derive(Debug, Default)]
pub(in crate::neural) struct Rows {
    /// `[row][four inputs]`, padded with 0.
    values: Vec<[u8; FOUR]>,
    /// Scale and zero per row.
    scales: Vec<(f32, i32)>,
}

impl Weights {
    /// From `weights`, `[output, input]`.
    pub(super) fn new(weights: &[f32], inputs: usize) -> Self {
        let outputs = weights.len() / inputs.max(1);
        let fours = inputs.div_ceil(FOUR);
        let padded = outputs.next_multiple_of(PANEL);
        let mut made = Self {
            inputs,
            outputs,
            panels: vec![[[0; FOUR]; PANEL]; padded / PANEL * fours],
            scales: vec![0.0; padded],
            sums: vec![0; padded],
        };
        for (output, row) in weights.chunks_exact(inputs.max(1)).enumerate() {
            let most = row.iter().fold(0.0_f32, |most, weight| most.max(weight.abs()));
            let scale = if most > 0.0 { most / 127.0 } else { 1.0 };
            made.scales[output] = scale;
            for (input, weight) in row.iter().enumerate() {
                let whole = (weight / scale).round().clamp(-127.0, 127.0) as i8;
                made.panels[output / PANEL * fours + input / FOUR][output % PANEL][input % FOUR] = whole;
                made.sums[output] += i32::from(whole);
            }
        }
        made
    }

    pub(super) fn outputs(&self) -> usize {
        self.outputs
    }

    /// Store all products of `rows` with the weights in `out`, `[row, output]`.
    pub(super) fn product(&self, rows: &Rows, finish: &Finish<'_>, out: &mut [f32]) {
        self.product_by(Way::best(), rows, finish, out);
    }

    pub(super) fn product_by(&self, way: Way, rows: &Rows, finish: &Finish<'_>, out: &mut [f32]) {
        match way {
            // SAFETY: `best` asked the processor for the instructions, and tests ask before they name a way.
            #[cfg(target_arch = "x86_64")]
            Way::Vnni => unsafe { x86::vnni(self, rows, finish, out) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Way::Avx512 => unsafe { x86::avx512(self, rows, finish, out) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Way::Avx2 => unsafe { x86::avx2(self, rows, finish, out) },
            Way::Portable => portable(self, rows, finish, out),
        }
    }
}

/// Which instructions multiply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Vnni,
}

impl Way {
    /// The fastest that this processor has.
    pub(super) fn best() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            use crate::math::simd::{Instructions, instructions};
            use std::arch::is_x86_feature_detected as has;
            if has!("fma") {
                match instructions() {
                    Instructions::Avx512 if has!("avx512vnni") => return Way::Vnni,
                    Instructions::Avx512 => return Way::Avx512,
                    Instructions::Avx2 => return Way::Avx2,
                    Instructions::Baseline => {}
                }
            }
        }
        Way::Portable
    }
}

super::fused! {
    /// Round rows of `width` numbers, one after the other.
    pub(super) fn round_rows, plain round_rows_plain(x: &[f32], width: usize, rows: &mut Rows) {
        const LANES: usize = 16;
        let fours = width.div_ceil(FOUR);
        let count = x.len() / width.max(1);
        rows.values.resize(count * fours, [0; FOUR]);
        rows.scales.resize(count, (1.0, 0));
        for ((row, to), place) in
            x.chunks_exact(width).zip(rows.values.chunks_exact_mut(fours)).zip(&mut rows.scales)
        {
            // 0 is always met exactly, for it is what layers with a rectifier mostly give.
            let (mut low, mut high) = ([0.0_f32; LANES], [0.0_f32; LANES]);
            let (chunks, rest) = row.as_chunks::<LANES>();
            for chunk in chunks {
                for lane in 0..LANES {
                    low[lane] = if chunk[lane] < low[lane] { chunk[lane] } else { low[lane] };
                    high[lane] = if chunk[lane] > high[lane] { chunk[lane] } else { high[lane] };
                }
            }
            let mut least = 0.0_f32;
            let mut most = 0.0_f32;
            for lane in 0..LANES {
                least = least.min(low[lane]);
                most = most.max(high[lane]);
            }
            for value in rest {
                least = least.min(*value);
                most = most.max(*value);
            }
            let scale = (most - least) / 255.0;
            let scale = if scale.is_normal() { scale } else { 1.0 };
            let zero = (-least / scale).round();
            *place = (scale, zero as i32);
            let inverse = 1.0 / scale;
            let bytes = to.as_flattened_mut();
            // One loop over all numbers: cut into chunks, compilers would gather from several chunks at once.
            for (from, to) in row.iter().zip(bytes) {
                *to = whole::<FUSED>(*from, inverse, zero);
            }
        }
    }
}

/// The whole number of 0 to 255 for a value.
#[inline(always)]
fn whole<const FUSED: bool>(value: f32, inverse: f32, zero: f32) -> u8 {
    // Adding 1.5 * 2^23 rounds to the nearest whole number, which then stands in the low bits.
    const SHIFT: f32 = 12_582_912.0;
    let place = super::multiply_add::<FUSED>(value, inverse, zero);
    let place = if place > 0.0 { place } else { 0.0 };
    let place = if place < 255.0 { place } else { 255.0 };
    (place + SHIFT).to_bits() as u8
}

/// Declare the loop over all tiles: at most `$tall` rows and `$wide` panels at once, whose sums `$tile` gives.
macro_rules! tiles {
    ($(#[$meta:meta])* $visible:vis fn $name:ident, $fused:literal, $tile:ident, rows [$($rows:literal)+], panels $wide:literal [$($panels:tt)+]) => {
        $(#[$meta])*
        $visible fn $name(weights: &Weights, rows: &Rows, finish: &Finish<'_>, out: &mut [f32]) {
            const WIDTH: usize = $wide * PANEL;
            const TALL: usize = { let mut most = 0; $(if $rows > most { most = $rows; })+ most };
            let fours = weights.inputs.div_ceil(FOUR);
            let count = rows.scales.len();
            let tiles = count.div_ceil(TALL);
            for (group, panels) in weights.panels.chunks($wide * fours).enumerate() {
                let at = group * WIDTH;
                let width = (weights.outputs - at).min(WIDTH);
                // As even as they can be, so that none is left with one row.
                for tile in 0..tiles {
                    let (begin, end) = (count * tile / tiles, count * (tile + 1) / tiles);
                    let values = &rows.values[begin * fours..end * fours];
                    let scales = &rows.scales[begin..end];
                    let place = &mut out[begin * weights.outputs + at..];
                    macro_rules! some {
                        ($r:literal, $p:literal) => {{
                            const W: usize = $p * PANEL;
                            // Written in place: as a result it would be copied by a call.
                            let (mut sums, mut made) = ([[0; W]; $r], [[0.0; W]; $r]);
                            $tile::<$r, $p, W>(fours, values, panels, &mut sums);
                            scaled::<$r, W>(&sums, scales, weights, at, &mut made);
                            store::<$fused, W>(&mut made, finish, (at, width), place, weights.outputs);
                        }};
                    }
                    tiles!(@rows (end - begin, panels.len() / fours.max(1)), [$($rows)+] [$($panels)+] some);
                }
            }
        }
    };
    (@rows $both:expr, [$($rows:literal)+] $panels:tt $some:ident) => {
        match $both {
            $(($rows, panels) => tiles!(@panels panels, $rows, $panels $some),)+
            _ => {}
        }
    };
    (@panels $count:ident, $rows:literal, [$($panels:literal)+] $some:ident) => {
        match $count {
            $($panels => $some!($rows, $panels),)+
            _ => {}
        }
    };
}

/// Sums of whole numbers as what they stand for.
#[inline(always)]
fn scaled<const R: usize, const W: usize>(
    sums: &[[i32; W]; R],
    scales: &[(f32, i32)],
    weights: &Weights,
    at: usize,
    made: &mut [[f32; W]; R],
) {
    let (of_outputs, totals) = (&weights.scales[at..at + W], &weights.sums[at..at + W]);
    for row in 0..R {
        let (scale, zero) = scales[row];
        for lane in 0..W {
            made[row][lane] = (sums[row][lane] - zero * totals[lane]) as f32 * (scale * of_outputs[lane]);
        }
    }
}

/// The sums of a tile in plain Rust.
#[inline(always)]
fn plain_tile<const R: usize, const P: usize, const W: usize>(
    fours: usize,
    values: &[[u8; FOUR]],
    panels: &[[[i8; FOUR]; PANEL]],
    out: &mut [[i32; W]; R],
) {
    for (row, sums) in out.iter_mut().enumerate() {
        let values = &values[row * fours..][..fours];
        for (panel, sums) in sums.as_chunks_mut::<PANEL>().0.iter_mut().enumerate() {
            for (value, weights) in values.iter().zip(&panels[panel * fours..][..fours]) {
                for lane in 0..PANEL {
                    for input in 0..FOUR {
                        sums[lane] += i32::from(value[input]) * i32::from(weights[lane][input]);
                    }
                }
            }
        }
    }
}

tiles! { fn portable, false, plain_tile, rows [1 2 3 4], panels 1 [1] }

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{FOUR, Finish, PANEL, Rows, Weights, scaled, store};

    /// One row's part of each of `R` rows.
    #[inline(always)]
    fn split<const R: usize>(fours: usize, values: &[[u8; FOUR]]) -> [&[[u8; FOUR]]; R] {
        let mut rows = [&values[..0]; R];
        for (row, part) in rows.iter_mut().enumerate() {
            *part = &values[row * fours..][..fours];
        }
        rows
    }

    #[inline(always)]
    fn panels_of<const P: usize>(fours: usize, panels: &[[[i8; FOUR]; PANEL]]) -> [&[[[i8; FOUR]; PANEL]]; P] {
        let mut parts = [&panels[..0]; P];
        for (panel, part) in parts.iter_mut().enumerate() {
            *part = &panels[panel * fours..][..fours];
        }
        parts
    }

    #[inline(always)]
    fn wide(weights: &[[i8; FOUR]; PANEL]) -> __m512i {
        // SAFETY: both are 64 bytes without invalid values.
        unsafe { std::mem::transmute_copy(weights) }
    }

    #[inline(always)]
    fn halves(weights: &[[i8; FOUR]; PANEL]) -> [__m256i; 2] {
        // SAFETY: as above.
        unsafe { std::mem::transmute_copy(weights) }
    }

    #[inline(always)]
    fn quarters(weights: &[[i8; FOUR]; PANEL]) -> [__m128i; 4] {
        // SAFETY: as above.
        unsafe { std::mem::transmute_copy(weights) }
    }

    #[inline(always)]
    fn sixteen(sums: __m512i) -> [i32; 16] {
        // SAFETY: as above.
        unsafe { std::mem::transmute(sums) }
    }

    #[inline(always)]
    fn eight(sums: __m256i) -> [i32; 8] {
        // SAFETY: both are 32 bytes without invalid values.
        unsafe { std::mem::transmute(sums) }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vnni,avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
    fn vnni_tile<const R: usize, const P: usize, const W: usize>(
        fours: usize,
        values: &[[u8; FOUR]],
        panels: &[[[i8; FOUR]; PANEL]],
        out: &mut [[i32; W]; R],
    ) {
        let (rows, parts) = (split::<R>(fours, values), panels_of::<P>(fours, panels));
        let mut sums = [[_mm512_setzero_si512(); P]; R];
        for at in 0..fours {
            let mut weights = [_mm512_setzero_si512(); P];
            for panel in 0..P {
                weights[panel] = wide(&parts[panel][at]);
            }
            for row in 0..R {
                let value = _mm512_set1_epi32(i32::from_le_bytes(rows[row][at]));
                for panel in 0..P {
                    sums[row][panel] = _mm512_dpbusd_epi32(sums[row][panel], value, weights[panel]);
                }
            }
        }
        for row in 0..R {
            for panel in 0..P {
                out[row][panel * PANEL..][..PANEL].copy_from_slice(&sixteen(sums[row][panel]));
            }
        }
    }

    tiles! {
        #[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vnni,avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
        pub(super) fn vnni, true, vnni_tile, rows [1 2 3 4 5 6], panels 4 [1 2 3 4]
    }

    /// A register holds eight outputs, two sums each of two inputs.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
    fn avx512_tile<const R: usize, const P: usize, const W: usize>(
        fours: usize,
        values: &[[u8; FOUR]],
        panels: &[[[i8; FOUR]; PANEL]],
        out: &mut [[i32; W]; R],
    ) {
        let (rows, parts) = (split::<R>(fours, values), panels_of::<P>(fours, panels));
        let mut sums = [[[_mm512_setzero_si512(); 2]; P]; R];
        for at in 0..fours {
            let mut weights = [[_mm512_setzero_si512(); 2]; P];
            for panel in 0..P {
                let [low, high] = halves(&parts[panel][at]);
                weights[panel] = [_mm512_cvtepi8_epi16(low), _mm512_cvtepi8_epi16(high)];
            }
            for row in 0..R {
                let value = _mm512_cvtepu8_epi16(_mm256_set1_epi32(i32::from_le_bytes(rows[row][at])));
                for panel in 0..P {
                    for half in 0..2 {
                        let products = _mm512_madd_epi16(value, weights[panel][half]);
                        sums[row][panel][half] = _mm512_add_epi32(sums[row][panel][half], products);
                    }
                }
            }
        }
        for row in 0..R {
            for panel in 0..P {
                for half in 0..2 {
                    let pairs = sixteen(sums[row][panel][half]);
                    for lane in 0..8 {
                        out[row][panel * PANEL + half * 8 + lane] = pairs[2 * lane] + pairs[2 * lane + 1];
                    }
                }
            }
        }
    }

    tiles! {
        #[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
        pub(super) fn avx512, true, avx512_tile, rows [1 2 3 4 5 6], panels 2 [1 2]
    }

    /// A register holds four outputs, two sums each of two inputs.
    #[inline]
    #[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
    fn avx2_tile<const R: usize, const P: usize, const W: usize>(
        fours: usize,
        values: &[[u8; FOUR]],
        panels: &[[[i8; FOUR]; PANEL]],
        out: &mut [[i32; W]; R],
    ) {
        let (rows, parts) = (split::<R>(fours, values), panels_of::<P>(fours, panels));
        let mut sums = [[[_mm256_setzero_si256(); 4]; P]; R];
        for at in 0..fours {
            let mut words = [_mm256_setzero_si256(); R];
            for row in 0..R {
                words[row] = _mm256_cvtepu8_epi16(_mm_set1_epi32(i32::from_le_bytes(rows[row][at])));
            }
            for panel in 0..P {
                let parts = quarters(&parts[panel][at]);
                for quarter in 0..4 {
                    let weights = _mm256_cvtepi8_epi16(parts[quarter]);
                    for row in 0..R {
                        let products = _mm256_madd_epi16(words[row], weights);
                        sums[row][panel][quarter] = _mm256_add_epi32(sums[row][panel][quarter], products);
                    }
                }
            }
        }
        for row in 0..R {
            for panel in 0..P {
                for quarter in 0..4 {
                    let pairs = eight(sums[row][panel][quarter]);
                    for lane in 0..4 {
                        out[row][panel * PANEL + quarter * 4 + lane] = pairs[2 * lane] + pairs[2 * lane + 1];
                    }
                }
            }
        }
    }

    tiles! {
        #[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
        pub(super) fn avx2, true, avx2_tile, rows [1 2 3], panels 1 [1]
    }
}
