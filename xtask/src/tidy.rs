//! What no compiler checks: arrows, budgets, manifests, heads of files, places of secrets.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::layers::{ARROWS, BUDGETS, DIRECT, EXPOSES};
use crate::sh;

/// Looks at everything; all that is wrong is told at once.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let metadata = metadata(root)?;
    let mut problems = arrows(&metadata);
    problems.extend(direct(&metadata));
    problems.extend(rust_versions(&metadata));
    problems.extend(budgets(root)?);
    problems.extend(manifests(root, &metadata));
    for (path, text) in sources(root) {
        problems.extend(source(&path, &text));
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: Vec<String>,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    rust_version: Option<String>,
    manifest_path: String,
    features: BTreeMap<String, Vec<String>>,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
}

impl Metadata {
    fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| self.workspace_members.contains(&package.id))
    }
}

/// The crates that people build, each with no feature and with each of its features alone.
pub(crate) fn feature_sets(root: &Path) -> Result<Vec<(String, String)>, String> {
    let metadata = metadata(root)?;
    let crates = metadata.members().filter(|package| package.name.starts_with("kf-") && package.name != "kf-tests");
    let sets = crates.flat_map(|package| {
        let features = package.features.keys().filter(|name| *name != "default").cloned();
        std::iter::once(String::new()).chain(features).map(|features| (package.name.clone(), features))
    });
    Ok(sets.collect())
}

fn metadata(root: &Path) -> Result<Metadata, String> {
    let text = sh::output(root, "cargo", &["metadata", "--locked", "--format-version", "1", "--all-features"])?;
    serde_json::from_str(&text).map_err(|error| format!("cargo metadata: {error}"))
}

fn arrows(metadata: &Metadata) -> Vec<String> {
    let members: BTreeSet<&str> = metadata.members().map(|package| package.name.as_str()).collect();
    let mut problems = Vec::new();
    for package in metadata.members() {
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == package.name) else {
            problems.push(format!("{}: is not in ARROWS of xtask/src/layers.rs; add it there", package.name));
            continue;
        };
        let normal = package.dependencies.iter().filter(|dependency| dependency.kind.as_deref() != Some("dev"));
        let own = normal.map(|dependency| dependency.name.as_str()).filter(|name| members.contains(name));
        problems.extend(own.filter(|name| !allowed.contains(name)).map(|name| {
            format!("{}: depends on {name}, an arrow that ARROWS of xtask/src/layers.rs does not have", package.name)
        }));
    }
    problems
}

/// The crates that say what they depend on depend on nothing else.
fn direct(metadata: &Metadata) -> Vec<String> {
    let mut problems = Vec::new();
    for (name, allowed) in DIRECT {
        let Some(package) = metadata.members().find(|package| package.name == *name) else { continue };
        let found = package.dependencies.iter().filter(|dependency| dependency.kind.as_deref() != Some("dev"));
        problems.extend(found.filter(|dependency| !allowed.contains(&dependency.name.as_str())).map(|dependency| {
            format!("{name}: depends on {}, which DIRECT of xtask/src/layers.rs does not allow", dependency.name)
        }));
    }
    problems
}

/// No dependency asks for a newer compiler than we state.
fn rust_versions(metadata: &Metadata) -> Vec<String> {
    let Some(ours) = metadata.members().find_map(|package| package.rust_version.as_deref()) else {
        return vec!["Cargo.toml: no rust-version is stated".to_owned()];
    };
    let newer = metadata.packages.iter().filter_map(|package| {
        let theirs = package.rust_version.as_deref().filter(|theirs| version(theirs) > version(ours))?;
        Some(format!("{} {} needs Rust {theirs}, we state {ours}: take an older one", package.name, package.version))
    });
    newer.collect()
}

