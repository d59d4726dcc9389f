//! The specification as it stands in the files: every key that they may have.

use std::collections::BTreeMap;

use serde::Deserialize;

/// All files together.
#[derive(Debug, Default)]
pub(crate) struct Spec {
    pub(crate) service: Service,
    pub(crate) sources: Vec<Source>,
    pub(crate) types: Vec<Type>,
    pub(crate) errcodes: Vec<ErrCode>,
    pub(crate) errata: Vec<Erratum>,
    pub(crate) families: Vec<Family>,
}

impl Spec {
    pub(crate) fn endpoints(&self) -> impl Iterator<Item = (&Family, &Endpoint)> {
        self.families.iter().flat_map(|family| family.endpoint.iter().map(move |endpoint| (family, endpoint)))
    }

    pub(crate) fn limits(&self) -> impl Iterator<Item = (&Family, &Limit)> {
        self.families.iter().flat_map(|family| family.limit.iter().map(move |limit| (family, limit)))
    }

    pub(crate) fn objects(&self) -> impl Iterator<Item = &Object> {
        self.families.iter().flat_map(|family| &family.object)
    }

    pub(crate) fn object(&self, name: &str) -> Option<&Object> {
        self.objects().find(|object| object.name == name)
    }

    pub(crate) fn unions(&self) -> impl Iterator<Item = &Union> {
        self.families.iter().flat_map(|family| &family.union)
    }

    pub(crate) fn union(&self, name: &str) -> Option<&Union> {
        self.unions().find(|union| union.name == name)
    }

    /// The family that an object or a union stands in.
    pub(crate) fn home(&self, name: &str) -> Option<&Family> {
        self.families.iter().find(|family| {
            let unions = family.union.iter().map(|union| &union.name);
            family.object.iter().map(|object| &object.name).chain(unions).any(|known| known == name)
        })
    }

    /// The calls on a path.
    pub(crate) fn on_path(&self, path: &str) -> Vec<&Endpoint> {
        self.endpoints().map(|(_, endpoint)| endpoint).filter(|endpoint| endpoint.path == path).collect()
    }

    /// The fields that a call has to have and no other call on its path knows.
    pub(crate) fn own_fields<'a>(&self, endpoint: &'a Endpoint) -> Vec<&'a str> {
        let others: Vec<&Endpoint> =
            self.on_path(&endpoint.path).into_iter().filter(|other| other.name != endpoint.name).collect();
        let is_own = |name: &str| others.iter().all(|other| other.request.iter().all(|field| field.name != name));
        let required = endpoint.request.iter().filter(|field| field.required && !others.is_empty());
        required.map(|field| field.name.as_str()).filter(|name| is_own(name)).collect()
    }

    /// Whether no field, but the kind of the app that calls, tells the calls on a path apart.
    pub(crate) fn told_apart_by_caller(&self, path: &str) -> bool {
        let calls = self.on_path(path);
        calls.len() > 1 && calls.iter().filter(|endpoint| self.own_fields(endpoint).is_empty()).count() > 1
    }

    /// Whether an object is a part of what is sent, not of what is answered.
    pub(crate) fn is_sent(&self, object: &str) -> bool {
        let names = |field: &Field| field.kind == object || field.row() == Some(object);
        self.endpoints().any(|(_, endpoint)| endpoint.request.iter().any(names))
            || self.unions().any(|union| union.member.iter().any(|member| member.object == object))
            || self.objects().any(|known| known.field.iter().any(names) && self.is_sent(&known.name))
    }

    /// Whether a field is a credential, or has one inside.
    pub(crate) fn holds_secret(&self, field: &Field) -> bool {
        let inner = self.object(field.row().unwrap_or(&field.kind));
        self.kind(&field.kind).is_some_and(|kind| kind.secret)
            || inner.is_some_and(|object| object.field.iter().any(|field| self.holds_secret(field)))
    }

    pub(crate) fn kind(&self, name: &str) -> Option<&Type> {
        self.types.iter().find(|kind| kind.name == name)
    }

    pub(crate) fn errcode(&self, code: i64) -> Option<&ErrCode> {
        self.errcodes.iter().find(|row| row.code == code)
    }
}

