//! What kf-model promises, seen from outside.

mod corpus;
mod endpoints;
mod envelope;
mod files;
mod formats;
mod messages;
mod names;
mod permissions;
mod requests;
mod secrets;
mod validators;
