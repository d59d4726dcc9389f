//! `cargo xtask ci`: everything that guards the main branch, step by step.

use std::path::Path;

use crate::{codegen, sh, tidy};

/// One step.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    /// What it needs beside the Rust toolchain.
    pub(crate) needs: Option<Tool>,
    run: fn(&Path) -> Result<(), String>,
}

/// A foreign program that a step needs.
pub(crate) struct Tool {
    is_there: fn() -> bool,
    pub(crate) install: &'static str,
}

const CARGO_DENY: Tool =
    Tool { is_there: || sh::is_there("cargo", &["deny", "--version"]), install: "cargo install --locked cargo-deny" };

const OPENAPI_SPEC_VALIDATOR: Tool = Tool {
    is_there: || sh::is_there("python3", &["-c", "import openapi_spec_validator"]),
    install: "python3 -m pip install openapi-spec-validator",
};

const CURL_NODE_PYTHON: Tool = Tool {
    is_there: || ["curl", "node", "python3"].iter().all(|program| sh::is_there(program, &["--version"])),
    install: "apt-get install curl nodejs python3",
};

const REDIS_SERVER: Tool =
    Tool { is_there: || sh::is_there("redis-server", &["--version"]), install: "apt-get install redis-server" };

const SETSID: Tool =
    Tool { is_there: || sh::is_there("setsid", &["--version"]), install: "apt-get install util-linux" };

/// All steps, the quick ones first.
pub(crate) const STEPS: &[Step] = &[
    Step { name: "fmt", what: "the code is formatted", needs: None, run: fmt },
    Step { name: "codegen", what: "what is generated is as the specification has it", needs: None, run: fresh },
    Step {
        name: "tidy",
        what: "arrows, budgets, manifests, heads and secrets are in order",
        needs: None,
        run: tidy::run,
    },
    Step {
        name: "clippy",
        what: "no lint complains, in the workspace and in each crate alone, with each of its features alone",
        needs: None,
        run: clippy,
    },
    Step { name: "test", what: "all tests and doctests pass", needs: None, run: test },
    Step { name: "doc", what: "the docs build without a warning", needs: None, run: doc },
    Step { name: "bare", what: "kf-model builds without std", needs: None, run: bare },
    Step { name: "deny", what: "licenses, bans and sources of dependencies", needs: Some(CARGO_DENY), run: deny },
    Step {
        name: "openapi",
        what: "both openapi.json are valid OpenAPI, and their samples fit their schemas",
        needs: Some(OPENAPI_SPEC_VALIDATOR),
        run: openapi,
    },
    Step {
        name: "examples",
        what: "the examples that `kf sim` prints run as they stand",
        needs: Some(CURL_NODE_PYTHON),
        run: examples,
    },
    Step {
        name: "pty",
        what: "kf in a real pseudo-terminal: prompts, progress, Ctrl-C, narrow and wide",
        needs: Some(SETSID),
        run: pty,
    },
    Step {
        name: "redis",
        what: "the store that many machines share holds against a real Redis",
        needs: Some(REDIS_SERVER),
        run: redis,
    },
];

/// Runs the named steps; with none named, those that need the Rust toolchain alone, and all with `--all`.
pub(crate) fn run(root: &Path, args: &[&str]) -> Result<(), String> {
    let all = args.contains(&"--all");
    let names: Vec<&str> = args.iter().copied().filter(|arg| *arg != "--all").collect();
    if let Some(unknown) = names.iter().find(|name| STEPS.iter().all(|step| step.name != **name)) {
        let known: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        return Err(format!("there is no step `{unknown}`; the steps are {}", known.join(", ")));
    }
    let mut skipped = Vec::new();
    let mut failed = Vec::new();
    for step in STEPS.iter().filter(|step| names.is_empty() || names.contains(&step.name)) {
        if let Some(tool) = step.needs.as_ref().filter(|_| !all && names.is_empty()) {
            skipped.push((step, tool));
            continue;
        }
        println!("== {}: {}", step.name, step.what);
        if let Err(message) = step.run(root) {
            println!("{message}");
            failed.push(step.name);
        }
    }
    for (step, tool) in &skipped {
        println!("-- not run: {} ({}), since it needs a foreign program: {}", step.name, step.what, tool.install);
        println!("   `cargo xtask ci {}` runs it alone, `cargo xtask ci --all` runs everything", step.name);
    }
    if failed.is_empty() {
        println!("== all that was run passed");
        return Ok(());
    }
    Err(format!("== failed: {}; run one alone with `cargo xtask ci {}`", failed.join(", "), failed[0]))
}

