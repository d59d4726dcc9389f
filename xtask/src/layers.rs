//! What may depend on what, how large it may grow, and where a credential may become text.
//!
//! A new arrow, a larger budget or a new place is a change of these tables, and so is seen in review.

/// The crates of the workspace, and which of them each may depend on. (Dev-dependencies are free.)
pub(crate) const ARROWS: &[(&str, &[&str])] = &[
    ("kf-model", &[]),
    ("kf-transport", &["kf-model"]),
    ("kf-token", &["kf-model", "kf-transport"]),
    ("kf-token-redis", &["kf-model", "kf-token", "kf-transport"]),
    ("kf-client", &["kf-model", "kf-token", "kf-transport"]),
    ("kf-push", &["kf-model", "kf-transport"]),
    ("kf-roster", &["kf-client", "kf-model"]),
    ("kf-sim", &["kf-model", "kf-transport"]),
    (
        "kf-cli",
        &["kf-client", "kf-model", "kf-push", "kf-roster", "kf-sim", "kf-token", "kf-token-redis", "kf-transport"],
    ),
    ("kf-tests", &[]),
    ("xtask", &[]),
];

/// Crates that promise to depend on nothing but these.
pub(crate) const DIRECT: &[(&str, &[&str])] = &[
    ("kf-model", &["serde", "serde_json", "thiserror", "zeroize"]),
    (
        "kf-token-redis",
        &[
            "async-trait",
            "kf-model",
            "kf-token",
            "kf-transport",
            "redis",
            "rustls",
            "serde",
            "serde_json",
            "thiserror",
            "tokio",
            "tokio-rustls",
        ],
    ),
];

/// A crate, the features to count it with, and how many crates its normal tree may have, itself counted.
pub(crate) const BUDGETS: &[(&str, &str, usize)] = &[
    ("kf-model", "", 12),
    ("kf-model", "json", 16),
    ("kf-transport", "", 16),
    ("kf-transport", "hyper", 62),
    ("kf-token-redis", "", 80),
    ("kf-token-redis", "tls", 104),
    ("kf-client", "", 72),
    ("kf-push", "", 42),
    ("kf-roster", "", 72),
    ("kf-sim", "", 36),
    ("kf-cli", "", 112),
];

/// The files, from the root, that may call `Secret::expose`, and why.
pub(crate) const EXPOSES: &[(&str, &str)] = &[
    ("crates/kf-cli/src/rid.rs", "hides the credentials in what a request was"),
    ("crates/kf-cli/src/secret_file.rs", "writes an AppSecret into a file that only its user can read"),
    ("crates/kf-cli/src/sim/examples.rs", "prints a made-up AppSecret, in examples to paste"),
    ("crates/kf-cli/src/sim/ready.rs", "prints made-up AppSecrets"),
    ("crates/kf-cli/src/sim/runtime.rs", "writes the control key into the file that only its user can read"),
    ("crates/kf-cli/src/sim/start.rs", "looks whether a control key can stand in a header"),
    ("crates/kf-cli/src/token/show.rs", "shows the ends of a token, or all of it where that is asked for"),
    ("crates/kf-cli/src/watch.rs", "finds it in what is shown of a call, to hide it"),
    ("crates/kf-model/src/secret.rs", "defines it, compares two"),
    ("crates/kf-model/src/wire.rs", "writes it into the body of a token call"),
    ("crates/kf-push/src/key.rs", "decodes the key of encrypted pushes"),
    ("crates/kf-push/src/token.rs", "signs with it"),
    ("crates/kf-sim/src/delivery/letter.rs", "pushes made-up tickets and codes"),
    ("crates/kf-sim/src/delivery/seal.rs", "signs pushes with the token, hides it in what a server repeats"),
    ("crates/kf-sim/src/door/memory.rs", "reads the token of a call, as the platform does"),
    ("crates/kf-sim/src/json.rs", "hands out made-up tokens"),
    ("crates/kf-sim/src/raw.rs", "saves made-up tokens"),
    ("crates/kf-sim/src/scenario/pushing.rs", "decodes the key of encrypted pushes, looks whether a token can sign"),
    ("crates/kf-sim/src/world/component.rs", "compares made-up tickets and codes"),
    ("crates/kf-sim/src/world/gate.rs", "finds what a made-up token stands for"),
    ("crates/kf-sim/src/world/tokens.rs", "finds who holds a made-up token"),
    ("crates/kf-token-redis/src/address.rs", "reads the URL of a Redis, which may hold a password"),
    ("crates/kf-token-redis/src/dial.rs", "tells Redis who we are"),
    ("crates/kf-token-redis/src/form.rs", "writes tokens into a Redis"),
    ("crates/kf-token/src/hide.rs", "finds it in what a server repeats, to hide it"),
    ("crates/kf-token/src/store/file/form.rs", "writes tokens into a file that its owner alone can read"),
    ("crates/kf-transport/src/hyper/proxy.rs", "writes the password of a proxy into the request for a tunnel"),
    ("crates/kf-transport/src/target.rs", "writes it into the query"),
];
