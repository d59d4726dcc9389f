//! The client, against a transport that does what a script says and against the simulated platform.

mod deadline;
mod errors;
mod examples;
mod hard;
mod hidden;
mod left;
mod lost;
mod many;
mod merchants;
mod pages;
mod permitted;
mod polling;
mod records;
mod retry;
mod script;
mod stuck;
mod unfit;
mod waiting;
