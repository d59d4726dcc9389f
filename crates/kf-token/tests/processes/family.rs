//! The processes of a test, and what passes between them and it.

use std::path::PathBuf;
use std::time::Duration;

use kf_sim::Sim;

use crate::child::{FILE, SOURCE, URL};
use crate::member::Member;

/// A step of the clocks while somebody waits for a lease.
const STEP: Duration = Duration::from_millis(100);

/// The processes of a test.
pub(crate) struct Family {
    members: Vec<Member>,
    folder: PathBuf,
    waited: Duration,
}

impl Family {
    pub(crate) async fn start(sim: &Sim, source: &str, count: usize) -> Self {
        let name = format!("kf-processes-{}-{}", std::process::id(), sim.url().rsplit(':').next().unwrap());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let mut members = Vec::new();
        for _ in 0..count {
            let file = folder.join("tokens.json");
            let vars = [(URL, sim.url().as_ref()), (SOURCE, source.as_ref()), (FILE, file.as_os_str())];
            let member = Member::start("child::child", vars).await;
            members.push(member);
        }
        Self { members, folder, waited: Duration::ZERO }
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
        let id = rustix::process::Pid::from_raw(self.members[index].id()).unwrap();
        rustix::process::kill_process(id, signal).unwrap();
    }

    /// What one says next.
    #[cfg(unix)]
    pub(crate) async fn hear(&mut self, index: usize) -> String {
        self.members[index].hear().await
    }

    /// Ends one as `kill -9` does.
    pub(crate) async fn kill(&mut self, index: usize) {
        self.members.remove(index).kill().await;
    }

    pub(crate) async fn end(self) {
        for member in self.members {
            member.end().await;
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
