//! The store beside a peer that speaks as Redis does, or does not: what needs no server.

mod building;
mod peer;
mod trouble;
