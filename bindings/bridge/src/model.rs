//! A fitted model as a door holds it: shared, typed at run time, replaced whole by updates.
use std::any::Any;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use inlaid::{Code, Error, Result};

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
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model").field("class", &self.class).finish_non_exhaustive()
    }
}
