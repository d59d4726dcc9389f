//! Faults as data: what goes wrong on purpose, how often, and for whom.

use serde::{Deserialize, Serialize};

use crate::world::mix;

/// Something that goes wrong on purpose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Fault {
    /// The endpoint that it strikes, such as `add_account`; left out, all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The app that it strikes, by AppID; left out, all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// How many calls more it strikes; left out, all that follow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// How likely it strikes each of them, from 0 to 1; left out, always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// What chance begins with: the same seed strikes the same calls.
    #[serde(default)]
    pub seed: u64,
    /// What happens.
    #[serde(rename = "effect")]
    pub effect: Effect,
}

impl Fault {
    /// A fault that strikes each call.
    #[must_use]
    pub fn new(effect: Effect) -> Self {
        Self { endpoint: None, app: None, times: None, probability: None, seed: 0, effect }
    }

    /// The same for one endpoint.
    #[must_use]
    pub fn on(mut self, endpoint: &str) -> Self {
        self.endpoint = Some(endpoint.to_owned());
        self
    }

    /// The same for the next calls alone.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// The same with a probability.
    #[must_use]
    pub fn with_probability(mut self, probability: f64, seed: u64) -> Self {
        (self.probability, self.seed) = (Some(probability), seed);
        self
    }

    /// Whether it strikes a call; counts it if so.
    pub(crate) fn strikes(&mut self, endpoint: &str, app: Option<&str>) -> bool {
        let is_meant = self.endpoint.as_deref().is_none_or(|wanted| wanted == endpoint)
            && self.app.as_deref().is_none_or(|wanted| Some(wanted) == app);
        if !is_meant || self.times == Some(0) {
            return false;
        }
        if let Some(probability) = self.probability {
            // A file holds 63 bits.
            self.seed = self.seed.wrapping_add(0x9E37_79B9_7F4A_7C15) & (u64::MAX >> 1);
            // 53 bits are what a double holds exactly.
            #[allow(clippy::cast_precision_loss, reason = "53 bits fit")]
            let chance = (mix(self.seed) >> 11) as f64 / (1_u64 << 53) as f64;
            if chance >= probability {
                return false;
            }
        }
        if let Some(times) = &mut self.times {
            *times -= 1;
        }
        true
    }
}

/// What happens to a call that a fault strikes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Effect {
    /// The call is refused with this code and does nothing.
    Errcode(i64),
    /// The call does nothing, and an answer with this status comes.
    Status(u16),
    /// The call does nothing, and this comes with status 200.
    Body(String),
    /// The answer comes so many milliseconds later.
    Delay(u64),
    /// The call acts; its answer breaks off in the middle.
    Cut,
    /// The call does nothing; the connection is reset.
    Reset,
    /// The token of the call dies, and so it is refused.
    TokenDies,
    /// The call acts; no answer comes.
    LoseAnswer,
}

impl Effect {
    /// Its name in a scenario.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Errcode(_) => "errcode",
            Self::Status(_) => "status",
            Self::Body(_) => "body",
            Self::Delay(_) => "delay",
            Self::Cut => "cut",
            Self::Reset => "reset",
            Self::TokenDies => "token-dies",
            Self::LoseAnswer => "lose-answer",
        }
    }
}
