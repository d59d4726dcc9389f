//! What a call sends and what comes back, field by field, with samples.

/// A field of a request or an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldSpec {
    /// Its name on the wire.
    pub name: &'static str,
    /// Its type, as the specification names it; `[X]` is a list of `X`.
    pub kind: &'static str,
    /// Where it stands.
    pub place: Place,
    /// Whether it must be there.
    pub required: bool,
    /// Whether it is a credential.
    pub secret: bool,
    /// The value that it always has, if it has but one.
    pub value: Option<&'static str>,
    /// What it is.
    pub doc: &'static str,
}

impl FieldSpec {
    /// A field that must be there and is no credential.
    #[must_use]
    pub const fn new(name: &'static str, kind: &'static str, place: Place, doc: &'static str) -> Self {
        Self { name, kind, place, required: true, secret: false, value: None, doc }
    }

    /// The same, but it may be left out.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    /// The same, but it is a credential.
    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// The same, but it always has this value.
    #[must_use]
    pub const fn always(mut self, value: &'static str) -> Self {
        self.value = Some(value);
        self
    }
}

/// Where a field stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Place {
    /// In the JSON of the body.
    Body,
    /// In the query.
    Query,
    /// In a part of a multipart body.
    Part,
}

/// In which form the body of a request goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Payload {
    /// There is none.
    None,
    /// As JSON.
    Json,
    /// As a multipart form that holds one file.
    Multipart,
}

/// A sample of a request and its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Example {
    /// The page that shows it.
    pub source: &'static str,
    /// The body of the request, where it has one.
    pub request: Option<&'static str>,
    /// The body of the answer.
    pub response: &'static str,
    /// The erratum that says what is wrong with it, if something is.
    pub erratum: Option<&'static str>,
}

impl Example {
    /// A sample of an answer.
    #[must_use]
    pub const fn new(source: &'static str, response: &'static str) -> Self {
        Self { source, request: None, response, erratum: None }
    }
}
