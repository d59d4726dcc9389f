//! What kf-model promises, seen from outside.

mod corpus;
mod endpoints;
mod envelope;
mod formats;
mod names;
mod permissions;
mod requests;
mod secrets;
mod validators;
