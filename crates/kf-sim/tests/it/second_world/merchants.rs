//! A third-party platform and its merchants a second time, written from API.md 1.1, 2.3 and 2.4 alone.

/// Seconds that a token lives, and those for which it works beside the next one.
const TOKEN_SECONDS: i64 = 7_200;
const OVERLAP_SECONDS: i64 = 300;
const TICKET_SECONDS: i64 = 43_200;
const PREAUTH_SECONDS: i64 = 1_800;
/// How long the code of an authorization lives is written nowhere; the settings say an hour.
const CODE_SECONDS: i64 = 3_600;

/// The sets of the first row of the overview, `A`, and of the second, `B`.
const A: &[u16] = &[1, 6, 19, 100, 101];
const B: &[u16] = &[1, 6, 100, 101];
const MEDIA: &[u16] = &[1, 3, 8, 9, 11, 19, 30, 31, 100];
const WORK: &[u16] = &[161];

/// Who is asked for: the tokens of the platform, of a merchant for the platform, and of a merchant itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    Platform,
    Merchant(usize),
    Own(usize),
}

/// A token as a call has it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Token {
    /// One of a line, counted from the newest.
    Of(Line, usize),
    None,
    /// What has not the form of a token.
    Foreign,
}

/// A call by which a merchant's business is done, be it by others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Errand {
    ListAccounts,
    ListWaiting,
    FetchMedia,
    ShowWork,
    ListBusinesses,
}

#[derive(Default)]
struct Merchant {
    is_program: bool,
    granted: Option<Grant>,
}

struct Grant {
    /// None are all that there are.
    sets: Option<Vec<u16>>,
    /// The number of the code that waits, and until when.
    code: Option<(usize, i64)>,
    /// The numbers of the refresh tokens that work: the newest, and the one before.
    refresh: Option<usize>,
    before: Option<usize>,
}

pub(crate) struct Merchants {
    pub(crate) now: i64,
    /// Whether a refresh token works until a new one is used.
    keeps_old: bool,
    tickets: Vec<i64>,
    /// The ends of the codes to authorize by that are not used.
    preauth: Vec<(usize, i64)>,
    merchants: [Merchant; 2],
    /// When each token was made: of the platform, of the merchants, of the merchants themselves.
    lines: [Vec<i64>; 5],
    /// How many codes to authorize by, codes of authorizations and refresh tokens were given out.
    pub(crate) given: [usize; 3],
}

impl Merchants {
    /// The world of the scenario: both merchants have authorized, and each has a refresh token and none before.
    pub(crate) fn new(now: i64, keeps_old: bool) -> Self {
        let merchant = |number, sets: &[u16], is_program| {
            let granted = Grant { sets: Some(sets.to_vec()), code: None, refresh: Some(number), before: None };
            Merchant { is_program, granted: Some(granted) }
        };
        Self {
            now,
            keeps_old,
            tickets: vec![now],
            preauth: Vec::new(),
            merchants: [merchant(0, &[1, 6, 100, 101], false), merchant(1, &[19], true)],
            lines: Default::default(),
            given: [0, 0, 2],
        }
    }

    fn line(&self, line: Line) -> &Vec<i64> {
        &self.lines[place(line)]
    }

    fn make_token(&mut self, line: Line) {
        let now = self.now;
        self.lines[place(line)].push(now);
    }

    /// What is wrong with a token by itself.
    fn judge(&self, token: Token) -> Result<Line, i64> {
        let (line, back) = match token {
            Token::None => return Err(41001),
            Token::Foreign => return Err(40014),
            Token::Of(line, back) => (line, back),
        };
        let made = self.line(line);
        // Where none was made yet, the caller has nothing to send.
        let Some(index) = made.len().checked_sub(back + 1) else { return Err(41001) };
        let end = made[index] + TOKEN_SECONDS;
        let next = made.get(index + 1).map(|at| at + OVERLAP_SECONDS);
        if next.is_some_and(|next| next < end && next <= self.now) {
            return Err(40001);
        }
        if end <= self.now { Err(42001) } else { Ok(line) }
    }

    /// The same of a call that the platform makes for itself.
    fn judge_own(&self, token: Token) -> Result<(), i64> {
        if self.judge(token)? == Line::Platform { Ok(()) } else { Err(61014) }
    }

    pub(crate) fn ticket(&mut self) {
        self.tickets.push(self.now);
    }

    /// The platform fetches its token by a ticket, counted from the newest.
    pub(crate) fn fetch(&mut self, back: usize) -> i64 {
        let Some(index) = self.tickets.len().checked_sub(back + 1) else { return 61006 };
        if self.tickets[index] + TICKET_SECONDS <= self.now {
            return 61005;
        }
        self.make_token(Line::Platform);
        0
    }

    pub(crate) fn fetch_own(&mut self, merchant: usize) {
        self.make_token(Line::Own(merchant));
    }

