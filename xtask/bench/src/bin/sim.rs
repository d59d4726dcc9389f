//! `cargo xtask bench sim`: the simulator beside a bare hyper server, axum, nginx and wiremock, each in a process of its
//! own, all under the same load.

#![forbid(unsafe_code)]

use std::sync::Arc;

use bench::sim::child::Server;
use bench::sim::{NAMES, load, peers, world};

/// How much is measured.
struct Counts {
    rounds: usize,
    adds: usize,
    lists: usize,
    singles: usize,
    /// Requests in all after which the memory is looked at: of ours, and of the others.
    life: [usize; 2],
}

const WHOLE: Counts = Counts { rounds: 5, adds: 12_000, lists: 4_000, singles: 1_000, life: [1_000_000, 100_000] };
const QUICK: Counts = Counts { rounds: 3, adds: 4_000, lists: 1_000, singles: 300, life: [100_000, 25_000] };

/// A request that is measured.
struct Case {
    title: &'static str,
    request: Arc<[u8]>,
    count: usize,
    peer: &'static str,
    aim: f64,
}

/// What one round of a case says about a server.
#[derive(Clone, Copy)]
struct Figures {
    per_cpu_second: f64,
    per_second: f64,
    p50: f64,
    p99: f64,
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["serve", name] => peers::run(name),
        ["--quick"] => runtime.block_on(compare(&QUICK)),
        _ => runtime.block_on(compare(&WHOLE)),
    }
}

async fn compare(counts: &Counts) {
    start_up(counts.rounds).await;
    let ours = Server::start("kf-sim", &[]).await.expect("it starts");
    let cases = world::fill(ours.port).await;
    let mut servers = vec![("kf-sim", ours)];
    for name in &NAMES[1..] {
        servers.extend(Server::start(name, &cases.listing).await.map(|server| (*name, server)));
    }
    let add = Case {
        title: "duplicate add, a POST of 50 bytes that is refused",
        request: cases.add,
        count: counts.adds,
        peer: "axum",
        aim: 0.8,
    };
    let list =
        Case { title: "list of 100 accounts", request: cases.list, count: counts.lists, peer: "bare hyper", aim: 0.3 };
    speed(&add, &servers, counts).await;
    println!("\n({} bytes of listing; nginx `return` cannot hold so many, axum writes them anew)", cases.listing.len());
    speed(&list, &servers, counts).await;
    memory(&add, &servers, counts).await;
}

/// How long each takes from its start to its first answer, and what it holds then.
async fn start_up(rounds: usize) {
    println!("start to first answer, and memory then; aims for kf-sim: under 10 ms, under 12 MiB");
    let mut figures = [const { Vec::new() }; NAMES.len()];
    for _ in 0..rounds {
        for (name, figures) in NAMES.iter().zip(&mut figures) {
            if let Some(server) = Server::start(name, &[]).await {
                figures.push((server.started.as_secs_f64() * 1e3, server.memory()));
            }
        }
    }
    for (name, figures) in NAMES.iter().zip(&figures) {
        if figures.is_empty() {
            println!("  {name:<12} not measured: {name} is not on this machine");
            continue;
        }
        let (started, held) = (median(figures, |figure| figure.0), median(figures, |figure| figure.1));
        println!("  {name:<12} {started:>6.1} ms   {held:>6.1} MiB");
    }
}

/// Rounds in which all servers come in turn; the median of each figure.
async fn speed(case: &Case, servers: &[(&str, Server)], counts: &Counts) {
    println!("\n{}; aim: {} of {}", case.title, case.aim, case.peer);
    println!("  {:<12} {:>12} {:>11} {:>8} {:>8}", "", "a CPU second", "a second", "p50 µs", "p99 µs");
    let answers = |name: &str| name != "nginx" || case.peer == "axum";
    let servers: Vec<_> = servers.iter().filter(|(name, _)| answers(name)).collect();
    let mut figures = vec![Vec::new(); servers.len()];
    for _ in 0..counts.rounds {
        for ((_, server), figures) in servers.iter().zip(&mut figures) {
            figures.push(round(case, server, counts.singles).await);
        }
    }
    let rates: Vec<f64> = figures.iter().map(|figures| median(figures, |figure| figure.per_cpu_second)).collect();
    let peer = servers.iter().position(|(name, _)| *name == case.peer).expect("it is measured");
    for ((name, _), (figures, rate)) in servers.iter().zip(figures.iter().zip(&rates)) {
        let (per_second, p50) = (median(figures, |figure| figure.per_second), median(figures, |figure| figure.p50));
        let (p99, ratio) = (median(figures, |figure| figure.p99), rate / rates[peer]);
        println!("  {name:<12} {rate:>12.0} {per_second:>11.0} {p50:>8.0} {p99:>8.0}   {ratio:.2} of {}", case.peer);
    }
}

async fn round(case: &Case, server: &Server, singles: usize) -> Figures {
    let before = server.cpu();
    let wall = load::flood(server.port, &case.request, case.count).await;
    let count = case.count as f64;
    let per_cpu_second = count / (server.cpu() - before);
    let (p50, p99) = load::single(server.port, &case.request, singles).await;
    Figures {
        per_cpu_second,
        per_second: count / wall.as_secs_f64(),
        p50: p50.as_secs_f64() * 1e6,
        p99: p99.as_secs_f64() * 1e6,
    }
}

/// What each holds after a life of requests.
async fn memory(case: &Case, servers: &[(&str, Server)], counts: &Counts) {
    println!("\nmemory after so many requests, and at the peak; aim for kf-sim: under 64 MiB after a million");
    let of_rounds = counts.rounds * (counts.adds + counts.lists + 2 * counts.singles);
    for (name, server) in servers {
        let life = if *name == "kf-sim" { counts.life[0] } else { counts.life[1] };
        load::flood(server.port, &case.request, life.saturating_sub(of_rounds)).await;
        println!("  {name:<12} {life:>9} requests   {:>6.1} MiB   {:>6.1} MiB", server.memory(), server.peak());
    }
}

fn median<T>(figures: &[T], of: impl Fn(&T) -> f64) -> f64 {
    let mut values: Vec<f64> = figures.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
