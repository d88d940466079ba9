//! Loops compiled for the widest instructions of the processor that runs them.
//!
//! A kernel is written once, in plain Rust over small arrays that the compiler turns into vector registers; `dispatch!`
//! compiles it for the baseline, for AVX2 and for AVX-512, and chooses when it is called. No kernel uses fused or
//! reordered floating-point operations, so that every version gives the same bits. AArch64 has NEON in its baseline.

/// Which instructions kernels use, from narrow to wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Instructions {
    /// What every processor of the architecture has.
    Baseline,
    /// AVX2 with BMI1, BMI2, LZCNT and POPCNT.
    Avx2,
    /// AVX-512 F, BW, CD, DQ, VL besides.
    Avx512,
}

/// The widest instructions of this processor.
#[must_use]
pub fn instructions() -> Instructions {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::is_x86_feature_detected as has;
        let narrow = has!("avx2") && has!("bmi1") && has!("bmi2") && has!("lzcnt") && has!("popcnt");
        let wide = has!("avx512f") && has!("avx512bw") && has!("avx512cd") && has!("avx512dq") && has!("avx512vl");
        match (narrow, wide) {
            (true, true) => Instructions::Avx512,
            (true, false) => Instructions::Avx2,
            _ => Instructions::Baseline,
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        Instructions::Baseline
    }
}

/// Declare a kernel twice: under its own name, which runs the widest version, and under the name after `portable`, the
/// same code for the baseline, which tests hold the first against.
///
/// `dispatch! { pub(crate) fn total, portable total_portable(values: &[f64]) -> f64 { values.iter().sum() } }`
///
/// After `up to Avx2:` there is no version for AVX-512: for kernels that read numbers from here and there, where the compiler
/// would take its gathers, which are slower than loads one by one (by half in `matching::assignment::small`, on Zen 4).
macro_rules! dispatch {
    (up to Avx2: $(#[$meta:meta])* $visible:vis fn $name:ident, portable $portable:ident
        $(<$($life:lifetime),+>)? ($($argument:ident : $type:ty),* $(,)?) $(-> $gives:ty)? $body:block) => {
        #[inline(always)]
        $visible fn $portable $(<$($life),+>)? ($($argument: $type),*) $(-> $gives)? $body

        $(#[$meta])*
        $visible fn $name $(<$($life),+>)? ($($argument: $type),*) $(-> $gives)? {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
                fn avx2 $(<$($life),+>)? ($($argument: $type),*) $(-> $gives)? { $portable($($argument),*) }
                if $crate::math::simd::instructions() >= $crate::math::simd::Instructions::Avx2 {
                    // SAFETY: `instructions` has asked the processor for every feature of the function.
                    return unsafe { avx2($($argument),*) };
                }
            }
            $portable($($argument),*)
        }
    };
    ($(#[$meta:meta])* $visible:vis fn $name:ident, portable $portable:ident
        $(<$($life:lifetime),+>)? ($($argument:ident : $type:ty),* $(,)?) $(-> $gives:ty)? $body:block) => {
        #[inline(always)]
        $visible fn $portable $(<$($life),+>)? ($($argument: $type),*) $(-> $gives)? $body

        $(#[$meta])*
        $visible fn $name $(<$($life),+>)? ($($argument: $type),*) $(-> $gives)? {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
                fn avx2 $(<$($life),+>)? ($($argument: $type),*) $(-> $gives)? { $portable($($argument),*) }
                #[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,bmi1,bmi2,lzcnt,popcnt")]
                fn avx512 $(<$($life),+>)? ($($argument: $type),*) $(-> $gives)? { $portable($($argument),*) }
                match $crate::math::simd::instructions() {
                    // SAFETY: `instructions` has asked the processor for every feature of the function.
                    $crate::math::simd::Instructions::Avx512 => return unsafe { avx512($($argument),*) },
                    // SAFETY: as above.
                    $crate::math::simd::Instructions::Avx2 => return unsafe { avx2($($argument),*) },
                    $crate::math::simd::Instructions::Baseline => {}
                }
            }
            $portable($($argument),*)
        }
    };
}
pub(crate) use dispatch;

/// Whether the processor, besides all of [`Instructions::Avx512`], adds products of bytes and of words up in one instruction.
#[must_use]
pub fn adds_products() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        instructions() == Instructions::Avx512 && std::arch::is_x86_feature_detected!("avx512vnni")
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        false
    }
}

/// Declare a function that runs the one of three kernels that `most` and the processor allow: for kernels with
/// instructions of their own, each of which is declared with `#[target_feature]`. With AVX2 the portable one may dispatch
/// itself.
///
/// `choose! { fn total(values: &[f64]), portable plain, avx512 wide, vnni wider }` declares
/// `total(most: Kernels, values: &[f64])`.
#[cfg(feature = "anomaly")]
macro_rules! choose {
    ($(#[$meta:meta])* $visible:vis fn $name:ident ($($argument:ident : $type:ty),* $(,)?),
        portable $portable:ident, avx512 $wide:ident, vnni $wider:ident) => {
        $(#[$meta])*
        $visible fn $name(most: $crate::math::simd::Kernels, $($argument: $type),*) {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,bmi1,bmi2,lzcnt,popcnt")]
                fn avx512($($argument: $type),*) { $wide($($argument),*) }
                #[target_feature(
                    enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vnni,avx2,bmi1,bmi2,lzcnt,popcnt"
                )]
                fn vnni($($argument: $type),*) { $wider($($argument),*) }
                use $crate::math::simd::{Instructions, Kernels, adds_products, instructions};
                if most == Kernels::Vnni && adds_products() {
                    // SAFETY: `adds_products` has asked the processor for every feature of the function.
                    return unsafe { vnni($($argument),*) };
                }
                if most >= Kernels::Avx512 && instructions() == Instructions::Avx512 {
                    // SAFETY: `instructions` has asked the processor for every feature of the function.
                    return unsafe { avx512($($argument),*) };
                }
            }
            let _ = most;
            $portable($($argument),*);
        }
    };
}
#[cfg(feature = "anomaly")]
pub(crate) use choose;

/// The widest kernel that `choose!` may take; fewer than the processor has are for tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kernels {
    /// Those that run everywhere.
    Portable,
    /// With AVX-512.
    Avx512,
    /// With AVX-512 and VNNI.
    #[default]
    Vnni,
}

#[cfg(test)]
mod tests {
    dispatch! {
        fn product, portable product_portable(left: &[f64], right: &[f64]) -> f64 {
            let mut sums = [0.0; 8];
            for (a, b) in left.chunks_exact(8).zip(right.chunks_exact(8)) {
                for lane in 0..8 {
                    sums[lane] += a[lane] * b[lane];
                }
            }
            sums.iter().sum()
        }
    }

    #[test]
    fn the_widest_version_gives_the_same_bits_as_the_portable_one() {
        let left: Vec<f64> = (0..64).map(|i| f64::from(i).sqrt()).collect();
        let right: Vec<f64> = (0..64).map(|i| 1.0 / f64::from(i + 1)).collect();
        assert_eq!(product(&left, &right).to_bits(), product_portable(&left, &right).to_bits());
        let exact: f64 = left.iter().zip(&right).map(|(a, b)| a * b).sum();
        assert!((product(&left, &right) - exact).abs() < 1e-12);
    }
}
