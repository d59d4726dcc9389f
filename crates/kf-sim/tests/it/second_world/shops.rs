//! An e-commerce platform a second time, with its corporation, its quotas and what was refused to it, written from
//! API.md 1.18, 1.20 and 2.7 alone.

const DAYS_3: i64 = 259_200;
const DAYS_7: i64 = 604_800;
/// Sub-merchants that the small world may have, and calls and resets that it allows.
pub(crate) const BUSINESSES_MAX: usize = 3;
pub(crate) const LISTS_PER_DAY: usize = 4;
pub(crate) const RESETS_PER_MONTH: usize = 3;
pub(crate) const PATH_RESETS_PER_MONTH: usize = 2;
/// Days from the one on which the world begins to the first of each month after.
const FIRSTS: [i64; 12] = [17, 45, 76, 106, 137, 167, 198, 229, 259, 290, 320, 351];

/// What is given for an icon.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Icon {
    /// An image that was uploaded, counted from the newest.
    Image(usize),
    Voice,
    Nothing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Corp {
    Own,
    /// Another corporation of the same subject.
    Sister,
    /// A corporation of another subject.
    Stranger,
    Unknown,
    Malformed,
    Empty,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Path {
    List,
    Upload,
    /// One that the calls of an account have alone.
    OfAccounts,
    Unknown,
    WithoutSlash,
}

pub(crate) struct Shop {
    pub(crate) name: &'static str,
    pub(crate) nickname: String,
    serves: bool,
}

/// What was refused, by its code and when, and whether the account was told so instead of the platform.
pub(crate) struct Refusal {
    pub(crate) code: i64,
    pub(crate) at: i64,
    pub(crate) of_account: bool,
}

#[derive(Default)]
pub(crate) struct Shops {
    pub(crate) now: i64,
    /// Midnight in Beijing before the world began.
    midnight: i64,
    pub(crate) shops: Vec<Shop>,
    /// When each image was uploaded.
    images: Vec<i64>,
    /// The names of accounts, and the number of the sub-merchant that each belongs to.
    pub(crate) accounts: Vec<(&'static str, Option<usize>)>,
    pub(crate) private: bool,
    /// To whom it is bound, and since when.
    pub(crate) bound: Option<(Corp, i64)>,
    /// The days of the calls since the last reset.
    lists: Vec<i64>,
    uploads: Vec<i64>,
    resets: Vec<i64>,
    path_resets: Vec<i64>,
    pub(crate) refusals: Vec<Refusal>,
}

impl Shops {
    pub(crate) fn new(now: i64, midnight: i64) -> Self {
        Self { now, midnight, ..Self::default() }
    }

    fn day(&self) -> i64 {
        (self.now - self.midnight) / 86_400
    }

    /// How many of some days lie in the month of today.
    fn of_month(&self, days: &[i64]) -> usize {
        let month = |day: i64| FIRSTS.iter().filter(|first| **first <= day).count();
        days.iter().filter(|day| month(**day) == month(self.day())).count()
    }

    fn of_day(&self, days: &[i64]) -> usize {
        days.iter().filter(|day| **day == self.day()).count()
    }

    pub(crate) fn upload(&mut self) {
        self.uploads.push(self.day());
        self.images.push(self.now);
    }

    fn icon(&self, icon: Icon) -> i64 {
        match icon {
            Icon::Voice => 40004,
            Icon::Nothing => 40007,
            Icon::Image(back) => match self.images.iter().rev().nth(back) {
                Some(at) if self.now < at + DAYS_3 => 0,
                _ => 40007,
            },
        }
    }

    pub(crate) fn register(&mut self, name: &'static str, nickname: &str, icon: Icon, serves: bool) -> i64 {
        let may_stand = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if name.len() < 6 || name.len() > 30 || !name.chars().all(may_stand) {
            return 45091;
        }
        let code = nickname_code(nickname);
        if code != 0 {
            return code;
        }
        if self.shops.iter().any(|shop| shop.name == name) {
            return 45070;
        }
        if self.shops.len() == BUSINESSES_MAX {
            return 45077;
        }
        let code = self.icon(icon);
        if code == 0 {
            self.shops.push(Shop { name, nickname: nickname.into(), serves });
        }
        code
    }

    /// A change of the sub-merchant of a number, which counts from 0.
    pub(crate) fn update(&mut self, number: usize, nickname: Option<&str>, icon: Option<Icon>) -> i64 {
        let code = nickname.map_or(0, nickname_code);
        if code != 0 {
            return code;
        }
        if number >= self.shops.len() {
            return 45071;
        }
        let code = icon.map_or(0, |icon| self.icon(icon));
        if let Some(nickname) = nickname.filter(|_| code == 0) {
            self.shops[number].nickname = nickname.into();
        }
        code
    }

    /// The numbers of a page, or why there is none.
    pub(crate) fn list(&mut self, offset: i64, count: i64) -> Result<Vec<usize>, i64> {
        if self.of_day(&self.lists) >= LISTS_PER_DAY {
            return Err(45009);
        }
        self.lists.push(self.day());
        if offset < 0 || !(1..=200).contains(&count) {
            return Err(40097);
        }
        let all = 0..self.shops.len();
        Ok(all.filter(|number| (offset..offset + count).contains(&i64::try_from(*number).unwrap())).collect())
    }

    /// Whether accounts can be given to a sub-merchant, where one is named.
    fn serves(&self, shop: Option<usize>) -> bool {
        shop.is_none_or(|number| self.shops.get(number).is_some_and(|shop| shop.serves))
    }

    pub(crate) fn add(&mut self, name: &'static str, shop: Option<usize>) -> i64 {
        if !self.serves(shop) {
            return 45071;
        }
        if self.accounts.iter().any(|(known, _)| *known == name) {
            return 65406;
        }
        self.accounts.push((name, shop));
        0
    }

    pub(crate) fn delete(&mut self, name: &str, shop: Option<usize>) -> i64 {
        if !self.serves(shop) {
            return 45071;
        }
        let Some(index) = self.accounts.iter().position(|it| *it == (name, shop)) else { return 65401 };
        self.accounts.remove(index);
        0
    }

    /// The accounts of a sub-merchant, or of none.
    pub(crate) fn accounts(&self, shop: Option<usize>) -> Result<Vec<&'static str>, i64> {
        if !self.serves(shop) {
            return Err(45071);
        }
        Ok(self.accounts.iter().filter(|it| it.1 == shop).map(|it| it.0).collect())
    }

    pub(crate) fn bind(&mut self, corp: Corp) -> i64 {
        match corp_code(corp) {
            _ if self.private => 10_130_030,
            0 if self.bound.is_some() => 10_130_603,
            0 => {
                self.bound = Some((corp, self.now));
                0
            }
            code => code,
        }
    }

    pub(crate) fn unbind(&mut self, corp: Corp) -> i64 {
        match corp_code(corp) {
            0 if self.bound.is_none_or(|(bound, _)| bound != corp) => 10_130_604,
            0 => {
                self.bound = None;
                0
            }
            code => code,
        }
    }

    /// A reset of everything, by the token or by the secret.
    pub(crate) fn reset(&mut self) -> i64 {
        if self.of_month(&self.resets) >= RESETS_PER_MONTH {
            return 48006;
        }
        self.resets.push(self.day());
        self.lists.clear();
        self.uploads.clear();
        0
    }

    pub(crate) fn reset_path(&mut self, path: Path) -> i64 {
        let code = path_code(path);
        if code != 0 {
            return code;
        }
        if self.of_month(&self.path_resets) >= PATH_RESETS_PER_MONTH {
            return 48006;
        }
        self.path_resets.push(self.day());
        if path == Path::List {
            self.lists.clear();
        } else {
            self.uploads.clear();
        }
        0
    }

    /// The limit of a call and what is used of it.
    pub(crate) fn quota(&self, path: Path) -> Result<(usize, usize), i64> {
        match path {
            Path::List => Ok((LISTS_PER_DAY, self.of_day(&self.lists))),
            Path::Upload => Ok((100_000, self.of_day(&self.uploads))),
            _ => Err(path_code(path)),
        }
    }

    /// What the platform is told of one of the refusals, counted from the newest.
    pub(crate) fn look_up(&self, back: usize) -> Result<&Refusal, i64> {
        match self.refusals.iter().rev().nth(back) {
            None => Err(76001),
            Some(refusal) if refusal.of_account => Err(76003),
            Some(refusal) if self.now - refusal.at > DAYS_7 => Err(76004),
            Some(refusal) => Ok(refusal),
        }
    }
}

/// 4 to 30 units, a Chinese character being two, and no word that nobody may use.
fn nickname_code(nickname: &str) -> i64 {
    let units: usize = nickname.chars().map(|c| if ('\u{4e00}'..'\u{a000}').contains(&c) { 2 } else { 1 }).sum();
    match units {
        4..=30 if nickname.contains("微信") => 45079,
        4..=30 => 0,
        _ => 45078,
    }
}

fn corp_code(corp: Corp) -> i64 {
    match corp {
        Corp::Own | Corp::Sister => 0,
        Corp::Empty => 10_130_002,
        Corp::Malformed => 10_130_600,
        Corp::Unknown => 10_130_601,
        Corp::Stranger => 10_130_602,
    }
}

fn path_code(path: Path) -> i64 {
    match path {
        Path::List | Path::Upload => 0,
        Path::OfAccounts => 76022,
        Path::Unknown => 76021,
        Path::WithoutSlash => 76003,
    }
}
