//! The `with_*` methods of options.

/// Declare `with_*` methods: the words, the method, its field with its type, and what wraps the value.
macro_rules! setters {
    ($($(#[$about:meta])* $setter:ident, $field:ident: $type:ty $(, $wrap:path)?;)*) => {
        $($(#[$about])*
        #[must_use]
        pub fn $setter(mut self, $field: $type) -> Self {
            self.$field = $($wrap)?($field);
            self
        })*
    };
}
