//! `cargo xtask bench client`: whole calls by kf-client beside a bare loop over hyper's connections with serde_json, reqwest with
//! serde_json, and the crate `wechat-mp-sdk`, all against one server in a process of its own.

#![forbid(unsafe_code)]

use std::alloc::System;

use bench::calls::clients::{Client, NAMES};
use bench::calls::token::{self, Bench};
use bench::calls::{CASES, Case};
use bench::measure::{self, median, now, runtime};
use bench::wire::{Place, server};
use cpu_time::ProcessTime;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["server"] => server::run(),
        ["calls", name, case, count, plain] => calls(name, Case::of(case), number(count), plain),
        ["tokens", name, count] => tokens(name, number(count)),
        _ => compare(),
    }
}

fn compare() {
    let server = server::Server::start();
    println!(
        "kf-client: Client::add_account with names checked anew, Client::list_accounts; token of Refreshing in memory"
    );
    println!(
        "wechat-mp-sdk 0.3: WechatKfApi::bind_kf_work; TokenManager::get_token with WechatClient::get into a struct"
    );
    for case in CASES {
        println!("\n{}", case.name());
        for in_flight in [1, 8] {
            speed(&server.place, case, in_flight);
        }
        exact(&server.place, case);
    }
    println!("\na token that is at hand; aim: token() at most 2.00 times load_full and now together");
    token_figures();
}

/// Five rounds, all clients in turn; the median of each.
fn speed(place: &Place, case: Case, in_flight: usize) {
    let mut figures: Vec<Vec<(f64, f64)>> = vec![Vec::new(); NAMES.len()];
    for _ in 0..5 {
        for (name, figures) in NAMES.iter().zip(&mut figures) {
            figures.push(round(name, place, case, in_flight));
        }
    }
    let bare = median(figures[0].iter().map(|figure| figure.1).collect());
    for (name, figures) in NAMES.iter().zip(figures) {
        let rate = median(figures.iter().map(|figure| figure.0).collect());
        let cpu = median(figures.iter().map(|figure| figure.1).collect());
        println!(
            "  {in_flight} in flight  {name:<14} {rate:>8.0} a second   {cpu:>6.1} µs CPU   {:.2} times bare",
            cpu / bare
        );
    }
}

/// Calls a second, and microseconds of CPU for one.
fn round(name: &str, place: &Place, case: Case, in_flight: usize) -> (f64, f64) {
    let each = if case == Case::Post { 4000 } else { 1200 } / in_flight;
    runtime().block_on(async {
        let client = Client::new(name, place);
        let mut callers = Vec::new();
        for _ in 0..in_flight {
            let mut caller = client.caller().await;
            caller.call(case).await;
            callers.push(caller);
        }
        let (wall, cpu) = (now(), ProcessTime::now());
        let call_often = |mut caller: bench::calls::clients::Caller| async move {
            for _ in 0..each {
                caller.call(case).await;
            }
        };
        let tasks: Vec<_> = callers.into_iter().map(|caller| tokio::spawn(call_often(caller))).collect();
        for task in tasks {
            task.await.expect("it calls");
        }
        let count = (each * in_flight) as f64;
        (count / wall.elapsed().as_secs_f64(), cpu.elapsed().as_secs_f64() * 1e6 / count)
    })
}

/// What does not depend on how busy the machine is, beside the aims.
fn exact(place: &Place, case: Case) {
    let (aim, counts) = match case {
        Case::Post => ("at most 1.60 times bare and 24 allocations", (200, 1200)),
        Case::List => ("at most 0.95 times bare", (40, 140)),
    };
    println!("  instructions (callgrind) and allocations a call, one in flight; aim: {aim}");
    let mut bare = None;
    for name in NAMES {
        let (made, grown) = allocations(name, place, case);
        let count = measure::instructions(counts, |count| {
            ["calls", name, case.name(), &count.to_string(), &place.plain.to_string()].map(str::to_owned).to_vec()
        });
        let figure = count.map_or("no valgrind".to_owned(), |count| {
            format!("{count:>9.0}   {:.2} times bare", count / *bare.get_or_insert(count))
        });
        println!("  {name:<14} {figure}   {made:>4} allocations, {grown} grown");
    }
}

/// Allocations a call, and how many of them were made larger later.
fn allocations(name: &str, place: &Place, case: Case) -> (usize, usize) {
    const COUNT: usize = 1000;
    runtime().block_on(async {
        let mut caller = Client::new(name, place).caller().await;
        for _ in 0..100 {
            caller.call(case).await;
        }
        let region = Region::new(ALLOCATOR);
        for _ in 0..COUNT {
            caller.call(case).await;
        }
        let change = region.change();
        ((change.allocations + COUNT / 2) / COUNT, (change.reallocations + COUNT / 2) / COUNT)
    })
}

fn token_figures() {
    const COUNT: usize = 1_000_000;
    let bench = runtime().block_on(Bench::new());
    let mut figures = vec![Vec::new(); token::NAMES.len()];
    for _ in 0..9 {
        for (name, figures) in token::NAMES.iter().zip(&mut figures) {
            let start = now();
            runtime().block_on(bench.run(name, COUNT));
            figures.push(start.elapsed().as_secs_f64() * 1e9 / COUNT as f64);
        }
    }
    let times: Vec<f64> = figures.into_iter().map(median).collect();
    let counts: Vec<Option<f64>> = token::NAMES.iter().map(|name| token_instructions(name)).collect();
    for (index, name) in token::NAMES.iter().enumerate() {
        let ns = format!("{:>6.1} ns   {:.2} times both", times[index], times[index] / times[1]);
        match (counts[index], counts[1]) {
            (Some(count), Some(both)) => {
                println!("  {name:<16} {ns}   {count:>5.0} instructions   {:.2} times both", count / both);
            }
            _ => println!("  {name:<16} {ns}   instructions not measured: no valgrind"),
        }
    }
}

fn token_instructions(name: &str) -> Option<f64> {
    measure::instructions((1000, 11_000), |count| ["tokens", name, &count.to_string()].map(str::to_owned).to_vec())
}

fn calls(name: &str, case: Case, count: usize, plain: &str) {
    let place = Place { plain: plain.parse().expect("a port"), tls: 0, pem: String::new() };
    runtime().block_on(async {
        let mut caller = Client::new(name, &place).caller().await;
        for _ in 0..count {
            assert!([1, 100].contains(&caller.call(case).await));
        }
    });
}

fn tokens(name: &str, count: usize) {
    runtime().block_on(async { Bench::new().await.run(name, count).await });
}

fn number(text: &str) -> usize {
    text.parse().expect("a number")
}
