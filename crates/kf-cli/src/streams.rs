//! Where the command writes, and what tells it to stop.

use std::cell::RefCell;
use std::fmt;
use std::future::{Future, pending};
use std::io::{self, Read, Write};
use std::pin::Pin;

use unicode_width::UnicodeWidthStr as _;

use crate::failure::Failure;
use crate::show;

/// Ends when the command is to stop.
pub type Stop = Pin<Box<dyn Future<Output = ()>>>;

/// Where the command writes, and what tells it to stop.
pub struct Streams<'a> {
    out: Box<dyn Write + 'a>,
    err: Box<dyn Write + 'a>,
    is_terminal: bool,
    /// Whether a person sees the errors in a terminal, where a line can be written over.
    is_err_terminal: bool,
    /// How many columns the terminal has, asked each time: a person can change it.
    width: Box<dyn Fn() -> Option<usize> + 'a>,
    input: Option<Input<'a>>,
    is_colored: bool,
    stop: Option<Box<dyn FnOnce() -> io::Result<Stop> + 'a>>,
    /// Whether the reader of the output has gone away; what is written from then on is dropped.
    is_gone: bool,
    again: Option<Box<dyn FnOnce() -> io::Result<Stop> + 'a>>,
    /// How many columns of the errors are taken by a line that will be written over.
    passing: usize,
    conceal: Option<Conceal<'a>>,
}

/// Tells the terminal to show what is typed no longer, or again.
type Conceal<'a> = Box<dyn FnMut(bool) -> io::Result<()> + 'a>;

struct Input<'a> {
    from: Box<dyn Read + 'a>,
    is_terminal: bool,
}

impl<'a> Streams<'a> {
    /// The output, the errors, and whether a person sees the output in a terminal. Nothing tells the command to stop.
    pub fn new(out: impl Write + 'a, err: impl Write + 'a, is_terminal: bool) -> Self {
        Self {
            out: Box::new(out),
            err: Box::new(err),
            is_terminal,
            is_err_terminal: false,
            width: Box::new(|| None),
            input: None,
            is_colored: false,
            stop: None,
            is_gone: false,
            again: None,
            passing: 0,
            conceal: None,
        }
    }

    /// The same, with an input, and whether a person types it.
    #[must_use]
    pub fn input(mut self, input: impl Read + 'a, is_terminal: bool) -> Self {
        self.input = Some(Input { from: Box::new(input), is_terminal });
        self
    }

    /// The same, where a person sees the errors in a terminal, which has so many columns.
    #[must_use]
    pub fn screen(mut self, is_err_terminal: bool, width: impl Fn() -> Option<usize> + 'a) -> Self {
        self.is_err_terminal = is_err_terminal;
        self.width = Box::new(width);
        self
    }

    /// The same, with colors in what a person sees.
    #[must_use]
    pub fn colored(mut self, is_colored: bool) -> Self {
        self.is_colored = is_colored;
        self
    }

    /// The same, with what tells it to stop. It is called inside the runtime of a command that goes on until then.
    #[must_use]
    pub fn until(mut self, stop: impl FnOnce() -> io::Result<Stop> + 'a) -> Self {
        self.stop = Some(Box::new(stop));
        self
    }

    /// The same, with what tells it a second time, for those who do not want to wait. It is called when the first has come.
    #[must_use]
    pub fn until_again(mut self, again: impl FnOnce() -> io::Result<Stop> + 'a) -> Self {
        self.again = Some(Box::new(again));
        self
    }

    /// The same, with what tells the terminal of the input to show what is typed no longer, and to pass on every key (`true`),
    /// or to do again as before.
    #[must_use]
    pub fn concealed(mut self, conceal: impl FnMut(bool) -> io::Result<()> + 'a) -> Self {
        self.conceal = Some(Box::new(conceal));
        self
    }

    /// Whether the terminal can be told not to show what is typed.
    pub(crate) fn can_conceal(&self) -> bool {
        self.conceal.is_some()
    }

