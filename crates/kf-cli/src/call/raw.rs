//! A request of any call that holds what it was given, and what came as an answer.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

use kf_client::{Client, Error};
use kf_model::{Answer, Download, Endpoint, EndpointSpec, QueryPair, Secret, Upload};
use serde::de::{Error as _, MapAccess, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

/// What a call is to send.
#[derive(Default)]
pub(crate) struct Given {
    pub(crate) body: Map<String, Value>,
    pub(crate) query: Vec<(&'static str, GivenValue)>,
    pub(crate) upload: Option<(&'static str, Upload)>,
}

/// A value of the query.
pub(crate) enum GivenValue {
    Text(String),
    Secret(Secret),
}

/// What a call answered.
pub(crate) enum Answered {
    File(Download),
    Data(Map<String, Value>),
}

/// How a call of the table is sent.
pub(crate) type SendRaw = for<'c> fn(&'c Client, Given) -> Answering<'c>;

/// An answer that is on its way.
pub(crate) type Answering<'c> = Pin<Box<dyn Future<Output = Result<Answered, Error>> + 'c>>;

/// Sends what was given as a call.
pub(crate) fn send<E: Endpoint + 'static>(client: &Client, given: Given) -> Answering<'_> {
    Box::pin(async move {
        let raw = Raw::<E> { given, endpoint: PhantomData };
        client.send(&raw).await.map(|reply| reply.answered)
    })
}

/// The request: it goes where `E` goes and is known as `E`, and holds what it was given.
struct Raw<E> {
    given: Given,
    endpoint: PhantomData<fn() -> E>,
}

impl<E: Endpoint + 'static> Endpoint for Raw<E> {
    type Response = Reply<E>;

    const SPEC: &'static EndpointSpec = E::SPEC;

    fn query(&self) -> Vec<QueryPair<'_>> {
        let pairs = self.given.query.iter().map(|(name, value)| match value {
            GivenValue::Text(text) => QueryPair::text(name, text.as_str()),
            GivenValue::Secret(secret) => QueryPair::secret(name, secret),
        });
        pairs.collect()
    }

    fn upload(&self) -> Option<(&'static str, &Upload)> {
        self.given.upload.as_ref().map(|(name, file)| (*name, file))
    }
}

impl<E> Serialize for Raw<E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.given.body.serialize(serializer)
    }
}

impl<E: Endpoint> fmt::Debug for Raw<E> {
    /// What it holds may be a credential.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Raw").field(&E::SPEC.name).finish()
    }
}

/// The answer to a raw request.
struct Reply<E> {
    answered: Answered,
    endpoint: PhantomData<fn() -> E>,
}

impl<E> Reply<E> {
    fn new(answered: Answered) -> Self {
        Self { answered, endpoint: PhantomData }
    }
}

impl<'de, E> Deserialize<'de> for Reply<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Map::deserialize(deserializer).map(|members| Self::new(Answered::Data(members)))
    }
}

impl<E: Endpoint> Answer for Reply<E> {
    const MAY_BE_FILE: bool = E::SPEC.answers_file;

    fn from_file(file: Download) -> Option<Self> {
        Some(Self::new(Answered::File(file)))
    }

    /// Where a file could have come, JSON is the answer only if it holds something of it.
    fn from_members<'de, A: MapAccess<'de>>(members: A) -> Result<Self, A::Error> {
        let members = Map::deserialize(MapAccessDeserializer::new(members))?;
        let is_known = E::SPEC.response.iter().any(|field| members.contains_key(field.name));
        match E::SPEC.response.first() {
            Some(field) if Self::MAY_BE_FILE && !is_known => Err(A::Error::missing_field(field.name)),
            _ => Ok(Self::new(Answered::Data(members))),
        }
    }
}
