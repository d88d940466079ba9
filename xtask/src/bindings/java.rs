//! The classes of the java binding.
use inlaid_bridge::api::Api;

use super::Generated;

/// Where they stand.
pub(super) const FOLDER: &str = "bindings/jvm";

/// Every generated file.
pub(super) fn files(_api: &Api) -> Vec<Generated> {
    Vec::new()
}
