//! A line that a person types and nobody sees.

use std::io;

use crate::streams::Streams;

/// What the keys send that end, leave or mend a line.
const INTERRUPT: u8 = 0x03;
const END: u8 = 0x04;
const KILL: u8 = 0x15;
const BACKSPACES: [u8; 2] = [0x08, 0x7F];

/// Whether the terminal can be told not to show what is typed.
pub(crate) fn can(streams: &Streams<'_>) -> bool {
    streams.can_conceal()
}

/// Asks, and reads a line that is not shown; nothing when the person leaves, or there is no more.
pub(crate) fn line(question: &str, streams: &mut Streams<'_>) -> io::Result<Option<String>> {
    streams.conceal(true)?;
    streams.complain(question);
    let line = read(streams);
    // Whatever happened, what is typed from now on is shown again.
    let shown = streams.conceal(false);
    streams.complain("\n");
    let line = line?;
    shown?;
    Ok(line)
}

fn read(streams: &mut Streams<'_>) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    loop {
        match streams.input_byte()? {
            None | Some(INTERRUPT) => return Ok(None),
            Some(END) if line.is_empty() => return Ok(None),
            Some(b'\n' | b'\r' | END) => return Ok(Some(String::from_utf8_lossy(&line).into_owned())),
            Some(KILL) => line.clear(),
            Some(byte) if BACKSPACES.contains(&byte) => drop(line.pop()),
            Some(byte) => line.push(byte),
        }
    }
}
