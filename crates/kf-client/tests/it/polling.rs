//! Runs of records whose end is not there yet: they are kept, and gone on from.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use kf_client::{Client, RecordCursor, Records, RetryPolicy};
use kf_model::ErrCode;
use kf_sim::{Platform, RecordsCursor as Begins, SimTransport, Stamp};
use kf_token::{MemoryStore, Policy, Refreshing, StableToken};
use kf_transport::{Clock, ManualClock, Request, Response, Transport, TransportError};

use crate::script::Step::Answer;
use crate::script::{Script, drive};

const DAY: i64 = 86_400;
/// Half past ten in the evening, in Beijing.
const EVENING: i64 = 20_833 * DAY + 14 * 3_600 + 1_800;
const MIDNIGHT: i64 = EVENING + 5_400;

/// A platform, how many calls it had, and what happens right before each of them.
#[derive(Clone)]
struct Counted {
    platform: Platform,
    asked: Arc<Mutex<u64>>,
    before: Arc<dyn Fn(&Platform) + Send + Sync>,
}

impl fmt::Debug for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Counted")
    }
}

#[async_trait]
impl Transport for Counted {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        (self.before)(&self.platform);
        *self.asked.lock().unwrap() += 1;
        SimTransport::new(self.platform.clone()).send(request).await
    }
}

/// A world without records, whose clock stands somewhere, and a client on a clock of its own.
struct Scene {
    wire: Counted,
    clock: ManualClock,
    client: Client,
}

impl Scene {
    fn new(now: i64, begins: Begins) -> Self {
        Self::with(now, begins, |_| {})
    }

    fn with(now: i64, begins: Begins, before: impl Fn(&Platform) + Send + Sync + 'static) -> Self {
        let clock = ManualClock::new(Duration::from_secs(now.unsigned_abs()));
        let platform = Platform::from_toml(kf_sim::DEFAULT, Arc::new(ManualClock::default())).unwrap();
        platform.change(|world| {
            world.settings.records_cursor = begins;
            world.settings.records_within_a_day = true;
            let app = &mut world.apps[0];
            app.next_record = 5_000;
            // One alone is left, a year before all others.
            app.records.truncate(1);
            (app.records[0].id, app.records[0].time) = (1, Stamp::at(EVENING - 365 * DAY));
        });
        let wire = Counted { platform, asked: Arc::default(), before: Arc::new(before) };
        let on = Arc::new(clock.clone());
        let token_wire = SimTransport::new(wire.platform.clone());
        let app_id = "wx5ca1ab1e00c0ffee".parse().unwrap();
        let source = StableToken::new(token_wire, app_id, "0123456789abcdef0123456789abcdef");
        let tokens = Refreshing::with(source, MemoryStore::new(), on.clone(), Policy::default());
        let client = Client::with(wire.clone(), tokens, on, RetryPolicy::default());
        Self { wire, clock, client }
    }

    fn now(&self) -> i64 {
        i64::try_from(self.clock.wall().as_secs()).unwrap()
    }

    async fn read(&self, records: &mut Records) -> Vec<String> {
        let mut texts = Vec::new();
        while let Some(record) = drive(&self.clock, records.next()).await {
            texts.push(record.unwrap().text);
        }
        assert!(drive(&self.clock, records.next()).await.is_none(), "it stays over");
        texts
    }

    /// Goes on from a cursor, as it was kept, to where the run is over; gives what came, and how many calls it took.
    async fn go_on(&self, cursor: &mut RecordCursor) -> (Vec<String>, u64) {
        let asked = *self.wire.asked.lock().unwrap();
        let kept = serde_json::to_string(cursor).unwrap();
        let mut records = self.client.records_from(serde_json::from_str(&kept).unwrap()).with_page(3);
        let texts = self.read(&mut records).await;
        *cursor = records.cursor().clone();
        (texts, *self.wire.asked.lock().unwrap() - asked)
    }
}

/// Something is written at a time.
fn write(platform: &Platform, time: i64) {
    platform.change(|world| {
        let app = &mut world.apps[0];
        let mut record = app.records[0].clone();
        (record.id, record.time) = (app.next_record, Stamp::at(time));
        record.text = format!("{} at {time}", record.id);
        app.next_record += 1;
        app.records.push_back(record);
    });
}

fn written(platform: &Platform) -> Vec<String> {
    platform.look(|world| world.apps[0].records.iter().skip(1).map(|record| record.text.clone()).collect())
}

fn seconds(seconds: i64) -> Duration {
    Duration::from_secs(seconds.unsigned_abs())
}

const BOTH: [Begins; 2] = [Begins::After, Begins::Inclusive];

