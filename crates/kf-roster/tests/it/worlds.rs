//! Any world and any roster, and what the one must be after the other was applied.

use std::collections::BTreeSet;

use kf_roster::{Obstacle, Reason, Roster, Row};
use kf_sim::InviteState;
use proptest::prelude::*;

use crate::world::Scene;

/// How an account of a world stands: its nickname, its person, whether it has a picture.
#[derive(Clone, Debug)]
pub(crate) struct Had {
    nickname: u8,
    person: Option<(u8, Bond)>,
    has_picture: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Bond {
    Bound,
    Waiting,
    Rejected,
    Expired,
}

/// What is wanted of an account: its nickname, its person, whether it has a picture.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    nickname: u8,
    person: Option<u8>,
    has_picture: bool,
}

/// Accounts of up to nine names, as they are and as they are wanted.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    had: Vec<(usize, Had)>,
    wanted: Vec<(usize, Wanted)>,
}

pub(crate) fn cases() -> impl Strategy<Value = Case> {
    let bond = prop_oneof![Just(Bond::Bound), Just(Bond::Waiting), Just(Bond::Rejected), Just(Bond::Expired)];
    let had = (0..3_u8, proptest::option::of((0..6_u8, bond)), any::<bool>());
    let had = had.prop_map(|(nickname, person, has_picture)| Had { nickname, person, has_picture });
    let wanted = (0..3_u8, proptest::option::of(0..6_u8), any::<bool>());
    let wanted = wanted.prop_map(|(nickname, person, has_picture)| Wanted { nickname, person, has_picture });
    let row = (proptest::option::of(had), proptest::option::of(wanted));
    proptest::collection::vec(row, 1..9).prop_map(|rows| {
        let (mut had, mut wanted) = (Vec::new(), Vec::new());
        let (mut taken, mut asked) = (BTreeSet::new(), BTreeSet::new());
        for (index, (one, two)) in rows.into_iter().enumerate() {
            if let Some(mut one) = one {
                // A person is with one account at a time; what is over may have been anybody's.
                one.person
                    .take_if(|(person, bond)| matches!(bond, Bond::Bound | Bond::Waiting) && !taken.insert(*person));
                had.push((index, one));
            }
            if let Some(mut two) = two {
                two.person.take_if(|person| !asked.insert(*person));
                wanted.push((index, two));
            }
        }
        if wanted.is_empty() {
            wanted.push((0, Wanted { nickname: 0, person: None, has_picture: false }));
        }
        Case { had, wanted }
    })
}

fn name(index: usize) -> String {
    format!("a{index}@shop")
}

impl Case {
    pub(crate) fn scene(&self) -> Scene {
        let account = |(index, had): &(usize, Had)| {
            let mut more = format!("nickname = \"nick{}\"\n", had.nickname);
            more += &had.person.map(|(person, bond)| bond.scenario(person)).unwrap_or_default();
            if had.has_picture {
                more += "picture = \"/9j/4AAEAQI=\"\n";
            }
            (name(*index), more)
        };
        Scene::new(&self.had.iter().map(account).collect::<Vec<_>>())
    }

    pub(crate) fn roster(&self) -> Roster {
        let row = |(index, wanted): &(usize, Wanted)| {
            let nickname = format!("nick{}", wanted.nickname).parse().unwrap();
            let mut row = Row::new(name(*index).parse().unwrap(), nickname);
            row.picture = wanted.has_picture.then(|| format!("{index}.jpg"));
            row.worker = wanted.person.map(|person| format!("wx{person}").parse().unwrap());
            row
        };
        Roster::new(self.wanted.iter().map(row)).unwrap()
    }

    /// Holds a world against what was wanted, in words of its own.
    pub(crate) fn assert_reached(&self, scene: &Scene, is_pruned: bool, obstacles: &[Obstacle]) {
        for (index, wanted) in &self.wanted {
            let account = scene.account(&name(*index)).unwrap_or_else(|| panic!("{} is there", name(*index)));
            assert_eq!(account.nickname, format!("nick{}", wanted.nickname));
            let had = self.had.iter().find(|(place, _)| place == index).map(|(_, had)| had);
            let had_picture = had.is_some_and(|had| had.has_picture);
            assert_eq!(account.picture.is_some(), wanted.has_picture || had_picture);
            let Some(person) = wanted.person.map(|person| format!("wx{person}")) else { continue };
            let invited = account.invite.as_ref().filter(|invite| invite.is_open(scene.now()));
            let is_with = account.kf_wx.as_ref() == Some(&person)
                || invited.is_some_and(|invite| invite.wechat_id == person && invite.state == InviteState::Waiting);
            let obstacle = obstacles.iter().find(|obstacle| obstacle.account.as_str() == name(*index));
            assert_eq!(is_with, obstacle.is_none(), "{person} for {}: {obstacle:?}", name(*index));
            match obstacle.map(|obstacle| &obstacle.reason) {
                None => {}
                Some(Reason::BoundToOther { bound, .. }) => assert_eq!(account.kf_wx.as_ref(), Some(bound)),
                Some(Reason::InvitedOther { invited: other, .. }) => {
                    assert_eq!(invited.map(|invite| &invite.wechat_id), Some(other));
                }
                Some(Reason::WorkerElsewhere { other, .. }) => {
                    let other = scene.account(other.as_str()).unwrap();
                    let invited = other.invite.filter(|invite| invite.is_open(scene.now()));
                    assert!(other.kf_wx.as_ref() == Some(&person) || invited.is_some_and(|it| it.wechat_id == person));
                }
                other => panic!("{other:?}"),
            }
        }
        let is_wanted =
            |account: &kf_sim::Account| self.wanted.iter().any(|(index, _)| name(*index) == account.kf_account);
        let others: Vec<String> = scene
            .accounts()
            .into_iter()
            .filter(|account| !is_wanted(account))
            .map(|account| account.kf_account)
            .collect();
        let had = self.had.iter().map(|(index, _)| name(*index));
        let kept: Vec<String> =
            had.filter(|had| !is_pruned && !self.wanted.iter().any(|(index, _)| name(*index) == *had)).collect();
        assert_eq!(others, kept);
    }
}

impl Bond {
    fn scenario(self, person: u8) -> String {
        let invite = |more: &str| format!("invite = {{ wechat_id = \"wx{person}\", {more} }}\n");
        match self {
            Self::Bound => format!("kf_wx = \"wx{person}\"\n"),
            Self::Waiting => invite("expires_at = \"in 6d\""),
            Self::Rejected => invite("expires_at = \"in 6d\", state = \"rejected\""),
            Self::Expired => invite("expires_at = \"1h ago\", state = \"expired\""),
        }
    }
}
