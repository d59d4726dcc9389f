//! What Redis is told. Each of these it does as a whole, on one key, and may be told twice.

use std::time::Duration;

use kf_token::Record;
use redis::Cmd;

/// What a record takes up at the most, with much to spare. Of what is larger, this much is looked at.
const SIZE_MAX: i64 = 1 << 20;
/// How long a record is kept after its token is over, so that the next one is known to be newer.
const SLACK: Duration = Duration::from_secs(7 * 24 * 3_600);
/// The longest life that is believed.
const LIFE_MAX: Duration = Duration::from_secs(366 * 24 * 3_600);

/// Keeps ARGV[2] for ARGV[3] milliseconds (0: until it is replaced) where ARGV[1] is what is kept now; gives what is kept otherwise.
/// What is no text is taken for nothing.
const SAVE: &str = "\
local kept = redis.pcall('GETRANGE', KEYS[1], 0, ARGV[4])
if type(kept) == 'table' then kept = '' end
if kept ~= ARGV[1] then return kept end
if ARGV[3] == '0' then redis.call('SET', KEYS[1], ARGV[2])
else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return false";

/// Gives the lease to ARGV[1] for ARGV[2] milliseconds, if nobody has it. What has no end is no lease.
const LEASE: &str = "\
if redis.call('PTTL', KEYS[1]) < 0 then
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1 end
if redis.pcall('GET', KEYS[1]) == ARGV[1] then return 1 end
return 0";

/// Ends the lease of ARGV[1], if that has it still.
const RELEASE: &str = "\
if redis.pcall('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0";

pub(crate) fn load(key: &str) -> Cmd {
    let mut command = redis::cmd("GETRANGE");
    command.arg(key).arg(0).arg(SIZE_MAX);
    command
}

pub(crate) fn save(key: &str, kept: &[u8], text: &[u8], life: Option<Duration>) -> Cmd {
    let life = life.map_or(0, |life| life.as_millis());
    eval(SAVE, key).arg(kept).arg(text).arg(life.to_string()).arg(SIZE_MAX).to_owned()
}

pub(crate) fn lease(key: &str, owner: &str, bound: Duration) -> Cmd {
    eval(LEASE, key).arg(owner).arg(bound.as_millis().to_string()).to_owned()
}

pub(crate) fn release(key: &str, owner: &str) -> Cmd {
    eval(RELEASE, key).arg(owner).to_owned()
}

/// The text goes out whole each time: it is short, and a digest that Redis has forgotten would need a second way.
fn eval(script: &str, key: &str) -> Cmd {
    let mut command = redis::cmd("EVAL");
    command.arg(script).arg(1).arg(key);
    command
}

/// How long a record is kept. One that the next token is fetched with is kept until it is replaced: without it the merchant would
/// have to authorize again. It is a span, since nobody knows how the clock of Redis stands.
pub(crate) fn life(record: &Record) -> Option<Duration> {
    let life = Duration::from_secs(record.expires_at.saturating_sub(record.obtained_at));
    record.refresh.is_none().then(|| life.min(LIFE_MAX) + SLACK)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use kf_token::Record;

    #[test]
    fn a_record_is_kept_for_its_life_and_a_week_and_one_with_a_refresh_token_without_an_end() {
        let week = 7 * 24 * 3_600;
        let year = 366 * 24 * 3_600;
        let rows =
            [(1_800_000_000, 1_800_007_200, 7_200 + week), (0, 0, week), (9, 0, week), (0, u64::MAX, year + week)];
        for (obtained_at, expires_at, seconds) in rows {
            let mut record = Record::new("token", obtained_at, expires_at, 1);
            assert_eq!(super::life(&record), Some(Duration::from_secs(seconds)));
            record.refresh = Some("".into());
            assert_eq!(super::life(&record), None);
        }
    }
}