/// Read to its end today, kept, and gone on from on later days; its end is the caller's all the time.
#[tokio::test]
async fn a_run_to_days_to_come_is_gone_on_from() {
    for (begins, to) in BOTH.into_iter().flat_map(|begins| [EVENING + 30 * DAY, i64::MAX].map(|to| (begins, to))) {
        let scene = Scene::new(EVENING, begins);
        (0..10).for_each(|number| write(&scene.wire.platform, EVENING - 3 * DAY + number * 7 * 3_600));
        let mut cursor = RecordCursor::new(EVENING - 3 * DAY, to);
        let mut texts = scene.go_on(&mut cursor).await.0;
        for _ in 0..4 {
            assert_eq!((texts.clone(), cursor.to), (written(&scene.wire.platform), to), "{begins:?}");
            assert_eq!(scene.go_on(&mut cursor).await.0, Vec::<String>::new(), "{begins:?}");
            write(&scene.wire.platform, scene.now());
            scene.clock.advance(seconds(DAY));
            write(&scene.wire.platform, scene.now() - 5);
            texts.extend(scene.go_on(&mut cursor).await.0);
        }
        assert_eq!(texts, written(&scene.wire.platform), "{begins:?}");
    }
}

/// What is still written in the second in which a run ends is found from its cursor, until the hour is over.
#[tokio::test]
async fn the_second_of_the_end_is_not_over() {
    for begins in BOTH {
        let scene = Scene::new(EVENING, begins);
        write(&scene.wire.platform, EVENING);
        let mut cursor = RecordCursor::new(EVENING - 3_600, EVENING);
        let mut texts = scene.go_on(&mut cursor).await.0;
        for late in [0, 1, 60, 3_000] {
            scene.clock.advance(seconds(late));
            write(&scene.wire.platform, EVENING);
            texts.extend(scene.go_on(&mut cursor).await.0);
            assert_eq!(texts, written(&scene.wire.platform), "{begins:?}");
        }
        scene.clock.advance(seconds(3_600));
        assert_eq!(scene.go_on(&mut cursor).await.0, Vec::<String>::new());
        assert_eq!((cursor.from, cursor.to), (EVENING + 1, EVENING), "there is nothing more");
        assert_eq!(scene.go_on(&mut cursor).await, (Vec::new(), 0));
    }
}

/// Whatever the clocks say, up to most of an hour apart, and whenever it is asked: everything comes once, in order.
#[tokio::test]
async fn nothing_is_lost_and_nothing_comes_twice_over_midnight() {
    for (begins, apart) in BOTH.into_iter().flat_map(|begins| [-3_500, -40, -1, 0, 1, 40, 3_500].map(|by| (begins, by)))
    {
        for seed in 1..12_u64 {
            let platform_now = Arc::new(Mutex::new(EVENING));
            let dice = Arc::new(Mutex::new(seed));
            let roll = move |sides: u64| {
                let mut state = dice.lock().unwrap();
                *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (*state >> 33) % sides
            };
            let (now, throw) = (platform_now.clone(), roll.clone());
            // Time goes on between two calls, and people write.
            let scene = Scene::with(EVENING + apart, begins, move |platform| {
                let mut now = now.lock().unwrap();
                for _ in 0..throw(3) {
                    *now += i64::try_from(throw(3)).unwrap();
                    write(platform, *now);
                }
            });
            let mut cursor = RecordCursor::new(EVENING - 3_600, i64::MAX);
            let mut texts = Vec::new();
            while *platform_now.lock().unwrap() < MIDNIGHT + 7_200 {
                texts.extend(scene.go_on(&mut cursor).await.0);
                let mut pause = i64::try_from(1 + roll(1_500)).unwrap();
                if (MIDNIGHT - 100..MIDNIGHT + 100).contains(&*platform_now.lock().unwrap()) {
                    pause %= 10;
                }
                let mut there = *platform_now.lock().unwrap();
                (0..roll(3)).for_each(|_| write(&scene.wire.platform, there));
                there += pause;
                *platform_now.lock().unwrap() = there;
                (0..roll(2)).for_each(|_| write(&scene.wire.platform, there));
                scene.clock.advance(seconds((there + apart - scene.now()).max(0)));
            }
            texts.extend(scene.go_on(&mut cursor).await.0);
            texts.extend(scene.go_on(&mut cursor).await.0);
            let all = written(&scene.wire.platform);
            assert_eq!(texts, all[..texts.len().min(all.len())], "{begins:?}, {apart} seconds apart, seed {seed}");
            assert!(texts.len() + 8 > all.len(), "only what the last calls met is still to come");
        }
    }
}

/// Midnight comes between the last page of a day and the first one of the next.
#[tokio::test]
async fn what_comes_right_before_midnight_is_read_before_what_follows() {
    for begins in BOTH {
        let calls = Mutex::new(0);
        let scene = Scene::with(MIDNIGHT - 1, begins, move |platform| {
            let mut calls = calls.lock().unwrap();
            *calls += 1;
            if *calls == 3 {
                [-2, -1, 0, 1].iter().for_each(|seconds| write(platform, MIDNIGHT + seconds));
            }
        });
        write(&scene.wire.platform, MIDNIGHT - 60);
        let mut cursor = RecordCursor::new(MIDNIGHT - 3_600, MIDNIGHT + DAY);
        let (mut texts, calls) = scene.go_on(&mut cursor).await;
        assert!(calls > 3 && cursor.from == MIDNIGHT, "{begins:?}: {cursor:?}");
        assert_eq!(texts, written(&scene.wire.platform), "{begins:?}");
        write(&scene.wire.platform, MIDNIGHT + 1);
        texts.extend(scene.go_on(&mut cursor).await.0);
        assert_eq!(texts, written(&scene.wire.platform), "{begins:?}");
    }
}

