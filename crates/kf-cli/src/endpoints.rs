//! `kf endpoints`: the calls of the API, from the tables of the specification.

use clap::Args;
use kf_model::{AccountKind, ENDPOINTS, EndpointSpec};

use crate::args::Form;
use crate::context::Context;
use crate::explain;
use crate::failure::Failure;
use crate::table::Table;

#[derive(Debug, Args)]
pub(crate) struct EndpointsArgs {
    /// Show those alone that have this in their name, path or description.
    filter: Option<String>,
    #[command(flatten)]
    form: Form,
}

/// Runs `kf endpoints`.
pub(crate) fn run(args: &EndpointsArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let wanted = args.filter.as_deref().unwrap_or_default().to_lowercase();
    let found: Vec<&EndpointSpec> = ENDPOINTS.iter().copied().filter(|spec| has(spec, &wanted)).collect();
    if args.form.json {
        return context.json(&found.iter().map(|spec| explain::endpoint_json(spec)).collect::<Vec<_>>());
    }
    let mut table = Table::new(["NAME", "METHOD", "PATH", "WHO MAY CALL"]);
    for spec in &found {
        table.row([spec.name.to_owned(), spec.method.to_string(), spec.path.to_owned(), callers(spec)]);
    }
    let filter = args.filter.as_deref().unwrap_or_default();
    context.table(&table, &format!("no call has {filter} in its name, path or description; kf endpoints lists all"))?;
    if found.is_empty() || context.global.quiet {
        return Ok(());
    }
    context.streams.line("\n* certified ones alone. kf explain NAME says all that is known about a call.")
}

fn has(spec: &EndpointSpec, wanted: &str) -> bool {
    [spec.name, spec.wire_name, spec.path, spec.doc].iter().any(|text| text.to_lowercase().contains(wanted))
}

/// Who may call, in few words.
fn callers(spec: &EndpointSpec) -> String {
    if spec.callers.is_empty() {
        return "third-party platforms".to_owned();
    }
    let kinds = spec.callers.iter().map(|rule| {
        let kind = match rule.kind {
            AccountKind::OfficialAccount => "official",
            AccountKind::ServiceAccount => "service",
            AccountKind::MiniProgram => "program",
            AccountKind::MiniGame => "game",
            _ => "other",
        };
        format!("{kind}{}", if rule.certified_only { "*" } else { "" })
    });
    kinds.collect::<Vec<_>>().join(" ")
}
