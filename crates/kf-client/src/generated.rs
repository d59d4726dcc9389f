//! What is generated from the specification.

mod methods;
