//! The processes of a test, and what passes between them and it.

use std::process::Stdio;
use std::time::Duration;

use kf_sim::Sim;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::child::{REDIS, SOURCE, URL};
use crate::redis::Redis;

/// A step of the clocks while somebody waits for a lease.
const STEP: Duration = Duration::from_millis(100);

struct Member {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Member {
    async fn tell(&mut self, line: &str) {
        self.input.write_all(format!("{line}\n").as_bytes()).await.unwrap();
    }

    /// The next thing that it says; what the test harness prints is skipped.
    async fn hear(&mut self) -> String {
        loop {
            let line = self.output.next_line().await.unwrap().expect("it goes on");
            if let Some(said) = line.strip_prefix("kf: ") {
                return said.to_owned();
            }
        }
    }
}

impl Member {
    /// What it says to a line. Of a call that is under way it may tell the outcome before.
    async fn ask(&mut self, line: &str, outcome: &mut Option<String>) -> String {
        self.tell(line).await;
        loop {
            match self.hear().await {
                said if said.starts_with("called") || said.starts_with("failed") => *outcome = Some(said),
                said => return said,
            }
        }
    }
}

/// The processes of a test.
pub(crate) struct Family {
    members: Vec<Member>,
    waited: Duration,
}

impl Family {
    pub(crate) async fn start(sim: &Sim, redis: &Redis, source: &str, count: usize) -> Self {
        let mut members = Vec::new();
        for _ in 0..count {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.args(["--exact", "child::child", "--nocapture"]).kill_on_drop(true);
            command.env(URL, sim.url()).env(SOURCE, source).env(REDIS, redis.url());
            let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
            let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
            let mut member = Member { child, input, output: BufReader::new(output).lines() };
            assert_eq!(member.hear().await, "ready");
            members.push(member);
        }
        Self { members, waited: Duration::ZERO }
    }

    /// Moves all clocks.
    pub(crate) async fn advance(&mut self, span: Duration) {
        for member in &mut self.members {
            member.tell(&format!("advance {}", span.as_millis())).await;
            assert_eq!(member.hear().await, "advanced");
        }
    }

    /// Lets one call, and does not wait for what comes of it.
    pub(crate) async fn ask(&mut self, index: usize) {
        self.members[index].tell("call").await;
    }

    /// Lets all call at once; moves their clocks while they wait for each other.
    pub(crate) async fn call_all(&mut self) -> Vec<String> {
        self.call_from(0).await
    }

    /// Lets all call at once, but for those before an index. Their clocks move while all who have no answer yet wait for
    /// somebody: never while one of them is at work, however slow this machine is.
    pub(crate) async fn call_from(&mut self, first: usize) -> Vec<String> {
        let members = &mut self.members[first..];
        for member in members.iter_mut() {
            member.tell("call").await;
        }
        let mut answers = vec![None; members.len()];
        self.waited = Duration::ZERO;
        while answers.iter().any(Option::is_none) {
            let mut all_wait = true;
            for (member, answer) in members.iter_mut().zip(&mut answers).filter(|(_, answer)| answer.is_none()) {
                all_wait &= member.ask("state", answer).await == "waiting" && answer.is_none();
            }
            if all_wait {
                for (member, answer) in members.iter_mut().zip(&mut answers).filter(|(_, answer)| answer.is_none()) {
                    member.ask(&format!("advance {}", STEP.as_millis()), answer).await;
                }
                self.waited += STEP;
            }
        }
        answers.into_iter().flatten().collect()
    }

    /// How long the clocks of the last call went on.
    pub(crate) fn waited(&self) -> Duration {
        self.waited
    }

    /// Stops one where it is, or lets it go on.
    #[cfg(unix)]
    pub(crate) fn signal(&self, index: usize, signal: rustix::process::Signal) {
        let id = i32::try_from(self.members[index].child.id().expect("it runs")).unwrap();
        rustix::process::kill_process(rustix::process::Pid::from_raw(id).unwrap(), signal).unwrap();
    }

    /// What one says next.
    #[cfg(unix)]
    pub(crate) async fn hear(&mut self, index: usize) -> String {
        self.members[index].hear().await
    }

    /// Ends one as `kill -9` does.
    pub(crate) async fn kill(&mut self, index: usize) {
        let mut member = self.members.remove(index);
        member.child.kill().await.unwrap();
    }

    pub(crate) async fn end(mut self) {
        for member in &mut self.members {
            member.tell("end").await;
            assert!(member.child.wait().await.unwrap().success());
        }
    }
}
