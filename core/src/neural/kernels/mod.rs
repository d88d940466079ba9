//! The loops that encoders spend their time in, for 32-bit floats and for 8-bit integers.
//!
//! | loop | what |
//! |---|---|
//! | [`Linear`] | rows times a weight matrix, bias and activation while the results are in registers |
//! | `bytes` | the same with rows and weights rounded to 8 bits |
//! | `attention` | every row of a sentence looks at every other, head by head |
//! | `pointwise` | activations, softmax, layer norm |
//!
//! Loops are plain Rust over small arrays, which the compiler turns into vector registers, compiled for several processors and
//! chosen when they are called. Unlike those of `math`, they multiply and add in one rounding where the processor can, so results
//! may differ in the last bits between kinds of processors; on one processor they are the same on any number of threads and in
//! any batch.
mod attention;
mod bytes;
mod linear;
mod pointwise;
#[cfg(test)]
mod tests;

pub(in crate::neural) use attention::{Bias, Heads, Relative, Spare, attention};
pub(in crate::neural) use bytes::Rows;
pub(in crate::neural) use linear::{Activation, Kept, Linear};
pub(crate) use pointwise::unit;
pub(in crate::neural) use pointwise::{add_and_normalise, gate, normalise_rows, rotate};

/// Declare a loop that is compiled for the baseline, for AVX2 with FMA and for AVX-512. Inside, `FUSED` says whether
/// `mul_add` is one instruction.
macro_rules! fused {
    ($(#[$meta:meta])* $visible:vis fn $name:ident, plain $plain:ident ($($argument:ident : $type:ty),* $(,)?) $(-> $gives:ty)? $body:block) => {
        #[inline(always)]
        fn $plain<const FUSED: bool>($($argument: $type),*) $(-> $gives)? $body

        $(#[$meta])*
        $visible fn $name($($argument: $type),*) $(-> $gives)? {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
                fn avx2($($argument: $type),*) $(-> $gives)? { $plain::<true>($($argument),*) }
                #[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
                fn avx512($($argument: $type),*) $(-> $gives)? { $plain::<true>($($argument),*) }
                if std::arch::is_x86_feature_detected!("fma") {
                    match $crate::math::simd::instructions() {
                        // SAFETY: the processor was asked for every feature of the function.
                        $crate::math::simd::Instructions::Avx512 => return unsafe { avx512($($argument),*) },
                        // SAFETY: as above.
                        $crate::math::simd::Instructions::Avx2 => return unsafe { avx2($($argument),*) },
                        $crate::math::simd::Instructions::Baseline => {}
                    }
                }
            }
            $plain::<{ cfg!(target_arch = "aarch64") }>($($argument),*)
        }
    };
}
use fused;

/// `a * b + c`, in one rounding where that is one instruction.
#[inline(always)]
fn multiply_add<const FUSED: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}
