//! A moment in a scenario: a Unix time, or so long ago, or in so long.

use std::fmt;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment: seconds since the Unix epoch. A scenario may also say `"2h ago"` or `"in 7d"`, counted from when it is loaded.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp(Moment);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Moment {
    At(i64),
    /// Seconds from the time of loading, which has not come yet.
    FromLoad(i64),
}

impl Stamp {
    /// A moment.
    #[must_use]
    pub fn at(seconds: i64) -> Self {
        Self(Moment::At(seconds))
    }

    /// Seconds since the Unix epoch.
    #[must_use]
    pub fn seconds(self) -> i64 {
        match self.0 {
            Moment::At(seconds) | Moment::FromLoad(seconds) => seconds,
        }
    }

    /// Counts what is relative from now.
    pub(crate) fn settle(&mut self, now: i64) {
        if let Moment::FromLoad(seconds) = self.0 {
            *self = Self::at(now.saturating_add(seconds));
        }
    }
}

impl fmt::Debug for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Moment::At(seconds) => write!(f, "{seconds}"),
            Moment::FromLoad(seconds) => write!(f, "{seconds:+}"),
        }
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.seconds())
    }
}

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Stamp;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a Unix time in seconds, or text like \"2h ago\" or \"in 7d\" (s, m, h or d)")
            }
            fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<Stamp, E> {
                Ok(Stamp::at(seconds))
            }
            fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<Stamp, E> {
                i64::try_from(seconds).map(Stamp::at).map_err(|_| E::custom("this time is too far away"))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Stamp, E> {
                let span = match (text.strip_suffix(" ago"), text.strip_prefix("in ")) {
                    (Some(span), None) => parse_span(span).map(|seconds| -seconds),
                    (None, Some(span)) => parse_span(span),
                    _ if text == "now" => Some(0),
                    _ => None,
                };
                let seconds = span.ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))?;
                Ok(Stamp(Moment::FromLoad(seconds)))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// Seconds of a span such as `90`, `90s`, `15m`, `2h` or `7d`.
pub(crate) fn parse_span(text: &str) -> Option<i64> {
    let text = text.trim();
    let (number, unit) = match text.strip_suffix(['s', 'm', 'h', 'd']) {
        Some(number) => (number, &text[number.len()..]),
        None => (text, "s"),
    };
    let seconds = match unit {
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => 1,
    };
    let number: i64 = number.trim().parse().ok().filter(|number| *number >= 0)?;
    number.checked_mul(seconds).filter(|span| *span < 1_000_000_000_000)
}
