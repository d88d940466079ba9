//! How a failure reaches Java.
use inlaid::{Code, Error as EngineError};
use jni::errors::{Error as JniError, ErrorPolicy};
use jni::objects::{JThrowable, JValue};
use jni::{Env, jni_sig, jni_str};

/// Why a native method fails: the engine says so, or the JVM does.
pub(crate) enum Fault {
    Engine(EngineError),
    Jvm(JniError),
}

impl From<EngineError> for Fault {
    fn from(error: EngineError) -> Self {
        Fault::Engine(error)
    }
}

impl From<JniError> for Fault {
    fn from(error: JniError) -> Self {
        Fault::Jvm(error)
    }
}

impl Fault {
    /// A failure found at the border itself.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Fault::Engine(EngineError::new(code, message))
    }
}

/// Throws faults and panics as `io.inlaid.InlaidException`; an exception that is already pending, such as
/// `OutOfMemoryError`, stays as it is.
pub(crate) enum Throw {}

impl<T: Default> ErrorPolicy<T, Fault> for Throw {
    type Captures<'unowned: 'native, 'native> = ();

    fn on_error<'unowned: 'native, 'native>(
        env: &mut Env<'unowned>,
        _: &mut Self::Captures<'unowned, 'native>,
        fault: Fault,
    ) -> Result<T, JniError> {
        if env.exception_check() {
            return Ok(T::default());
        }
        match fault {
            Fault::Engine(error) => throw(env, error.code(), error.message())?,
            Fault::Jvm(error) => {
                let sentence = format!("the border between Java and inlaid failed ({error}); please report this");
                throw(env, Code::Internal, &sentence)?;
            }
        }
        Ok(T::default())
    }

    fn on_panic<'unowned: 'native, 'native>(
        env: &mut Env<'unowned>,
        captures: &mut Self::Captures<'unowned, 'native>,
        _: Box<dyn std::any::Any + Send>,
    ) -> Result<T, JniError> {
        let fault = Fault::new(Code::Internal, "inlaid's JVM library panicked; please report this with the input");
        Self::on_error(env, captures, fault)
    }
}

fn throw(env: &mut Env<'_>, code: Code, message: &str) -> Result<(), JniError> {
    let code = env.new_string(code.as_str())?;
    let message = env.new_string(message)?;
    let class = env.find_class(jni_str!("io/inlaid/InlaidException"))?;
    let exception = env.call_static_method(
        class,
        jni_str!("of"),
        jni_sig!("(Ljava/lang/String;Ljava/lang/String;)Lio/inlaid/InlaidException;"),
        &[JValue::Object(&code), JValue::Object(&message)],
    )?;
    let exception = env.cast_local::<JThrowable>(exception.l()?)?;
    // `throw` reports success as the error `JavaException`: an exception is now pending.
    match env.throw(&exception) {
        Ok(()) | Err(JniError::JavaException) => Ok(()),
        Err(other) => Err(other),
    }
}