impl Step {
    fn run(&self, root: &Path) -> Result<(), String> {
        match &self.needs {
            Some(tool) if !(tool.is_there)() => Err(format!("a program is missing; install it: {}", tool.install)),
            _ => (self.run)(root),
        }
    }
}

/// The workspaces of their own, whose dependencies never enter ours.
const APART: [&str; 2] = ["xtask/bare/Cargo.toml", "xtask/bench/Cargo.toml"];

fn fmt(root: &Path) -> Result<(), String> {
    sh::run(root, "cargo", &["fmt", "--all", "--check"])?;
    APART.iter().try_for_each(|manifest| sh::run(root, "cargo", &["fmt", "--check", "--manifest-path", manifest]))
}

fn fresh(root: &Path) -> Result<(), String> {
    codegen::run(root, true)
}

fn clippy(root: &Path) -> Result<(), String> {
    sh::run(root, "cargo", &["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"])?;
    // As users build them: the workspace as a whole switches on what any of its crates asks for.
    for (name, features) in tidy::feature_sets(root)? {
        let alone = ["clippy", "--locked", "-p", &name, "--no-default-features", "--features", &features];
        sh::run(root, "cargo", &[&alone[..], &["--", "-D", "warnings"]].concat())?;
    }
    let whole =
        ["clippy", "--locked", "-p", "kf-token-redis", "--all-targets", "--all-features", "--", "-D", "warnings"];
    sh::run(root, "cargo", &whole)?;
    let bench = ["clippy", "--locked", "--all-targets", "--manifest-path", APART[1], "--", "-D", "warnings"];
    sh::run(root, "cargo", &bench)
}

fn test(root: &Path) -> Result<(), String> {
    sh::run(root, "cargo", &["test", "--locked", "--workspace", "--no-fail-fast"])
}

fn doc(root: &Path) -> Result<(), String> {
    let args = ["doc", "--locked", "--workspace", "--all-features", "--no-deps"];
    sh::run_with(root, "cargo", &args, &[("RUSTDOCFLAGS", "-D warnings")])
}

/// A static library with a panic handler of its own: with `std` among its dependencies there would be two.
fn bare(root: &Path) -> Result<(), String> {
    sh::run(root, "cargo", &["build", "--locked", "--release", "--manifest-path", APART[0]])?;
    sh::run(root, "cargo", &["build", "--locked", "--release", "--manifest-path", APART[0], "--features", "json"])
}

fn deny(root: &Path) -> Result<(), String> {
    sh::run(root, "cargo", &["deny", "--all-features", "check", "bans", "licenses", "sources"])
}

fn openapi(root: &Path) -> Result<(), String> {
    sh::run(
        root,
        "python3",
        &["xtask/openapi.py", "crates/kf-model/spec/openapi.json", "crates/kf-sim/src/door/openapi.json"],
    )
}

fn examples(root: &Path) -> Result<(), String> {
    sh::run(root, "cargo", &["test", "--locked", "-p", "kf-cli", "--test", "examples"])
}

fn pty(root: &Path) -> Result<(), String> {
    sh::run(root, "cargo", &["test", "--locked", "-p", "kf-cli", "--test", "pty"])
}

fn redis(root: &Path) -> Result<(), String> {
    let args = ["test", "--locked", "-p", "kf-token-redis", "--features", "server-tests", "--test", "server"];
    sh::run(root, "cargo", &args)
}