/// One family of endpoints: one file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Family {
    #[serde(skip)]
    pub(crate) name: String,
    pub(crate) doc: String,
    #[serde(default)]
    pub(crate) limit: Vec<Limit>,
    #[serde(default)]
    pub(crate) endpoint: Vec<Endpoint>,
    #[serde(default)]
    pub(crate) object: Vec<Object>,
    #[serde(default)]
    pub(crate) union: Vec<Union>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Endpoint {
    pub(crate) name: String,
    pub(crate) wire_name: String,
    pub(crate) dialect: Option<String>,
    pub(crate) method: Method,
    #[serde(default)]
    pub(crate) also: Vec<Method>,
    pub(crate) path: String,
    pub(crate) doc: String,
    #[serde(default)]
    pub(crate) notes: Vec<String>,
    pub(crate) source: Option<String>,
    pub(crate) sure: Sure,
    pub(crate) server_side_only: bool,
    #[serde(default)]
    pub(crate) setup: Vec<Setup>,
    pub(crate) tokens: Vec<TokenKind>,
    /// The name of the token in the query, where it is not `access_token`.
    pub(crate) token_name: Option<String>,
    pub(crate) permission_sets: Vec<String>,
    pub(crate) callers: BTreeMap<AccountKind, Certification>,
    pub(crate) cloud_call: bool,
    pub(crate) repeat: Repeat,
    #[serde(default)]
    pub(crate) settled_by: Vec<i64>,
    pub(crate) errcodes: Vec<i64>,
    #[serde(default)]
    pub(crate) hints: BTreeMap<String, String>,
    /// Codes that the simulator has no rule for, and why.
    #[serde(default)]
    pub(crate) unreachable: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) limits: Vec<String>,
    #[serde(default)]
    pub(crate) request: Vec<Field>,
    #[serde(default)]
    pub(crate) response: Vec<Field>,
    /// Whether the answer may be a file instead of its fields.
    #[serde(default)]
    pub(crate) answers_file: bool,
    /// Whether a rule by hand says what is not worth sending.
    #[serde(default)]
    pub(crate) checked: bool,
    #[serde(default)]
    pub(crate) example: Vec<Example>,
}

impl Endpoint {
    /// Where a field of the request stands: in the query of a GET and in the body of a POST, unless it says.
    pub(crate) fn place(&self, field: &Field) -> Place {
        field.place.unwrap_or(if self.method == Method::Get { Place::Query } else { Place::Body })
    }

    /// Whether a success has `errcode` beside its data, as the page shows it.
    pub(crate) fn answers_code(&self) -> bool {
        let has_code = |example: &Example| {
            let answer: serde_json::Value = serde_json::from_str(&example.response).unwrap_or_default();
            answer.get("errcode").is_some()
        };
        self.example.iter().any(has_code)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) rust_name: Option<String>,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) place: Option<Place>,
    #[serde(default = "yes")]
    pub(crate) required: bool,
    pub(crate) blank: Option<Blank>,
    #[serde(default)]
    pub(crate) aliases: Vec<String>,
    pub(crate) value: Option<String>,
    /// How many rows a list that is sent has, neither more nor fewer.
    pub(crate) exactly: Option<usize>,
    pub(crate) doc: String,
    pub(crate) source: Option<String>,
    pub(crate) sure: Option<Sure>,
}

impl Field {
    /// Its name in Rust.
    pub(crate) fn ident(&self) -> &str {
        self.rust_name.as_deref().unwrap_or(&self.name)
    }

    /// The type of a row, where the field is a list.
    pub(crate) fn row(&self) -> Option<&str> {
        self.kind.strip_prefix('[')?.strip_suffix(']')
    }
}

fn yes() -> bool {
    true
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Object {
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) field: Vec<Field>,
}

