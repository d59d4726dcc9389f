//! Text of others, made fit for a terminal or a log.

use alloc::string::String;
use core::fmt;

/// Shows text that a server or a person controls: control characters, line breaks and the characters that reorder
/// or hide text are written as escapes, everything else as it is.
///
/// ```
/// use kf_model::Escaped;
///
/// assert_eq!(Escaped("客服\u{1b}[2J\u{202e}1").to_string(), r"客服\u{1b}[2J\u{202e}1");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "a wrapper that is made by naming it")]
pub struct Escaped<'a>(pub &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_shown = |character: char| !character.is_control() && !reorders_or_hides(character);
        if self.0.chars().all(is_shown) {
            return f.pad(self.0);
        }
        let mut escaped = String::new();
        for character in self.0.chars() {
            if is_shown(character) {
                escaped.push(character);
            } else {
                escaped.extend(character.escape_default());
            }
        }
        f.pad(&escaped)
    }
}

pub(crate) fn reorders_or_hides(character: char) -> bool {
    matches!(character,
        '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}
