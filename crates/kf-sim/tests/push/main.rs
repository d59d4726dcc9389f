//! Pushes are delivered to servers, and what these answer comes back.

mod bot;
mod configured;
mod delivered;
mod failing;
mod lanes;