    pub(crate) fn preauth(&mut self, token: Token) -> i64 {
        if let Err(code) = self.judge_own(token) {
            return code;
        }
        self.preauth.push((self.given[0], self.now + PREAUTH_SECONDS));
        self.given[0] += 1;
        0
    }

    /// A merchant authorizes, with or without the number of a code; without sets it grants those of before.
    pub(crate) fn authorize(&mut self, merchant: usize, sets: Option<&[u16]>, code: Option<usize>) -> bool {
        if let Some(code) = code {
            let good = self.preauth.iter().position(|(number, end)| *number == code && self.now < *end);
            let Some(good) = good else { return false };
            self.preauth.remove(good);
        }
        let before = self.merchants[merchant].granted.take().and_then(|granted| granted.sets);
        let sets = sets.map(<[u16]>::to_vec).or(before);
        let code = Some((self.given[1], self.now + CODE_SECONDS));
        self.given[1] += 1;
        self.merchants[merchant].granted = Some(Grant { sets, code, refresh: None, before: None });
        true
    }

    pub(crate) fn withdraw(&mut self, merchant: usize) -> bool {
        self.merchants[merchant].granted.take().is_some()
    }

    /// The platform redeems the code of a number.
    pub(crate) fn redeem(&mut self, token: Token, code: usize) -> i64 {
        if let Err(code) = self.judge_own(token) {
            return code;
        }
        let (now, next) = (self.now, self.given[2]);
        let waits = |it: &Merchant| it.granted.as_ref()?.code.filter(|(number, _)| *number == code);
        let Some(merchant) = self.merchants.iter().position(|it| waits(it).is_some()) else { return 61009 };
        let Some(granted) = &mut self.merchants[merchant].granted else { return 61009 };
        if granted.code.is_some_and(|(_, end)| end <= now) {
            return 61010;
        }
        (granted.code, granted.refresh, granted.before) = (None, Some(next), None);
        self.given[2] += 1;
        self.make_token(Line::Merchant(merchant));
        0
    }

    /// The platform refreshes the token of a merchant, by the refresh token of a number.
    pub(crate) fn refresh(&mut self, token: Token, merchant: usize, refresh: usize) -> i64 {
        if let Err(code) = self.judge_own(token) {
            return code;
        }
        let (keeps_old, next) = (self.keeps_old, self.given[2]);
        let Some(granted) = &mut self.merchants[merchant].granted else { return 61023 };
        if granted.refresh == Some(refresh) {
            granted.before = keeps_old.then_some(refresh);
        } else if granted.before != Some(refresh) {
            return 61023;
        }
        granted.refresh = Some(next);
        self.given[2] += 1;
        self.make_token(Line::Merchant(merchant));
        0
    }

    pub(crate) fn show(&self, token: Token, merchant: usize) -> i64 {
        match self.judge_own(token) {
            Err(code) => code,
            Ok(()) if self.merchants[merchant].granted.is_none() => 61003,
            Ok(()) => 0,
        }
    }

    /// The sets that a merchant has granted, where it has named them.
    pub(crate) fn sets(&self, merchant: usize) -> Option<Vec<u16>> {
        self.merchants[merchant].granted.as_ref()?.sets.clone()
    }

    pub(crate) fn errand(&mut self, token: Token, errand: Errand) -> i64 {
        let line = match self.judge(token) {
            Ok(line) => line,
            Err(code) => return code,
        };
        let (sets, programs, accounts): (&[u16], bool, bool) = match errand {
            Errand::ListAccounts => (A, true, true),
            Errand::ListWaiting => (B, false, true),
            Errand::FetchMedia => (MEDIA, true, true),
            Errand::ShowWork => (WORK, true, false),
            Errand::ListBusinesses => (&[], true, false),
        };
        let merchant = match line {
            Line::Platform => return 61015,
            Line::Own(merchant) => merchant,
            Line::Merchant(merchant) => {
                let is_newest = matches!(token, Token::Of(_, 0));
                let Some(granted) = &mut self.merchants[merchant].granted else { return 61003 };
                if is_newest {
                    granted.before = None;
                }
                let has_one = |granted: &Vec<u16>| granted.iter().any(|set| sets.contains(set));
                if sets.is_empty() || !granted.sets.as_ref().is_none_or(has_one) {
                    return 61007;
                }
                merchant
            }
        };
        let is_program = self.merchants[merchant].is_program;
        match errand {
            _ if (is_program && !programs) || (!is_program && !accounts) => 48001,
            // Neither merchant is a platform with sub-merchants.
            Errand::ListBusinesses => 48001,
            Errand::FetchMedia => 40007,
            _ => 0,
        }
    }
}

fn place(line: Line) -> usize {
    match line {
        Line::Platform => 0,
        Line::Merchant(merchant) => 1 + merchant,
        Line::Own(merchant) => 3 + merchant,
    }
}
