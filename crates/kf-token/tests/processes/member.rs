//! One process of a test: this program again, and what passes between it and the test.

use std::ffi::OsStr;
use std::process::{ExitStatus, Stdio};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

pub(crate) struct Member {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Member {
    /// Starts this program again, to do what a test of it does, and waits until it is ready.
    pub(crate) async fn start<'a>(test: &str, vars: impl IntoIterator<Item = (&'a str, &'a OsStr)>) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", test, "--nocapture"]).kill_on_drop(true).envs(vars);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let mut member = Self { child, input, output: BufReader::new(output).lines() };
        assert_eq!(member.hear().await, "ready");
        member
    }

    pub(crate) async fn tell(&mut self, line: &str) {
        self.input.write_all(format!("{line}\n").as_bytes()).await.unwrap();
    }

    /// The next thing that it says; what the test harness prints is skipped.
    pub(crate) async fn hear(&mut self) -> String {
        loop {
            let line = self.output.next_line().await.unwrap().expect("it goes on");
            if let Some(said) = line.strip_prefix("kf: ") {
                return said.to_owned();
            }
        }
    }

    /// What it says to a line. Of a call that is under way it may tell the outcome before.
    pub(crate) async fn ask(&mut self, line: &str, outcome: &mut Option<String>) -> String {
        self.tell(line).await;
        loop {
            match self.hear().await {
                said if said.starts_with("called") || said.starts_with("failed") => *outcome = Some(said),
                said => return said,
            }
        }
    }

    /// The id of the process.
    #[cfg(unix)]
    pub(crate) fn id(&self) -> i32 {
        i32::try_from(self.child.id().expect("it runs")).unwrap()
    }

    /// Ends it as `kill -9` does.
    pub(crate) async fn kill(mut self) -> ExitStatus {
        self.child.start_kill().unwrap();
        self.child.wait().await.unwrap()
    }

    /// Has it end by itself.
    pub(crate) async fn end(mut self) {
        self.tell("end").await;
        assert!(self.child.wait().await.unwrap().success());
    }
}
