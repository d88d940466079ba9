//! The classes of the node binding.
use inlaid_bridge::api::Api;

use super::Generated;

/// Where they stand.
pub(super) const FOLDER: &str = "bindings/node/lib";

/// Every generated file.
pub(super) fn files(_api: &Api) -> Vec<Generated> {
    Vec::new()
}
