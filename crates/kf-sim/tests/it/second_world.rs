//! The world a second time, small and written from API.md 5 alone: a few maps, one app, no JSON.

pub(crate) mod letters;
pub(crate) mod merchants;
pub(crate) mod shops;

use std::collections::BTreeMap;

/// Accounts that the small world may have.
pub(crate) const ACCOUNTS_MAX: usize = 3;
/// Seconds that an invite lives in it.
pub(crate) const INVITE_SECONDS: i64 = 500;
/// Seconds of silence after which a session passes nothing on: 3.5.
const SILENCE_SECONDS: i64 = 1_800;

#[derive(Clone, Default)]
pub(crate) struct Person {
    pub(crate) gone: bool,
    /// The account, since when, and when somebody wrote last.
    pub(crate) session: Option<(String, i64, i64)>,
    /// When they wrote last, if they wait.
    pub(crate) waits: Option<i64>,
}

#[derive(Default)]
pub(crate) struct Desk {
    pub(crate) nickname: String,
    /// The order of the listing.
    pub(crate) order: usize,
    pub(crate) worker: Option<String>,
    /// Who is invited, until when, and whether they said no.
    pub(crate) invite: Option<(String, i64, bool)>,
    pub(crate) online: bool,
}

#[derive(Default)]
pub(crate) struct SecondWorld {
    pub(crate) now: i64,
    pub(crate) desks: BTreeMap<String, Desk>,
    pub(crate) people: BTreeMap<String, Person>,
    /// Who wrote what when in which session: 2002 the worker, 2003 the customer.
    pub(crate) lines: Vec<(String, i64, i64, String)>,
    pub(crate) added: usize,
}

impl SecondWorld {
    pub(crate) fn add(&mut self, name: &str, nickname: &str) -> i64 {
        let prefix = name.strip_suffix("@test").unwrap_or_default();
        let is_word = prefix.chars().all(|c| matches!(c, 'a'..='z' | 'A'..='Z' | '0'..='9' | '_'));
        if !(1..=10).contains(&prefix.len()) || !is_word {
            return 65404;
        }
        if !is_nickname(nickname) {
            return 65403;
        }
        if self.desks.contains_key(name) {
            return 65406;
        }
        if self.desks.len() >= ACCOUNTS_MAX {
            return 65405;
        }
        self.added += 1;
        let desk = Desk { nickname: nickname.into(), order: self.added, ..Desk::default() };
        self.desks.insert(name.into(), desk);
        0
    }

    pub(crate) fn update(&mut self, name: &str, nickname: &str) -> i64 {
        if !is_nickname(nickname) {
            return 65403;
        }
        let Some(desk) = self.desks.get_mut(name) else { return 65401 };
        desk.nickname = nickname.into();
        0
    }

    pub(crate) fn delete(&mut self, name: &str) -> i64 {
        if self.desks.remove(name).is_none() {
            return 65401;
        }
        for person in self.people.values_mut() {
            person.session.take_if(|(with, ..)| with == name);
        }
        0
    }

    pub(crate) fn invite(&mut self, name: &str, worker: &str) -> i64 {
        if !worker.chars().any(|c| c.is_ascii_alphabetic()) {
            return 65409;
        }
        let Some(desk) = self.desks.get(name) else { return 65401 };
        if desk.worker.is_some() {
            return 65412;
        }
        if desk.invite.as_ref().is_some_and(|(_, until, no)| !no && self.now < *until) {
            return 65411;
        }
        if self.desks.values().any(|desk| desk.worker.as_deref() == Some(worker)) {
            return 65407;
        }
        if self.invited(worker).is_some() {
            return 65408;
        }
        let invite = Some((worker.to_owned(), self.now + INVITE_SECONDS, false));
        self.desks.get_mut(name).unwrap().invite = invite;
        0
    }

    /// The account that a person can still say yes or no for.
    fn invited(&self, worker: &str) -> Option<String> {
        let is_open = |desk: &Desk| {
            desk.invite.as_ref().is_some_and(|(who, until, no)| who == worker && !no && self.now < *until)
        };
        self.desks.iter().find(|(_, desk)| is_open(desk)).map(|(name, _)| name.clone())
    }

    pub(crate) fn accept(&mut self, worker: &str) -> bool {
        let Some(desk) = self.invited(worker).and_then(|name| self.desks.get_mut(&name)) else { return false };
        (desk.worker, desk.invite) = (Some(worker.into()), None);
        true
    }

