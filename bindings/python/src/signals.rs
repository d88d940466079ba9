//! Runs a call on the main thread itself and stops it only if a signal really comes.
//!
//! Handing a call to another thread costs two wake-ups, tens of microseconds on a virtual machine. So the main thread
//! works itself, while Python's wake-up descriptor tells a sleeping thread of any signal that has a Python handler: that
//! thread cancels the call, the handlers run, and if none of them raises, the call is done again where they cannot
//! disturb it (`worker`). A cancelled operation has left nothing behind, so nobody can tell the difference.
use inlaid::{Code, Context, Error};
use inlaid_bridge::Reply;
use pyo3::prelude::*;

/// Run `work` here. None if it was not done: handlers ran and did not raise, or they cannot be watched from here.
#[cfg(unix)]
pub(crate) fn run(
    py: Python<'_>,
    context: &Context,
    work: impl FnOnce() -> Result<Reply, Error> + Send,
) -> PyResult<Option<Result<Reply, Error>>> {
    let watch = unix::Watch::take()?;
    let reply = watch.over(py, context, || py.detach(work));
    watch.give_back();
    match reply? {
        Some(Err(error)) if error.code() == Code::Cancelled && context.is_cancelled() => {
            py.check_signals()?;
            Ok(None)
        }
        reply => Ok(reply),
    }
}

/// Wake-up descriptors of other systems are not watched.
#[cfg(not(unix))]
pub(crate) fn run(
    _: Python<'_>,
    _: &Context,
    _: impl FnOnce() -> Result<Reply, Error> + Send,
) -> PyResult<Option<Result<Reply, Error>>> {
    Ok(None)
}

/// Whether this thread is the one that runs signal handlers.
pub(crate) fn on_main_thread(py: Python<'_>) -> PyResult<bool> {
    use std::cell::Cell;
    thread_local! {
        // By process: the thread that forks is the main thread of its child.
        static KNOWN: Cell<Option<(u32, bool)>> = const { Cell::new(None) };
    }
    let process = std::process::id();
    if let Some((_, main)) = KNOWN.get().filter(|(known, _)| *known == process) {
        return Ok(main);
    }
    let threading = py.import("threading")?;
    let here: u64 = threading.call_method0("get_ident")?.extract()?;
    let main = threading.call_method0("main_thread")?.getattr("ident")?.extract::<u64>()? == here;
    KNOWN.set(Some((process, main)));
    Ok(main)
}

#[cfg(unix)]
mod unix {
    use std::io::Read;
    use std::mem;
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixStream;
    use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
    use std::thread;

    use inlaid::Context;
    use pyo3::prelude::*;
    use pyo3::sync::PyOnceLock;

    /// A thread that sleeps until a signal comes, and the call it should then cancel.
    pub(super) struct Watch {
        call: Arc<Mutex<Option<Context>>>,
        descriptor: UnixStream,
        process: u32,
    }

    /// Locked only by threads attached to the interpreter, which forks attached too: a child never finds it locked.
    static IDLE: Mutex<Option<Watch>> = Mutex::new(None);

    impl Watch {
        /// The watch of this process, or a new one.
        pub(super) fn take() -> std::io::Result<Self> {
            let process = std::process::id();
            match lock(&IDLE).take() {
                Some(watch) if watch.process == process => Ok(watch),
                other => {
                    mem::forget(other); // its thread stayed with the parent, perhaps while it held the lock
                    Self::start(process)
                }
            }
        }

        fn start(process: u32) -> std::io::Result<Self> {
            let (descriptor, mut waiting) = UnixStream::pair()?;
            descriptor.set_nonblocking(true)?;
            let call = Arc::new(Mutex::new(None));
            let theirs: Arc<Mutex<Option<Context>>> = Arc::clone(&call);
            let watch = move || {
                let mut bytes = [0; 64];
                while waiting.read(&mut bytes).is_ok_and(|count| count > 0) {
                    if let Some(context) = &*lock(&theirs) {
                        context.cancel();
                    }
                }
            };
            thread::Builder::new().name("inlaid-signals".into()).spawn(watch)?;
            Ok(Self { call, descriptor, process })
        }

        /// Keep the thread for the next call.
        pub(super) fn give_back(self) {
            *lock(&IDLE) = Some(self);
        }

        /// Do `work`, watched. None if another owner of the wake-up descriptor, such as an event loop, must keep it.
        pub(super) fn over<T>(
            &self,
            py: Python<'_>,
            context: &Context,
            work: impl FnOnce() -> T,
        ) -> PyResult<Option<T>> {
            *lock(&self.call) = Some(context.clone());
            let former = wake(py, self.descriptor.as_raw_fd())?;
            // A signal that came before the descriptor was set is not written to it.
            let made = if former == -1 { py.check_signals().map(|()| Some(work())) } else { Ok(None) };
            wake(py, former)?;
            *lock(&self.call) = None;
            made
        }
    }

    /// Let signals be written to a descriptor; gives the one before, -1 for none.
    fn wake(py: Python<'_>, descriptor: i32) -> PyResult<i32> {
        static SET: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        SET.import(py, "signal", "set_wakeup_fd")?.call1((descriptor,))?.extract()
    }

    fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