/// A quiet day costs a call, and so does tomorrow; the days behind are not asked for again.
#[tokio::test]
async fn asking_again_costs_two_calls() {
    for begins in BOTH {
        let scene = Scene::new(EVENING, begins);
        let mut cursor = RecordCursor::new(EVENING - 20 * DAY, i64::MAX);
        assert_eq!(scene.go_on(&mut cursor).await, (vec![], 22), "{begins:?}");
        for _ in 0..40 {
            assert_eq!(scene.go_on(&mut cursor).await, (vec![], 2), "{begins:?}");
            scene.clock.advance(seconds(DAY));
            let (texts, calls) = scene.go_on(&mut cursor).await;
            assert!(texts.is_empty() && calls == 3, "{begins:?}: {calls}");
        }
    }
}

/// The clock of the client is far behind that of the platform: what was asked for is read all the same.
#[tokio::test]
async fn a_clock_that_is_far_behind_loses_nothing() {
    for (begins, behind) in BOTH.into_iter().flat_map(|begins| [3, 55, 300].map(|behind| (begins, behind))) {
        let scene = Scene::new(EVENING - behind * DAY, begins);
        for days in [2, 1, 1, 0] {
            write(&scene.wire.platform, EVENING - days * DAY);
        }
        let all = written(&scene.wire.platform);
        for from in [EVENING - 60 * DAY, EVENING - 2 * DAY] {
            let mut cursor = RecordCursor::new(from, EVENING);
            assert_eq!(scene.go_on(&mut cursor).await.0, all, "{begins:?}");
            assert_eq!(scene.go_on(&mut cursor).await.0, Vec::<String>::new(), "{begins:?}");
        }
        let mut cursor = RecordCursor::new(EVENING - 2 * DAY, i64::MAX);
        assert_eq!(scene.go_on(&mut cursor).await.0, all, "one record leads to the next day");
    }
}

/// More than a year is asked for as if without an end: as far as tomorrow, and on while there are records.
#[tokio::test]
async fn an_end_beyond_a_year_is_none() {
    let scene = Scene::new(EVENING, Begins::After);
    let mut cursor = RecordCursor::new(EVENING, EVENING + 365 * DAY);
    assert_eq!(scene.go_on(&mut cursor).await.1, 366);
    let mut cursor = RecordCursor::new(EVENING, EVENING + 365 * DAY + 1);
    assert_eq!(scene.go_on(&mut cursor).await.1, 2);
    let mut cursor = RecordCursor::new(EVENING + 1_000 * DAY, i64::MAX);
    assert_eq!(scene.go_on(&mut cursor).await.1, 2, "where it begins is asked for, wherever that is");
}

/// A platform may refuse days to come. They end the run, unless nothing else was answered before.
#[tokio::test]
async fn days_to_come_may_be_refused() {
    let (refused, nothing) =
        (Answer(r#"{"errcode":65416,"errmsg":"invalid parameter"}"#), Answer(r#"{"recordlist":[]}"#));
    let clock = ManualClock::new(seconds(EVENING));
    let script = Script::new(&[nothing, refused, nothing]);
    let mut records = script.client(&clock).records(EVENING - 60, EVENING + 9 * DAY);
    assert!(drive(&clock, records.next()).await.is_none() && drive(&clock, records.next()).await.is_none());
    assert_eq!((script.sent().len(), records.cursor()), (2, &RecordCursor::new(EVENING - 60, EVENING + 9 * DAY)));
    for (from, steps) in [(EVENING + DAY, vec![refused]), (EVENING - 2 * DAY, vec![nothing, refused])] {
        let script = Script::new(&steps);
        let mut records = script.client(&clock).records(from, EVENING + 9 * DAY);
        let error = drive(&clock, records.next()).await.unwrap().unwrap_err();
        assert_eq!(error.errcode(), Some(ErrCode::INVALID_PARAMETER));
    }
}

/// A server whose short pages lead nowhere: what of yesterday was read is not given again when today has begun.
#[tokio::test]
async fn pages_that_lead_nowhere_do_not_come_twice_over_midnight() {
    let row = |text: &str| format!(r#"{{"openid":"o","opercode":2002,"text":"{text}","time":1,"worker":"w"}}"#);
    let page = |texts: &str| {
        let rows: Vec<String> = texts.chars().map(|text| row(&text.to_string())).collect();
        Answer(Box::leak(format!(r#"{{"recordlist":[{}]}}"#, rows.join(",")).into_boxed_str()))
    };
    let clock = ManualClock::new(seconds(MIDNIGHT + 5));
    let script = Script::new(&[page("ab"), page("x"), page("abc"), page("xy")]);
    let mut records = script.client(&clock).records(MIDNIGHT - 60, MIDNIGHT + 5);
    let mut texts = String::new();
    while let Some(record) = drive(&clock, records.next()).await {
        texts += &record.unwrap().text;
    }
    assert_eq!((texts.as_str(), script.sent().len()), ("abcxy", 4));
}
