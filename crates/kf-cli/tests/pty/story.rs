//! The demo, and errors, in a terminal.

use crate::terminal::Home;

#[test]
fn an_error_is_said_and_colors_can_be_switched_off() {
    let home = Home::new("story");
    let (status, text, _) = home.kf(&["account", "list"], (80, 24)).end();
    assert_eq!(status.code(), Some(6), "{text}");
    assert!(text.contains("there are no credentials; do one of these:"), "{text}");
    let (status, _, raw) = home.kf(&["validate", "account", "toolongprefix@test"], (80, 24)).end();
    assert_eq!(status.code(), Some(5), "{raw}");
}