fn version(text: &str) -> (u32, u32) {
    let mut parts = text.split('.').map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

fn budgets(root: &Path) -> Result<Vec<String>, String> {
    let mut problems = Vec::new();
    for (name, features, most) in BUDGETS {
        let args = [
            "tree",
            "--locked",
            "-p",
            name,
            "--no-default-features",
            "--features",
            features,
            "-e",
            "normal",
            "--prefix",
            "none",
        ];
        let tree = sh::output(root, "cargo", &[&args[..], &["--no-dedupe", "-f", "{p}"]].concat())?;
        let crates: BTreeSet<&str> = tree.lines().map(|line| line.trim_end_matches(" (proc-macro)")).collect();
        if crates.len() > *most {
            let list: Vec<&str> = crates.iter().copied().collect();
            let found = crates.len();
            problems.push(format!("{name} [{features}] has {found} crates, {most} are allowed: {}", list.join(", ")));
        }
    }
    Ok(problems)
}

fn manifests(root: &Path, metadata: &Metadata) -> Vec<String> {
    let mut problems = Vec::new();
    let root_manifest = root.join("Cargo.toml");
    let own = metadata.members().map(|package| Path::new(&package.manifest_path).to_path_buf());
    for path in own.chain([root_manifest]) {
        let shown = path.strip_prefix(root.canonicalize().unwrap_or_default()).unwrap_or(&path).display().to_string();
        let text = fs::read_to_string(&path).unwrap_or_default();
        match toml::from_str::<toml::Table>(&text) {
            Ok(manifest) => problems.extend(manifest_problems(&manifest, &text).map(|what| format!("{shown}: {what}"))),
            Err(error) => problems.push(format!("{shown}: {error}")),
        }
    }
    problems
}

fn manifest_problems(manifest: &toml::Table, text: &str) -> impl Iterator<Item = String> {
    let mut problems = Vec::new();
    let inherits = |table: Option<&toml::Value>| table.and_then(|table| table.get("workspace")) == Some(&true.into());
    if manifest.contains_key("package") && !inherits(manifest.get("lints")) {
        problems.push("lints are not inherited; add `[lints] workspace = true`".to_owned());
    }
    for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
        let dependencies = manifest.get(kind).and_then(toml::Value::as_table).into_iter().flatten();
        problems.extend(dependencies.filter(|(_, dependency)| !inherits(Some(dependency))).map(|(name, _)| {
            format!("`{name}` has a version of its own; state it in the root and write `{name}.workspace = true`")
        }));
    }
    for section in ["dependencies]", "dev-dependencies]", "build-dependencies]"] {
        let lines = text.lines().skip_while(|line| !line.starts_with('[') || !line.ends_with(section)).skip(1);
        let names: Vec<&str> = lines.take_while(|line| !line.starts_with('[')).filter_map(dependency_name).collect();
        if let Some(pair) = names.windows(2).find(|pair| pair[0] > pair[1]) {
            problems.push(format!("dependencies are not sorted: move `{}` up", pair[1]));
        }
    }
    problems.into_iter()
}

fn dependency_name(line: &str) -> Option<&str> {
    line.split(['.', ' ', '=']).next().filter(|name| !name.is_empty() && !name.starts_with('#'))
}

/// The Rust files of the repository: their paths from the root, and their texts.
fn sources(root: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() && name != "target" && !name.starts_with('.') {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let shown = path.strip_prefix(root).unwrap_or(&path).display().to_string();
                files.push((shown, fs::read_to_string(&path).unwrap_or_default()));
            }
        }
    }
    files.sort();
    files
}

fn source(path: &str, text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    if !(text.starts_with("//!") || text.starts_with("#![doc")) {
        problems.push(format!("{path}: begins without a `//!` line that says what it is"));
    }
    if path.ends_with("/mod.rs") {
        problems.push(format!("{path}: a module is named for itself: foo.rs beside foo/"));
    }
    if let Some((number, _)) =
        text.lines().zip(1..).map(|(line, number)| (number, line)).find(|(_, line)| is_untidy(line))
    {
        problems.push(format!("{path}:{number}: a blank at the end of the line, or a tab"));
    }
    let exposes = text.contains(".expose()") || text.contains("Secret::expose");
    let library = path.starts_with("crates/") && path.contains("/src/");
    if exposes && library && EXPOSES.iter().all(|(known, _)| *known != path) {
        problems
            .push(format!("{path}: makes a credential text; EXPOSES of xtask/src/layers.rs does not have this place"));
    }
    problems
}

fn is_untidy(line: &str) -> bool {
    line.ends_with([' ', '\t']) || line.starts_with('\t')
}

#[cfg(test)]
mod tests {
    use super::{manifest_problems, source};

    fn manifest(text: &str) -> Vec<String> {
        manifest_problems(&toml::from_str(text).unwrap(), text).collect()
    }

    #[test]
    fn a_manifest_that_goes_its_own_way_is_refused() {
        assert_eq!(
            manifest("[package]\nname = \"a\"\n[lints]\nworkspace = true\n[dependencies]\nb.workspace = true\n").len(),
            0
        );
        assert!(manifest("[package]\nname = \"a\"\n")[0].contains("lints are not inherited"));
        assert!(manifest("[dependencies]\nb = \"1\"\n")[0].contains("`b` has a version of its own"));
        let unsorted = "[dependencies]\nc.workspace = true\nb.workspace = true\n";
        assert!(manifest(unsorted)[0].contains("move `b` up"));
        assert!(manifest("[workspace.dependencies]\nc = \"1\"\nb = \"1\"\n")[0].contains("move `b` up"));
    }

    #[test]
    fn a_source_that_is_untidy_is_refused() {
        assert_eq!(source("crates/kf-model/src/a.rs", "//! A.\n").len(), 0);
        assert!(source("crates/kf-model/src/a.rs", "fn a() {}\n")[0].contains("without a `//!` line"));
        assert!(source("crates/kf-model/src/a/mod.rs", "//! A.\n")[0].contains("foo.rs beside foo/"));
        assert!(source("crates/kf-model/src/a.rs", "//! A.\nfn a() {} \n")[0].contains(":2: a blank"));
    }

    #[test]
    fn a_credential_becomes_text_only_where_the_list_says() {
        let text = "//! A.\nfn a(secret: &Secret) -> &str { secret.expose() }\n";
        assert!(source("crates/kf-model/src/a.rs", text)[0].contains("makes a credential text"));
        assert_eq!(source("crates/kf-model/src/wire.rs", text).len(), 0);
    }
}
