//! `cargo xtask bench transport`: ours beside a bare loop over hyper's connections, hyper-util's client and reqwest, all
//! against one server in a process of its own.

#![forbid(unsafe_code)]

use std::alloc::System;
use std::process::Command;

use bench::measure::{self, median, now, runtime};
use bench::wire::clients::{Client, NAMES, call_legacy, call_ours};
use bench::wire::{Place, empty_config, server};
use cpu_time::ProcessTime;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["server"] => server::run(),
        ["loop", name, count, plain] => run_loop(name, count, plain),
        ["burst", name, plain] => burst(name, plain),
        _ => compare(),
    }
}

fn compare() {
    let server = server::Server::start();
    let place = &server.place;
    for tls in [false, true] {
        println!("\n{} POST of 60 bytes", if tls { "TLS 1.3," } else { "plain," });
        for in_flight in [1, 8, 64] {
            speed(place, tls, in_flight);
        }
    }
    println!("\nallocations a request, one in flight");
    for name in NAMES {
        println!("  {name:<12} {:>5}", allocations(name, place));
    }
    println!("\ninstructions a request (callgrind), one in flight");
    let mut bare = None;
    for name in NAMES {
        let Some(count) = instructions(name, place) else {
            println!("  not measured: valgrind is not on this machine");
            break;
        };
        let bare = *bare.get_or_insert(count);
        println!("  {name:<12} {count:>9.0}   {:.2} times bare", count / bare);
    }
    println!("\n10,000 callers at once");
    for name in ["ours", "hyper-util"] {
        let fresh = server::Server::start();
        child(&["burst", name, &fresh.place.plain.to_string()]);
    }
}

/// Five rounds, all clients in turn; the median of each.
fn speed(place: &Place, tls: bool, in_flight: usize) {
    let mut figures: Vec<Vec<(f64, f64)>> = vec![Vec::new(); NAMES.len()];
    for _ in 0..5 {
        for (name, figures) in NAMES.iter().zip(&mut figures) {
            figures.push(round(name, place, tls, in_flight, 4000));
        }
    }
    let bare = median(figures[0].iter().map(|figure| figure.1).collect());
    for (name, figures) in NAMES.iter().zip(figures) {
        let rate = median(figures.iter().map(|figure| figure.0).collect());
        let cpu = median(figures.iter().map(|figure| figure.1).collect());
        println!(
            "  {in_flight:>2} in flight  {name:<12} {rate:>8.0} a second   {cpu:>6.1} µs CPU   {:.2} times bare",
            cpu / bare
        );
    }
}

/// Requests a second, and microseconds of CPU for one.
fn round(name: &str, place: &Place, tls: bool, in_flight: usize, count: usize) -> (f64, f64) {
    runtime().block_on(async {
        let client = Client::new(name, place, tls);
        let mut callers = Vec::new();
        for _ in 0..in_flight {
            callers.push(client.caller().await);
        }
        for caller in &mut callers {
            caller.call().await;
        }
        let (wall, cpu) = (now(), ProcessTime::now());
        let tasks: Vec<_> = callers
            .into_iter()
            .map(|mut caller| {
                tokio::spawn(async move {
                    for _ in 0..count / in_flight {
                        caller.call().await;
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("it calls");
        }
        let count = (count / in_flight * in_flight) as f64;
        (count / wall.elapsed().as_secs_f64(), cpu.elapsed().as_secs_f64() * 1e6 / count)
    })
}

fn allocations(name: &str, place: &Place) -> usize {
    const COUNT: usize = 1000;
    runtime().block_on(async {
        let mut caller = Client::new(name, place, false).caller().await;
        for _ in 0..100 {
            caller.call().await;
        }
        let region = Region::new(ALLOCATOR);
        for _ in 0..COUNT {
            caller.call().await;
        }
        (region.change().allocations + COUNT / 2) / COUNT
    })
}

fn instructions(name: &str, place: &Place) -> Option<f64> {
    let plain = place.plain.to_string();
    measure::instructions((500, 1000), |count| {
        vec!["loop".to_owned(), name.to_owned(), count.to_string(), plain.clone()]
    })
}

fn run_loop(name: &str, count: &str, plain: &str) {
    let place = plain_place(plain);
    runtime().block_on(async {
        let mut caller = Client::new(name, &place, false).caller().await;
        for _ in 0..count.parse().expect("a number") {
            caller.call().await;
        }
    });
}

/// 10,000 callers at once, in a process of its own.
fn burst(name: &str, plain: &str) {
    let place = plain_place(plain);
    runtime().block_on(async {
        let client = Client::new(name, &place, false);
        let start = now();
        let mut tasks = Vec::new();
        for _ in 0..10_000 {
            // Each kind of client has a task of its own, so that none waits in the space of another.
            tasks.push(match client.clone() {
                Client::Ours(wire, secret) => tokio::spawn(async move { call_ours(&wire, &secret).await }),
                Client::Legacy(client, url) => tokio::spawn(async move { call_legacy(&client, &url).await }),
                _ => return println!("  {name} is not compared here"),
            });
        }
        for task in tasks {
            task.await.expect("it calls");
        }
        let elapsed = start.elapsed();
        let sockets = reqwest_get(&format!("{}/accepted", place.url(false))).await;
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("?").trim().to_owned();
        println!("  {name:<12} {:>6} ms   {sockets:>6} sockets   {peak} at the peak", elapsed.as_millis());
    });
}

/// How many sockets the server accepted before this one.
async fn reqwest_get(url: &str) -> usize {
    let text = reqwest::Client::builder().tls_backend_preconfigured(empty_config()).build().expect("it is built");
    let text = text.get(url).send().await.expect("an answer comes").text().await.expect("it is whole");
    text.parse::<usize>().expect("a number") - 1
}

/// A place without TLS; its certificate is any.
fn plain_place(plain: &str) -> Place {
    let certified = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate is made");
    Place { plain: plain.parse().expect("a port"), tls: 0, pem: certified.cert.pem() }
}

fn child(args: &[&str]) {
    let program = std::env::current_exe().expect("the program has a path");
    // A limit of open files below 10,000 would fail the client that has no limit of its own.
    let command = format!("ulimit -n 20000; exec '{}' {}", program.display(), args.join(" "));
    let status = Command::new("sh").args(["-c", &command]).status().expect("it starts");
    if !status.success() {
        println!("  {} failed: {status}", args.join(" "));
    }
}
