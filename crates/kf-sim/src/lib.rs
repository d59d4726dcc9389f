#![doc = include_str!("../README.md")]

mod answer;
mod call;
mod content;
mod deliveries;
#[cfg(feature = "push")]
mod delivery;
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
pub use deliveries::LoggedDelivery;
#[cfg(feature = "push")]
pub use delivery::{PushSetupError, PushTo};
pub use door::memory::SimTransport;
pub use fault::{Effect, Fault};
pub use generated::api;
pub use log::{LogFilter, LoggedCall};
pub use platform::Platform;
pub use raw::{File, Input, Number, NumberOrText, Pair, Payload, Verb};
pub use reply::{Delivery, Reply};
pub use scenario::{DEFAULT, MERCHANTS, ScenarioError, parse, print};
pub use settings::{
    AccountCase, AccountOrder, BusinessNicknameUnits, ComponentTokenName, Escapes, KfIdForm, MiniProgramAdd,
    MinuteQuotaCode, NicknameCharacters, NoCreatetime, OldRefresh, PictureTooBig, RecordsCursor, SettingInfo, Settings,
    Strictness, ThumbId, UnknownPath, UnknownSender, WithoutPush,
};
#[cfg(feature = "tcp")]
pub use sim::{Sim, SimBuilder, StartError};
#[cfg(feature = "tcp")]
pub use state::{StateError, StateFile};
pub use world::{
    Account, App, AppKind, AppState, Authorization, Business, CHECKS, COMPONENT_CHECKS, Check, ClockFile, ClockMode,
    Code, Confirm, Confirmation, Corporation, Customer, Deed, DeedError, Dialect, Done, Granted, Invite, InviteState,
    Medium, MediumKind, Message, PassiveReply, Picture, Push, PushBody, PushFormat, Pushing, Quota, Record, Sending,
    Sent, SentBody, Session, Stamp, TOKEN_CHECKS, Ticket, Token, TokenLine, Waiting, Window, Work, World, WorldFile,
};
