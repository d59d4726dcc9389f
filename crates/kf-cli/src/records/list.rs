//! `kf records list`: a short look.

use std::collections::VecDeque;

use clap::Args;
use kf_model::records::Record;
use kf_model::values::OperCode;

use super::day::{FORMS, Moment, written};
use crate::args::Form;
use crate::context::Context;
use crate::failure::Failure;
use crate::progress::grouped;
use crate::show::escaped;
use crate::table::Table;

/// So many are no short look.
const LAST_MAX: u16 = 1_000;

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// The day in Beijing: 2026-11-01, today or yesterday.
    #[arg(long, default_value = "today")]
    day: String,
    /// How many, counted from the end of the day.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=i64::from(LAST_MAX)))]
    last: u16,
    #[command(flatten)]
    form: Form,
}

/// Runs `kf records list`.
pub(super) async fn run(args: &ListArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let now = i64::try_from(context.env.clock().wall().as_secs()).unwrap_or(i64::MAX);
    let day = Moment::parse(&args.day, now).filter(|day| day.ends() > day.begins());
    let day = day.ok_or_else(|| Failure::input(format!("--day {} is no day: {FORMS}", args.day)))?;
    let reach = context.reach().await?;
    let mut records = reach.client.records(day.begins(), day.ends());
    let (mut last, mut count) = (VecDeque::new(), 0_u64);
    while let Some(record) = context.wait(records.next()).await {
        if last.len() == usize::from(args.last) {
            last.pop_front();
        }
        last.push_back(record.map_err(|error| Failure::of_call(&error))?);
        count += 1;
    }
    if args.form.json {
        return context.json(&last);
    }
    context
        .table(&table(&last), &format!("there are no records of {}, Beijing time", super::day::day(day.begins())))?;
    if count > last.len() as u64 && !context.global.quiet {
        let (shown, count) = (last.len(), grouped(count));
        context.streams.note(&format!("these are the last {shown} of {count}; kf records export writes them all"));
    }
    Ok(())
}

fn table(records: &VecDeque<Record>) -> Table {
    let mut table = Table::new(["BEIJING", "CUSTOMER", "", "ACCOUNT", "TEXT"]);
    for record in records {
        let time = written(record.time).split_once('T').map(|(_, time)| time.to_owned()).unwrap_or_default();
        let worker = record.worker.to_string();
        table.row([time, escaped(&record.openid), way(record.opercode), worker, escaped(&record.text)]);
    }
    table
}

/// Who wrote to whom, or what else happened.
fn way(opercode: OperCode) -> String {
    match opercode {
        OperCode::WORKER_SENT => "<-".to_owned(),
        OperCode::WORKER_RECEIVED => "->".to_owned(),
        other => other.to_string(),
    }
}
