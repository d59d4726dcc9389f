//! The steps of the story.

use crate::exit::Exit;

/// A step: what happens, the command, and how it ends.
pub(super) struct Step {
    pub(super) title: &'static str,
    pub(super) command: &'static [&'static str],
    pub(super) exit: Exit,
}

const fn step(title: &'static str, command: &'static [&'static str]) -> Step {
    Step { title, command, exit: Exit::Ok }
}

const CUSTOMER: &str = "oNew";

pub(super) const STORY: &[Step] = &[
    step("These are the accounts by which the app answers its customers.", &["--sim", "account", "list"]),
    Step {
        title: "A new one is added. Its prefix is too long: that is told here, and nothing goes out.",
        command: &["--sim", "account", "add", "reception_desk@test", "前台"],
        exit: Exit::Input,
    },
    step("A prefix of at most 10 characters is fine.", &["--sim", "account", "add", "reception@test", "前台"]),
    step(
        "Customers see its nickname, which can be changed.",
        &["--sim", "account", "update", "reception@test", "前台小王"],
    ),
    step("A person is invited to work as this account,", &["--sim", "account", "invite", "reception@test", "kfwx9"]),
    step("accepts in WeChat,", &["sim", "accept", "kfwx9"]),
    step("and goes to work.", &["sim", "online", "reception@test"]),
    step("A customer follows the app", &["sim", "follow", CUSTOMER]),
    step("and writes.", &["sim", "say", CUSTOMER, "请问几点开门？"]),
    step("The person takes the customer: a session opens.", &["--sim", "session", "open", "reception@test", CUSTOMER]),
    step(
        "A message goes out.",
        &["--sim", "message", "send", "text", CUSTOMER, "九点开门，欢迎光临", "--as", "reception@test"],
    ),
    step("The session is over.", &["--sim", "session", "close", "reception@test", CUSTOMER]),
    step("The account is deleted,", &["--sim", "account", "delete", "reception@test"]),
    step("and is gone.", &["--sim", "account", "list"]),
];
