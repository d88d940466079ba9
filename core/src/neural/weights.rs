//! Tensors by name, from safetensors files that are mapped into memory or from bytes.
//!
//! Format: <https://github.com/huggingface/safetensors>. Nothing is read from a file but its header until a tensor is asked for.
use std::collections::HashMap;
use std::fs::File;
use std::ops::Range;
use std::path::Path;

use memmap2::Mmap;
use safetensors::{Dtype, SafeTensors};

use crate::error::{Error, Result, bail, ensure};

/// Where a tensor lies.
struct Place {
    file: usize,
    range: Range<usize>,
    dtype: Dtype,
    shape: Vec<usize>,
}

/// The tensors of a model.
pub(super) struct Weights {
    files: Vec<Mmap>,
    places: HashMap<String, Place>,
}

impl std::fmt::Debug for Weights {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Weights({} tensors)", self.places.len())
    }
}

impl Weights {
    /// From one file or several that make up one model. The files must not change while the model lives.
    pub(super) fn open<P: AsRef<Path>>(paths: &[P]) -> Result<Self> {
        let mut files = Vec::with_capacity(paths.len());
        for path in paths {
            let path = path.as_ref();
            let file = File::open(path).map_err(|error| unread(path, error))?;
            // SAFETY: the map is only read, as bytes, which have no invalid values. What a program that cuts or rewrites the
            // file meanwhile does to the numbers is the caller's to prevent, as the docs of all who open models say.
            let map = unsafe { Mmap::map(&file) }.map_err(|error| unread(path, error))?;
            files.push((path.display().to_string(), map));
        }
        Self::index(files)
    }

    fn index(named: Vec<(String, Mmap)>) -> Result<Self> {
        let mut places = HashMap::new();
        let mut files = Vec::with_capacity(named.len());
        for (file, (name, bytes)) in named.into_iter().enumerate() {
            let (header, metadata) = SafeTensors::read_metadata(&bytes).map_err(|error| {
                Error::new(
                    crate::Code::InvalidData,
                    format!("{name} is no sound safetensors file ({error}); fetch it again, it may be cut short"),
                )
            })?;
            let begin = header + size_of::<u64>();
            for (tensor, info) in metadata.tensors() {
                let range = begin + info.data_offsets.0..begin + info.data_offsets.1;
                ensure!(
                    range.start <= range.end && range.end <= bytes.len(),
                    InvalidData,
                    "tensor {tensor:?} of {name} ends at byte {} of {}; the file is cut short",
                    range.end,
                    bytes.len()
                );
                let place = Place { file, range, dtype: info.dtype, shape: info.shape.clone() };
                ensure!(
                    places.insert(tensor.clone(), place).is_none(),
                    InvalidData,
                    "tensor {tensor:?} is there twice"
                );
            }
            files.push(bytes);
        }
        Ok(Self { files, places })
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.places.contains_key(name)
    }

    /// The shape of a tensor.
    pub(super) fn shape(&self, name: &str) -> Option<&[usize]> {
        self.places.get(name).map(|place| place.shape.as_slice())
    }

    /// A tensor of floating point numbers that must have this shape.
    pub(super) fn floats(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
        let Some(place) = self.places.get(name) else {
            bail!(
                InvalidData,
                "the weights have no tensor {name:?}; they belong to another kind of model than config.json says"
            );
        };
        ensure!(
            place.shape == shape,
            InvalidData,
            "tensor {name:?} has the shape {:?}, config.json says {shape:?}",
            place.shape
        );
        let bytes = &self.files[place.file][place.range.clone()];
        let values = match place.dtype {
            Dtype::F32 => bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
            Dtype::F16 => bytes.as_chunks().0.iter().map(|bytes| half(u16::from_le_bytes(*bytes))).collect(),
            Dtype::BF16 => bytes
                .as_chunks()
                .0
                .iter()
                .map(|bytes| f32::from_bits(u32::from(u16::from_le_bytes(*bytes)) << 16))
                .collect(),
            Dtype::F64 => bytes.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes) as f32).collect(),
            other => bail!(Unsupported, "tensor {name:?} holds {other:?}; F32, F16, BF16 and F64 can be read"),
        };
        Ok(values)
    }
}

/// A file that cannot be read.
pub(super) fn unread(path: &Path, error: std::io::Error) -> Error {
    let missing = error.kind() == std::io::ErrorKind::NotFound;
    let code = if missing { crate::Code::NotFound } else { crate::Code::Io };
    Error::new(code, format!("cannot read {}: {error}", path.display())).with_source(error)
}

/// A 16-bit float of IEEE 754.
fn half(bits: u16) -> f32 {
    let sign = u32::from(bits & 0x8000) << 16;
    let (exponent, fraction) = (u32::from(bits >> 10 & 0x1f), u32::from(bits & 0x3ff));
    let size = match exponent {
        // Below the smallest normal number: a whole number of steps of 2^-24.
        0 => (fraction as f32 * f32::from_bits(0x3380_0000)).to_bits(),
        31 => 0x7f80_0000 | fraction << 13,
        _ => (exponent + 112) << 23 | fraction << 13,
    };
    f32::from_bits(sign | size)
}

#[cfg(test)]
mod tests {
    use super::half;

    #[test]
    fn halves_are_read_exactly() {
        for (bits, value) in [
            (0x0000, 0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0400, 6.103_515_6e-5),
            (0x0001, 5.960_464_5e-8),
            (0x3555, 0.333_251_95),
            (0x7c00, f32::INFINITY),
        ] {
            assert_eq!(half(bits), value, "{bits:#x}");
        }
        assert!(half(0x7e00).is_nan());
    }
}
