//! From the specification to all that states it: Rust, OpenAPI, tables to read.
//!
//! One module an output.

mod calls;
mod check;
mod check_family;
mod family;
mod load;
mod markdown;
mod methods;
mod names;
mod openapi;
mod permissions;
mod problem;
mod rust;
mod schema;
mod sim;
mod spec;
mod spec_literal;
mod tables;
#[cfg(test)]
mod tests;
mod write;

use std::path::Path;

use self::load::{FOLDER, Files};
use self::problem::Problem;
use self::spec::Spec;
use self::write::{Output, format};

const GENERATED: &str = "crates/kf-model/src/generated";
const SIMULATOR: &str = "crates/kf-sim/src/generated";
const CLIENT: &str = "crates/kf-client/src/generated";
const COMMAND: &str = "crates/kf-cli/src/generated";
const FOLDERS: &[&str] = &[GENERATED, SIMULATOR, CLIENT, COMMAND];

/// Writes all outputs; with `check`, fails where one is stale instead.
pub(crate) fn run(root: &Path, check: bool) -> Result<(), String> {
    let files = load::files(root).map_err(|error| format!("{FOLDER}: {error}"))?;
    let spec = read(&files).map_err(|problems| list(&problems))?;
    let outputs = outputs(root, &spec)?;
    if check {
        let stale = write::stale(root, &outputs, FOLDERS);
        return if stale.is_empty() { Ok(()) } else { Err(stale_message(&stale)) };
    }
    for path in write::write(root, &outputs)? {
        println!("wrote {path}");
    }
    match write::stale(root, &outputs, FOLDERS).as_slice() {
        [] => Ok(()),
        orphans => Err(format!("nothing makes these files any more; remove them: {}", orphans.join(", "))),
    }
}

fn stale_message(stale: &[String]) -> String {
    format!(
        "not as the specification has it: {}\nrun `cargo xtask codegen` and commit what it writes",
        stale.join(", ")
    )
}

/// The specification, if nothing is wrong with it.
fn read(files: &Files) -> Result<Spec, Vec<Problem>> {
    let spec = load::load(files)?;
    let problems = check::check(&spec);
    if problems.is_empty() { Ok(spec) } else { Err(problems) }
}

fn list(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn outputs(root: &Path, spec: &Spec) -> Result<Vec<Output>, String> {
    let mut rust: Vec<(String, String)> = spec
        .families
        .iter()
        .map(|module| (format!("{GENERATED}/{}.rs", module.name), family::render(spec, module)))
        .collect();
    rust.push((format!("{GENERATED}/errcodes.rs"), tables::errcodes(spec)));
    rust.push((format!("{GENERATED}/limits.rs"), tables::limits(spec)));
    rust.push((format!("{GENERATED}/values.rs"), tables::values(spec)));
    rust.push((format!("{GENERATED}.rs"), tables::index(spec)));
    rust.push((format!("{SIMULATOR}/api.rs"), sim::render(spec)));
    rust.push((format!("{CLIENT}/methods.rs"), methods::render(spec)));
    rust.push((format!("{COMMAND}/calls.rs"), calls::render(spec)));
    let mut outputs = Vec::new();
    for (path, text) in rust {
        outputs.push(Output { text: format(root, &text).map_err(|error| format!("{path}: {error}"))?, path });
    }
    let text = |name: &str, text: String| Output { path: format!("{FOLDER}/{name}"), text };
    outputs.push(text("openapi.json", openapi::render(spec, env!("CARGO_PKG_VERSION"))));
    outputs.push(text("ENDPOINTS.md", markdown::endpoints(spec)));
    outputs.push(text("ERRCODES.md", markdown::errcodes(spec)));
    outputs.push(text("ERRATA.md", markdown::errata(spec)));
    Ok(outputs)
}
