//! What no single crate of this workspace can show.

mod errcodes;
mod openapi;
mod scene;
mod seeds;
