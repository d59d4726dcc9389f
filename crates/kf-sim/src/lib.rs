#![doc = include_str!("../README.md")]

mod answer;
mod call;
mod content;
mod door;
mod fault;
mod generated;
mod json;
mod log;
mod platform;
mod raw;
mod reply;
mod rules;
mod scenario;
mod settings;
#[cfg(feature = "tcp")]
mod sim;
#[cfg(feature = "tcp")]
mod state;
mod world;

pub use call::{Call, Refused};
pub use content::{AddressList, FileOr, FuncInfo, SentFile};
pub use door::memory::SimTransport;
pub use fault::{Effect, Fault};
pub use generated::api;
pub use log::{LogFilter, LoggedCall};
pub use platform::Platform;
pub use raw::{File, Input, Number, NumberOrText, Pair, Payload, Verb};
pub use reply::{Delivery, Reply};
pub use scenario::{DEFAULT, ScenarioError, parse, print};
pub use settings::{
    AccountCase, AccountOrder, BusinessNicknameUnits, Escapes, KfIdForm, MiniProgramAdd, MinuteQuotaCode,
    NicknameCharacters, NoCreatetime, PictureTooBig, RecordsCursor, SettingInfo, Settings, Strictness, UnknownPath,
    WithoutPush,
};
#[cfg(feature = "tcp")]
pub use sim::{Sim, SimBuilder, StartError};
#[cfg(feature = "tcp")]
pub use state::{StateError, StateFile};
pub use world::{
    Account, App, AppKind, AppState, Business, CHECKS, Check, ClockFile, ClockMode, Confirm, Confirmation, Corporation,
    Customer, Deed, DeedError, Dialect, Done, Invite, InviteState, Medium, MediumKind, Picture, Quota, Record, Session,
    Stamp, TOKEN_CHECKS, Token, TokenLine, Waiting, Work, World, WorldFile,
};
