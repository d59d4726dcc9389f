//! Why a transport cannot be made.

use thiserror::Error;

/// Why a transport cannot be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BuildError {
    /// There is no base URL.
    #[error("there is no base URL; leave base_urls out to call api.weixin.qq.com")]
    NoBaseUrl,
    /// A base URL cannot be used.
    #[error("the base URL of `{url}` cannot be used: {why}")]
    #[allow(missing_docs, reason = "the variant says it")]
    BaseUrl { url: String, why: &'static str },
    /// The proxy cannot be used.
    #[error("the proxy cannot be used: {why}")]
    #[allow(missing_docs, reason = "the variant says it")]
    Proxy { why: &'static str },
    /// The certificates cannot be used.
    #[error("the trusted certificates cannot be used: {why}")]
    #[allow(missing_docs, reason = "the variant says it")]
    Trust { why: String },
}
