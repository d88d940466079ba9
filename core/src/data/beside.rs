//! Numbers travel beside the JSON of a result, never inside it.
//!
//! While [`collect`] runs, every [`Matrix`], [`Vector`], [`Ints`] and [`Table`] that is serialised is put
//! on a list of this thread and stands in the text as `{"$array": position}`; while [`with`] runs, the same marks are
//! read back from a list. Without either, the types serialise as nested lists. The bindings use this; a Rust program need not.
use std::cell::RefCell;
use std::fmt;

use serde::{Deserialize, Serialize, de};

use super::{Ints, Matrix, Table, Vector};

/// One block of numbers that stands beside a JSON text.
#[derive(Clone, Debug)]
pub enum Payload {
    /// A matrix of `f64`.
    Matrix(Matrix),
    /// A vector of `f64`.
    Vector(Vector),
    /// Whole numbers.
    Ints(Ints),
    /// A table; clones share its columns.
    Table(Table),
}

thread_local! {
    static OUT: RefCell<Option<Vec<Payload>>> = const { RefCell::new(None) };
    static IN: RefCell<Option<Vec<Payload>>> = const { RefCell::new(None) };
}

/// Puts the former list back even when the closure unwinds.
struct Restore(&'static std::thread::LocalKey<RefCell<Option<Vec<Payload>>>>, Option<Vec<Payload>>);

impl Drop for Restore {
    fn drop(&mut self) {
        let former = self.1.take();
        self.0.with(|slot| *slot.borrow_mut() = former);
    }
}

/// Run `write` and give what it returned with every block it serialised, in the order of the marks.
pub fn collect<T>(write: impl FnOnce() -> T) -> (T, Vec<Payload>) {
    let former = OUT.with(|slot| slot.borrow_mut().replace(Vec::new()));
    let _restore = Restore(&OUT, former);
    let value = write();
    let blocks = OUT.with(|slot| slot.borrow_mut().take()).unwrap_or_default();
    (value, blocks)
}

/// Run `read` with `blocks` as what the marks of its text stand for.
pub fn with<T>(blocks: Vec<Payload>, read: impl FnOnce() -> T) -> T {
    let former = IN.with(|slot| slot.borrow_mut().replace(blocks));
    let _restore = Restore(&IN, former);
    read()
}

/// What stands in the text for a block.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mark {
    #[serde(rename = "$array")]
    position: usize,
}

/// Put a block on the list, if this thread collects.
pub(super) fn put(block: impl FnOnce() -> Payload) -> Option<Mark> {
    OUT.with(|slot| {
        slot.borrow_mut().as_mut().map(|blocks| {
            blocks.push(block());
            Mark { position: blocks.len() - 1 }
        })
    })
}

/// Whether marks can be read on this thread now.
pub(super) fn reading() -> bool {
    IN.with(|slot| slot.borrow().is_some())
}

/// The block that a mark stands for.
pub(super) fn take(mark: &Mark) -> Option<Payload> {
    IN.with(|slot| slot.borrow().as_ref().and_then(|blocks| blocks.get(mark.position).cloned()))
}

/// The block beside the text is of another kind.
pub(super) fn mismatch<E: de::Error>(wanted: impl fmt::Display) -> E {
    E::custom(format!("expected {wanted} beside the text"))
}

/// The block that a mark names is not there.
pub(super) fn missing<E: de::Error>() -> E {
    E::custom("a block of numbers is missing beside the text")
}