    /// Tells the terminal not to show what is typed, or to show it again.
    pub(crate) fn conceal(&mut self, is_concealed: bool) -> io::Result<()> {
        self.conceal.as_mut().map_or(Ok(()), |conceal| conceal(is_concealed))
    }

    /// What tells the command to stop, once.
    pub(crate) fn stop(&mut self) -> io::Result<Stop> {
        self.stop.take().map_or_else(|| Ok(Box::pin(pending()) as Stop), |stop| stop())
    }

    /// What tells the command a second time to stop, once.
    pub(crate) fn stop_again(&mut self) -> io::Result<Stop> {
        self.again.take().map_or_else(|| Ok(Box::pin(pending()) as Stop), |again| again())
    }

    /// Whether the reader of the output has gone away, so that what goes on for its sake alone can end.
    pub(crate) fn is_gone(&self) -> bool {
        self.is_gone
    }

    /// Does something whose output and errors both become output here, each line behind an indent.
    pub(crate) fn within<T>(&mut self, indent: &str, act: impl FnOnce(&mut Streams<'_>) -> T) -> T {
        let (is_terminal, is_colored, width) = (self.is_terminal, self.is_colored, &self.width);
        let page = RefCell::new(Page { to: &mut *self.out, indent, is_begun: false });
        let room = || width().map(|width| width.saturating_sub(indent.len()));
        let mut inner = Streams::new(Onto(&page), Onto(&page), is_terminal).screen(false, room).colored(is_colored);
        act(&mut inner)
    }

    /// How many columns a line may have; nothing where no terminal shows it.
    pub(crate) fn width(&self) -> Option<usize> {
        if self.is_terminal { (self.width)() } else { None }
    }

    /// The same for the errors.
    pub(crate) fn err_width(&self) -> Option<usize> {
        if self.is_err_terminal { (self.width)() } else { None }
    }

    /// Whether a person sees the output in a terminal.
    pub(crate) fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// Whether somebody can be asked: a person types, and sees the question.
    pub(crate) fn is_person(&self) -> bool {
        self.is_err_terminal && self.input.as_ref().is_some_and(|input| input.is_terminal)
    }

    /// Whether the input is a terminal, where a person would have to type it.
    pub(crate) fn types(&self) -> bool {
        self.input.as_ref().is_some_and(|input| input.is_terminal)
    }

    /// All of the input, at most so many bytes.
    pub(crate) fn read_all(&mut self, bytes_max: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let Some(input) = &mut self.input else { return Ok(bytes) };
        input.from.by_ref().take(bytes_max.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > bytes_max {
            return Err(io::Error::other(format!("it is longer than {bytes_max} bytes")));
        }
        Ok(bytes)
    }

    /// Asks a person, and reads a line; nothing when there is no more.
    pub(crate) fn question(&mut self, question: &str) -> io::Result<Option<String>> {
        self.complain(question);
        let line = self.input_line(usize::MAX)?;
        if line.is_none() {
            // Nobody ended the line of the question.
            self.complain("\n");
        }
        Ok(line.map(|line| String::from_utf8_lossy(&line).trim().to_owned()))
    }

    /// A line of the input without its end; nothing when there is no more. Of one that is too long a byte more is kept.
    pub(crate) fn input_line(&mut self, bytes_max: usize) -> io::Result<Option<Vec<u8>>> {
        let (mut line, mut is_begun) = (Vec::new(), false);
        loop {
            match self.input_byte()? {
                None => return Ok(is_begun.then_some(line)),
                Some(b'\n') => return Ok(Some(line)),
                Some(byte) if line.len() <= bytes_max => line.push(byte),
                Some(_) => {}
            }
            is_begun = true;
        }
    }

    /// A byte of the input; nothing when there is no more.
    pub(crate) fn input_byte(&mut self) -> io::Result<Option<u8>> {
        let mut byte = [0];
        let Some(input) = &mut self.input else { return Ok(None) };
        loop {
            match input.from.read(&mut byte) {
                Ok(read) => return Ok((read > 0).then_some(byte[0])),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Takes the colors away.
    pub(crate) fn discolor(&mut self) {
        self.is_colored = false;
    }

    /// Text that stands out, in a terminal with colors.
    pub(crate) fn bold(&self, text: &str) -> String {
        self.styled(text, "1")
    }

    /// Text in a style, in a terminal with colors: `1` is bold, `31` red, `32` green, `33` yellow, `2` dim.
    pub(crate) fn styled(&self, text: &str, style: &str) -> String {
        if self.is_colored && !text.is_empty() { format!("\u{1b}[{style}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// Writes text of ours, which is fit for a terminal, at once. Where its reader has gone away it is dropped: what the command
    /// does, and how it ends, does not depend on who reads.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), Failure> {
        if self.is_gone {
            return Ok(());
        }
        if self.is_terminal {
            self.wipe();
        }
        match self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.is_gone = true;
                Ok(())
            }
            written => Ok(written?),
        }
    }

    /// The same with the end of a line.
    pub(crate) fn line(&mut self, text: &str) -> Result<(), Failure> {
        self.text(&format!("{text}\n"))
    }

    /// Writes bytes as they are: a file. Where its reader has gone away the command ends.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.out.write_all(bytes)?;
        Ok(self.out.flush()?)
    }

    /// Writes JSON or TOML of others as it came; in a terminal with escapes for what a terminal would obey.
    pub(crate) fn raw(&mut self, text: &str) -> Result<(), Failure> {
        let end = if text.ends_with('\n') { "" } else { "\n" };
        if self.is_terminal { self.text(&(show::quoted(text) + end)) } else { self.text(&format!("{text}{end}")) }
    }

    /// Says something beside the output.
    pub(crate) fn note(&mut self, text: &str) {
        self.complain(&format!("kf: {text}\n"));
    }

    /// Writes to the errors. If that fails there is nobody to tell.
    pub(crate) fn complain(&mut self, text: &str) {
        self.wipe();
        self.tell(text);
    }

    /// Writes a line of ours to a terminal that shows the errors, over the one before; what is written next takes its place.
    pub(crate) fn pass(&mut self, line: &str) {
        let width = line.width();
        // Blanks instead of a code of the terminal: the dumb ones know no codes.
        let blank = " ".repeat(self.taken().saturating_sub(width));
        self.tell(&format!("\r{line}{blank}"));
        self.passing = width;
    }

    /// Takes the line away that will be written over.
    pub(crate) fn wipe(&mut self) {
        if self.passing > 0 {
            let blank = " ".repeat(self.taken());
            self.passing = 0;
            self.tell(&format!("\r{blank}\r"));
        }
    }

    /// How many columns are to be taken back. In a window that became narrower blanks must not begin a new line.
    fn taken(&self) -> usize {
        self.err_width().map_or(self.passing, |width| self.passing.min(width.saturating_sub(1)))
    }

    fn tell(&mut self, text: &str) {
        let _ = self.err.write_all(text.as_bytes()).and_then(|()| self.err.flush());
    }
}

impl fmt::Debug for Streams<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Streams").field("is_terminal", &self.is_terminal).finish_non_exhaustive()
    }
}

/// Lines behind an indent.
struct Page<'a> {
    to: &'a mut dyn Write,
    indent: &'a str,
    /// Whether a line was begun.
    is_begun: bool,
}

/// Writes onto a page that others write onto too.
struct Onto<'p, 'a>(&'p RefCell<Page<'a>>);

impl Write for Onto<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let page = &mut *self.0.borrow_mut();
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            if !page.is_begun {
                page.to.write_all(page.indent.as_bytes())?;
            }
            page.to.write_all(line)?;
            page.is_begun = !line.ends_with(b"\n");
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.borrow_mut().to.flush()
    }
}