    pub(crate) fn reject(&mut self, worker: &str) -> bool {
        let Some(desk) = self.invited(worker).and_then(|name| self.desks.get_mut(&name)) else { return false };
        desk.invite.as_mut().unwrap().2 = true;
        true
    }

    pub(crate) fn online(&mut self, name: &str, online: bool) -> bool {
        let Some(desk) = self.desks.get_mut(name) else { return false };
        if online && desk.worker.is_none() {
            return false;
        }
        desk.online = online;
        true
    }

    pub(crate) fn create(&mut self, name: &str, openid: &str) -> i64 {
        if self.person(openid).is_none() {
            return 40003;
        }
        let Some(desk) = self.desks.get(name) else { return 65401 };
        if desk.worker.is_none() {
            return 65402;
        }
        if !desk.online {
            return 65415;
        }
        match &self.people[openid].session {
            Some((with, ..)) if with == name => 0,
            Some(_) => 65414,
            None => {
                self.begin(name, openid);
                0
            }
        }
    }

    pub(crate) fn close(&mut self, name: &str, openid: &str) -> i64 {
        match self.person(openid).map(|person| person.session.clone()) {
            None => 40003,
            Some(None) => 65413,
            Some(Some((with, ..))) if with != name => 65414,
            Some(Some(_)) => {
                self.people.get_mut(openid).unwrap().session = None;
                0
            }
        }
    }

    fn begin(&mut self, name: &str, openid: &str) {
        let person = self.people.get_mut(openid).unwrap();
        (person.waits, person.session) = (None, Some((name.into(), self.now, self.now)));
    }

    /// Somebody who is there.
    pub(crate) fn person(&self, openid: &str) -> Option<&Person> {
        self.people.get(openid).filter(|person| !person.gone)
    }

    pub(crate) fn follow(&mut self, openid: &str) -> bool {
        self.people.entry(openid.into()).or_default().gone = false;
        true
    }

    pub(crate) fn leave(&mut self, openid: &str) -> bool {
        let was_there = self.person(openid).is_some();
        if was_there {
            self.people.insert(openid.into(), Person { gone: true, ..Person::default() });
        }
        was_there
    }

    pub(crate) fn say(&mut self, openid: &str, text: &str) -> bool {
        let now = self.now;
        let Some(person) = self.people.get_mut(openid).filter(|person| !person.gone) else { return false };
        match &mut person.session {
            Some((_, _, last)) if now - *last > SILENCE_SECONDS => {}
            Some((_, _, last)) => {
                *last = now;
                self.lines.push((openid.into(), 2003, now, text.into()));
            }
            None => person.waits = Some(now),
        }
        true
    }

    /// Who is taken from the queue.
    pub(crate) fn take(&mut self, name: &str, openid: Option<&str>) -> Option<String> {
        if !self.desks.get(name)?.online {
            return None;
        }
        let next =
            self.queue().into_iter().map(|(_, who)| who).find(|who| openid.is_none_or(|wanted| wanted == who))?;
        self.begin(name, &next);
        Some(next)
    }

    /// Those who wait, who has been silent for longest first.
    pub(crate) fn queue(&self) -> Vec<(i64, String)> {
        let mut queue: Vec<_> =
            self.people.iter().filter_map(|(who, person)| Some((person.waits?, who.clone()))).collect();
        queue.sort();
        queue
    }

    pub(crate) fn answer(&mut self, name: &str, openid: &str, text: &str) -> bool {
        if !self.is_pair(name, openid) {
            return false;
        }
        self.people.get_mut(openid).unwrap().session.as_mut().unwrap().2 = self.now;
        self.lines.push((openid.into(), 2002, self.now, text.into()));
        true
    }

    pub(crate) fn hand_over(&mut self, from: &str, to: &str, openid: &str) -> bool {
        let can = from != to && self.is_pair(from, openid) && self.desks.get(to).is_some_and(|desk| desk.online);
        if can {
            self.begin(to, openid);
        }
        can
    }

    pub(crate) fn hang_up(&mut self, name: &str, openid: &str) -> bool {
        self.is_pair(name, openid) && self.close(name, openid) == 0
    }

    fn is_pair(&self, name: &str, openid: &str) -> bool {
        let with = self.person(openid).and_then(|person| person.session.as_ref());
        self.desks.contains_key(name) && with.is_some_and(|(with, ..)| with == name)
    }
}

fn is_nickname(text: &str) -> bool {
    (1..=16).contains(&text.chars().count()) && !text.trim().is_empty()
}
