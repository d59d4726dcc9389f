//! The command `kf`: hands the process over to the library.

use std::io::{self, IsTerminal as _};
use std::process::ExitCode;

use kf_cli::{Env, Streams};

fn main() -> ExitCode {
    #[cfg(unix)]
    let user = Some(rustix::process::geteuid().as_raw());
    #[cfg(not(unix))]
    let user = None;
    let folder = std::env::current_dir().unwrap_or_default();
    let env = Env::new(std::env::vars_os(), std::env::temp_dir(), folder, user, std::process::id());
    let (is_terminal, is_err_terminal) = (io::stdout().is_terminal(), io::stderr().is_terminal());
    let streams = Streams::new(io::stdout(), io::stderr(), is_terminal)
        .input(io::stdin(), io::stdin().is_terminal())
        .screen(is_err_terminal, width)
        .colored(is_terminal && env.wants_color())
        .until(kf_cli::signals)
        .until_again(kf_cli::signals);
    #[cfg(unix)]
    let mut streams = streams.concealed(conceal());
    #[cfg(not(unix))]
    let mut streams = streams;
    ExitCode::from(kf_cli::run(std::env::args_os(), &env, &mut streams).code())
}

/// How many columns the terminal has.
fn width() -> Option<usize> {
    #[cfg(unix)]
    {
        let size = rustix::termios::tcgetwinsize(io::stderr()).or_else(|_| rustix::termios::tcgetwinsize(io::stdout()));
        size.ok().map(|size| usize::from(size.ws_col)).filter(|columns| *columns > 0)
    }
    #[cfg(not(unix))]
    None
}

/// Has the terminal show nothing of what is typed, and pass on the keys that would end the process; then again as it was.
#[cfg(unix)]
fn conceal() -> impl FnMut(bool) -> io::Result<()> {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
    let mut before = None;
    move |is_concealed| {
        let mut modes = tcgetattr(io::stdin())?;
        if is_concealed {
            before = Some(modes.clone());
            modes.local_modes.remove(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG);
        } else if let Some(before) = before.take() {
            modes = before;
        }
        Ok(tcsetattr(io::stdin(), OptionalActions::Drain, &modes)?)
    }
}
