//! What no single crate of this workspace can show.

mod answers;
mod doors;
mod errcodes;
mod flows;
mod openapi;
mod push;
mod retry;
mod scene;
mod secrets;
mod seeds;
mod tokens;
mod traced;
