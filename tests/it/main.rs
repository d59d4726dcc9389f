//! What no single crate of this workspace can show.

mod openapi;
mod seeds;
