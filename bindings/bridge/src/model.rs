//! A fitted model as a door holds it: shared, typed at run time, replaced whole by updates or changed in place.
use std::any::Any;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use inlaid::{Code, Context, Error, Result};

/// A fitted model of some class. Clones are the same model; readers never wait for an update to finish.
#[derive(Clone)]
pub struct Model {
    class: &'static str,
    value: Arc<RwLock<Arc<dyn Any + Send + Sync>>>,
    updating: Arc<Mutex<()>>,
}

impl Model {
    /// Hold `value` as a model of `class`, such as `forecast.FittedAutoEts`.
    pub fn new<T: Any + Send + Sync>(class: &'static str, value: T) -> Self {
        Self { class, value: Arc::new(RwLock::new(Arc::new(value))), updating: Arc::default() }
    }

    /// Hold `value` as a model of `class` that [`change`](Self::change) changes in place.
    pub fn in_place<T: Any + Send>(class: &'static str, value: T) -> Self {
        Self::new(class, InPlace { place: Mutex::new(Place::Here(Box::new(value))), freed: Condvar::new() })
    }

    /// The class of the model.
    #[must_use]
    pub fn class(&self) -> &'static str {
        self.class
    }

    /// The model as it is now.
    ///
    /// # Errors
    /// `invalid_data` if it is of another type.
    pub fn read<T: Any + Send + Sync>(&self) -> Result<Arc<T>> {
        let value = Arc::clone(&self.value.read().unwrap_or_else(PoisonError::into_inner));
        value
            .downcast()
            .map_err(|_| Error::new(Code::InvalidData, format!("this operation does not belong to a {}", self.class)))
    }

    /// Change a copy of the model and put it in place if `change` succeeds; updates come one after the other.
    ///
    /// # Errors
    /// As [`read`](Self::read), and what `change` returns; the model is then as before.
    pub fn update<T: Any + Send + Sync + Clone>(&self, change: impl FnOnce(&mut T) -> Result<()>) -> Result<()> {
        let _one_at_a_time = self.updating.lock().unwrap_or_else(PoisonError::into_inner);
        let mut copy = T::clone(&*self.read::<T>()?);
        change(&mut copy)?;
        *self.value.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(copy);
        Ok(())
    }

    /// Look at the value of a model held [in place](Self::in_place), or change it. Calls come one after the other and see
    /// what the last one left.
    ///
    /// Nothing is copied, so a `change` that fails or is cancelled must itself leave the value as it found it.
    ///
    /// # Errors
    /// `invalid_data` if it is of another type, `cancelled` while it waits for its turn, `internal` after a change that
    /// panicked, and what `change` returns.
    pub fn change<T: Any + Send, R>(&self, context: &Context, change: impl FnOnce(&mut T) -> Result<R>) -> Result<R> {
        let held = self.read::<InPlace<T>>()?;
        let mut taken = held.take(context)?;
        match &mut taken.value {
            Some(value) => change(value),
            None => Err(Error::new(Code::Internal, "a model was taken twice; please report this")),
        }
    }
}

/// How long a call waits for its turn before it looks whether it was cancelled.
const TICK: Duration = Duration::from_millis(20);

/// A value that one call at a time takes.
struct InPlace<T> {
    place: Mutex<Place<T>>,
    freed: Condvar,
}

/// Where the value is.
enum Place<T> {
    Here(Box<T>),
    /// A call has it.
    Away,
    /// A call panicked while it had it: what it left is anybody's guess.
    Lost,
}

/// A value on loan; it goes back when this is dropped.
struct Taken<'a, T> {
    value: Option<Box<T>>,
    from: &'a InPlace<T>,
}

impl<T> InPlace<T> {
    fn lock(&self) -> MutexGuard<'_, Place<T>> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Take the value once it is there.
    fn take(&self, context: &Context) -> Result<Taken<'_, T>> {
        let mut place = self.lock();
        loop {
            match std::mem::replace(&mut *place, Place::Away) {
                Place::Here(value) => return Ok(Taken { value: Some(value), from: self }),
                Place::Away => context.check()?,
                Place::Lost => {
                    *place = Place::Lost;
                    return Err(Error::new(
                        Code::Internal,
                        "this model is unusable since a call on it failed inside inlaid",
                    ));
                }
            }
            place = self.freed.wait_timeout(place, TICK).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl<T> Drop for Taken<'_, T> {
    fn drop(&mut self) {
        let back = self.value.take().filter(|_| !std::thread::panicking());
        *self.from.lock() = back.map_or(Place::Lost, Place::Here);
        self.from.freed.notify_one();
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model").field("class", &self.class).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Barrier;

    use super::*;

    #[test]
    fn changes_in_place_come_one_after_the_other_and_copy_nothing() {
        struct Counter(Vec<usize>); // no Clone
        let (model, context) = (Model::in_place("toy.Counter", Counter(Vec::with_capacity(8000))), Context::new());
        let at =
            |model: &Model| model.change(&context, |counter: &mut Counter| Ok(counter.0.as_ptr() as usize)).unwrap();
        let before = at(&model);
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let (model, context) = (model.clone(), &context);
                scope.spawn(move || {
                    for _ in 0..1000 {
                        let push = |counter: &mut Counter| {
                            counter.0.push(thread);
                            Ok(())
                        };
                        model.change(context, push).unwrap();
                    }
                });
            }
        });
        let count = model.change(&context, |counter: &mut Counter| Ok(counter.0.len())).unwrap();
        assert_eq!((count, at(&model)), (8000, before));
        assert_eq!(model.change(&context, |_: &mut u8| Ok(())).unwrap_err().code(), Code::InvalidData);
    }

    #[test]
    fn a_call_that_waits_for_its_turn_can_be_cancelled() {
        let (model, context, stopped) = (Model::in_place("toy.Number", 1), Context::new(), Context::new());
        let (begun, over) = (Barrier::new(2), Barrier::new(2));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let slow = |_: &mut i32| {
                    begun.wait();
                    over.wait();
                    Ok(())
                };
                model.change(&context, slow).unwrap();
            });
            begun.wait();
            stopped.cancel();
            let error = model.change(&stopped, |_: &mut i32| Ok(())).unwrap_err();
            over.wait();
            assert_eq!(error.code(), Code::Cancelled);
        });
        assert_eq!(model.change(&context, |number: &mut i32| Ok(*number)).unwrap(), 1);
    }

    #[test]
    fn an_error_leaves_a_model_usable_and_a_panic_does_not() {
        let (model, context) = (Model::in_place("toy.Number", 1), Context::new());
        let refused = |_: &mut i32| -> Result<()> { Err(Error::new(Code::InvalidData, "no")) };
        assert_eq!(model.change(&context, refused).unwrap_err().message(), "no");
        assert_eq!(model.change(&context, |number: &mut i32| Ok(*number)).unwrap(), 1);
        let broken = || model.change(&context, |_: &mut i32| -> Result<()> { panic!("half way") });
        assert!(catch_unwind(AssertUnwindSafe(broken)).is_err());
        assert_eq!(model.change(&context, |_: &mut i32| Ok(())).unwrap_err().code(), Code::Internal);
    }
}