/// One of several objects, of which a word says which it is: `{"msgtype":"text","text":{..}}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Union {
    pub(crate) name: String,
    pub(crate) tag: String,
    pub(crate) doc: String,
    pub(crate) member: Vec<Member>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Member {
    /// The word, and the name of the member that goes with it.
    pub(crate) name: String,
    pub(crate) variant: String,
    pub(crate) object: String,
    pub(crate) callers: Vec<AccountKind>,
    pub(crate) doc: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Example {
    pub(crate) source: Option<String>,
    pub(crate) erratum: Option<String>,
    pub(crate) request: Option<String>,
    pub(crate) response: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limit {
    pub(crate) name: String,
    pub(crate) value: u64,
    pub(crate) rust: Option<String>,
    pub(crate) doc: String,
    pub(crate) source: Option<String>,
    pub(crate) sure: Sure,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Type {
    pub(crate) name: String,
    pub(crate) rust: String,
    pub(crate) wire: String,
    pub(crate) write: Option<Write>,
    pub(crate) read: Option<Read>,
    #[serde(default)]
    pub(crate) secret: bool,
    pub(crate) doc: String,
    pub(crate) source: Option<String>,
    #[serde(rename = "sure")]
    pub(crate) _sure: Option<Sure>,
    pub(crate) schema: toml::Table,
    /// What servers send, where that is more than the schema.
    pub(crate) answer: Option<toml::Table>,
    #[serde(default)]
    pub(crate) values: Vec<TypeValue>,
}

impl Type {
    /// The last part of the Rust path.
    pub(crate) fn rust_name(&self) -> &str {
        self.rust.rsplit("::").next().unwrap_or(&self.rust)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TypeValue {
    pub(crate) value: toml::Value,
    pub(crate) name: String,
    pub(crate) doc: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErrCode {
    pub(crate) code: i64,
    pub(crate) name: Option<String>,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    pub(crate) category: Category,
    pub(crate) retry: Retry,
    pub(crate) refresh: Refresh,
    pub(crate) source: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Erratum {
    pub(crate) id: String,
    pub(crate) about: Vec<String>,
    pub(crate) claim: String,
    pub(crate) finding: String,
    pub(crate) decision: String,
    pub(crate) source: Option<String>,
    pub(crate) sure: Sure,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) interface: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Service {
    pub(crate) host: Vec<Host>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Host {
    pub(crate) name: String,
    pub(crate) doc: String,
}

/// A set of words of the specification that are variants of an enum in Rust, under the same name.
macro_rules! words {
    ($name:ident $(#[$meta:meta])* { $($variant:ident = $word:literal),+ $(,)? }) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
        $(#[$meta])*
        pub(crate) enum $name { $(#[serde(rename = $word)] $variant),+ }

        #[allow(dead_code, reason = "each set uses what it needs")]
        impl $name {
            pub(crate) fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    };
}

words! { Method { Get = "GET", Post = "POST" } }
words! { Sure { Stated = "S", Official = "O", Several = "2", Single = "1", Reported = "C", Guessed = "G" } }
words! { Setup { IpWhitelist = "ip-whitelist", KfEnabled = "kf-enabled", WechatId = "wechat-id" } }
words! { TokenKind { Own = "own", Authorizer = "authorizer", Component = "component" } }
words! { AccountKind {
    OfficialAccount = "official-account", ServiceAccount = "service-account",
    MiniProgram = "mini-program", MiniGame = "mini-game",
} }
words! { Certification { Any = "any", Certified = "certified" } }
words! { Repeat { Safe = "safe", Harmless = "harmless", Settles = "settles", Never = "never" } }
words! { Place { Body = "body", Query = "query", Part = "part" } }
words! { Blank { Default = "default" } }
words! { Write { Number = "number", Secret = "secret", Text = "text" } }
words! { Read { Lifetime = "lifetime", Own = "own", Trimmed = "trimmed" } }
words! { Retry { No = "no", Backoff = "backoff", Wait = "wait", User = "user", Admin = "admin", Token = "token" } }
words! { Refresh { No = "no", Yes = "yes", Maybe = "maybe", Component = "component", Reauthorize = "reauthorize" } }
words! { Category {
    AccountState = "account-state", AdminConfirm = "admin-confirm", Business = "business", Credential = "credential",
    Diag = "diag", IpWhitelist = "ip-whitelist", Kf = "kf", KfLegacy = "kf-legacy", KfWork = "kf-work", Media = "media",
    Menu = "menu", Message = "message", Other = "other", Parameter = "parameter", Permission = "permission", Quota = "quota",
    RequestShape = "request-shape", Success = "success", System = "system", Template = "template", ThirdParty = "third-party",
} }
