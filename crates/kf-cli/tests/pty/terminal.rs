//! A pseudo-terminal with the command in it, and the screen that a person would see.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

/// Nothing takes so long; it ends a test that would hang.
const PATIENCE: Duration = Duration::from_secs(60);

/// A home of its own for the commands of a test.
pub(crate) struct Home(PathBuf);

impl Home {
    pub(crate) fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("kf-pty-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        DirBuilder::new().mode(0o700).create(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Whether nothing lies in it.
    pub(crate) fn is_empty(&self) -> bool {
        fs::read_dir(&self.0).unwrap().next().is_none()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("TERM", "xterm-256color").env("LANG", "C.UTF-8").current_dir(&self.0);
        for name in ["HOME", "TMPDIR", "XDG_RUNTIME_DIR"] {
            command.env(name, &self.0);
        }
        command
    }

    /// The command in a terminal of so many columns and rows.
    pub(crate) fn kf(&self, args: &[&str], size: (u16, u16)) -> Terminal {
        self.kf_in(&[], args, size)
    }

    /// The same with more variables in its environment.
    pub(crate) fn kf_in(&self, variables: &[(&str, &str)], args: &[&str], (columns, rows): (u16, u16)) -> Terminal {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        tcsetwinsize(&master, size(columns, rows)).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let side =
            || -> Stdio { OpenOptions::new().read(true).write(true).open(name.to_str().unwrap()).unwrap().into() };
        // It makes the terminal that of the child, so that Ctrl-C reaches it as a signal, also where whoever runs this in the
        // background had that ignored.
        let mut command = self.command("env");
        command.args(["--default-signal=INT", "setsid", "--ctty", "--wait", env!("CARGO_BIN_EXE_kf")]).args(args);
        command.envs(variables.iter().copied());
        let child = command.stdin(side()).stdout(side()).stderr(side()).spawn().unwrap();
        println!("$ kf {} ({columns} columns, {rows} rows)", args.join(" "));
        Terminal::new(master, child, columns, rows)
    }

    /// A simulator without a terminal, until it is dropped.
    pub(crate) fn simulator(&self, args: &[&str]) -> Simulator {
        let mut command = self.command(env!("CARGO_BIN_EXE_kf"));
        command.args(["sim", "--listen", "127.0.0.1:0"]).args(args);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut out = child.stdout.take().unwrap();
        let mut seen = Vec::new();
        while !String::from_utf8_lossy(&seen).contains("Ctrl-C stops it.") {
            let mut some = [0; 4096];
            let read = out.read(&mut some).unwrap();
            assert!(read > 0, "the simulator ended: {}", String::from_utf8_lossy(&seen));
            seen.extend_from_slice(&some[..read]);
        }
        Simulator(child)
    }

    /// Runs the command without a terminal; gives its output.
    pub(crate) fn run(&self, args: &[&str]) -> String {
        let output = self.command(env!("CARGO_BIN_EXE_kf")).args(args).output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A simulator that runs.
pub(crate) struct Simulator(Child);

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn size(columns: u16, rows: u16) -> Winsize {
    Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }
}

/// A terminal with the command in it.
pub(crate) struct Terminal {
    keys: File,
    child: Child,
    came: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    /// All that was written, for what is not on the screen any more.
    pub(crate) raw: String,
}

impl Terminal {
    fn new(master: OwnedFd, child: Child, columns: u16, rows: u16) -> Self {
        let keys = File::from(master);
        let mut reading = keys.try_clone().unwrap();
        let (tell, came) = channel();
        thread::spawn(move || {
            let mut some = [0; 4096];
            // The end of a terminal is an error on Linux.
            while let Ok(read @ 1..) = reading.read(&mut some) {
                if tell.send(some[..read].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { keys, child, came, screen: vt100::Parser::new(rows, columns, 0), raw: String::new() }
    }

    /// The text that is on the screen now; a line that goes on in the next row is one line.
    pub(crate) fn text(&self) -> String {
        self.screen.screen().contents()
    }

    /// The rows of the screen as they are seen, without the empty ones at its end.
    pub(crate) fn rows(&self) -> Vec<String> {
        let (_, columns) = self.screen.screen().size();
        let mut rows: Vec<_> = self.screen.screen().rows(0, columns).map(|row| row.trim_end().to_owned()).collect();
        rows.truncate(rows.iter().rposition(|row| !row.is_empty()).map_or(0, |last| last + 1));
        rows
    }

    /// Waits until the screen is as it should be, and gives its text.
    pub(crate) fn until(&mut self, is_there: impl Fn(&str) -> bool) -> String {
        loop {
            let text = self.text();
            if is_there(&text) {
                self.print("goes on");
                return text;
            }
            match self.came.recv_timeout(PATIENCE) {
                Ok(bytes) => self.take(&bytes),
                Err(error) => panic!("{error}; the screen is\n{text}"),
            }
        }
    }

    /// Waits until a text is on the screen.
    pub(crate) fn shows(&mut self, wanted: &str) -> String {
        self.until(|text| text.contains(wanted))
    }

    /// Whether the terminal shows what is typed.
    pub(crate) fn echoes(&self) -> bool {
        tcgetattr(&self.keys).unwrap().local_modes.contains(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG)
    }

    /// Waits for the end, where Ctrl-C was typed before the command listened to it: gives what is on the screen.
    pub(crate) fn killed(self) -> String {
        let (status, text, _) = self.end();
        // What a shell calls 130.
        assert_eq!((status.code(), status.signal()), (None, Some(2)), "{text}");
        text
    }

    /// Types keys.
    pub(crate) fn types(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    /// Gives the window another size, as a person does with a mouse.
    pub(crate) fn resize(&mut self, columns: u16, rows: u16) {
        tcsetwinsize(&self.keys, size(columns, rows)).unwrap();
        self.screen.screen_mut().set_size(rows, columns);
    }

    /// Waits for the end; gives how it ended, what is on the screen, and all that was written.
    pub(crate) fn end(mut self) -> (ExitStatus, String, String) {
        let status = self.ended();
        (status, self.text(), self.raw)
    }

    /// Waits for the end; gives the code and the rows that are seen then.
    pub(crate) fn seen(mut self) -> (Option<i32>, Vec<String>) {
        (self.ended().code(), self.rows())
    }

    fn ended(&mut self) -> ExitStatus {
        while let Ok(bytes) = self.came.recv_timeout(PATIENCE) {
            self.take(&bytes);
        }
        let status = self.child.wait().unwrap();
        self.print(&status.to_string());
        status
    }

    /// Prints the screen, for whoever runs the tests with `--nocapture` to look at it.
    fn print(&self, what: &str) {
        let lines: String = self.rows().iter().map(|row| format!("  |{row}\n")).collect();
        println!("{lines}  ({what})");
    }

    fn take(&mut self, bytes: &[u8]) {
        self.screen.process(bytes);
        self.raw += &String::from_utf8_lossy(bytes);
    }
}
