//! Reads the files of the specification.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use serde::de::DeserializeOwned;

use super::problem::{Problem, Problems};
use super::spec::{ErrCode, Erratum, Family, Source, Spec, Type};

/// Where the specification stands.
pub(crate) const FOLDER: &str = "crates/kf-model/spec";

/// File names and their texts.
pub(crate) type Files = BTreeMap<String, String>;

/// The TOML files of the specification.
pub(crate) fn files(root: &Path) -> io::Result<Files> {
    let mut files = Files::new();
    for entry in fs::read_dir(root.join(FOLDER))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.insert(name, fs::read_to_string(&path)?);
        }
    }
    Ok(files)
}

/// The specification that the files hold, or all that cannot be read in them.
pub(crate) fn load(files: &Files) -> Result<Spec, Vec<Problem>> {
    let mut spec = Spec::default();
    let mut problems = Vec::new();
    for (file, text) in files {
        let problems = &mut Problems { all: &mut problems, file: format!("{FOLDER}/{file}") };
        match file.as_str() {
            "errata.toml" => spec.errata = table::<Erratum>("erratum", text, problems),
            "errcodes.toml" => spec.errcodes = table::<ErrCode>("errcode", text, problems),
            "service.toml" => spec.service = parse(text, problems).unwrap_or_default(),
            "sources.toml" => spec.sources = table::<Source>("source", text, problems),
            "types.toml" => spec.types = table::<Type>("type", text, problems),
            _ => {
                let mut family: Family = parse(text, problems).unwrap_or_default();
                family.name = file.trim_end_matches(".toml").to_owned();
                spec.families.push(family);
            }
        }
    }
    if problems.is_empty() { Ok(spec) } else { Err(problems) }
}

/// A file that is one table of rows under one key.
fn table<T: DeserializeOwned>(key: &str, text: &str, problems: &mut Problems<'_>) -> Vec<T> {
    let mut tables: BTreeMap<String, Vec<T>> = parse(text, problems).unwrap_or_default();
    let rows = tables.remove(key).unwrap_or_default();
    for other in tables.keys() {
        problems.add(other, "no such table belongs here", format!("this file holds [[{key}]] tables alone"));
    }
    rows
}

fn parse<T: DeserializeOwned>(text: &str, problems: &mut Problems<'_>) -> Option<T> {
    toml::from_str(text)
        .map_err(|error| problems.add(&place(text, &error), error.message().trim(), remedy(&error)))
        .ok()
}

fn remedy(error: &toml::de::Error) -> &'static str {
    let message = error.message();
    if message.starts_with("unknown field") {
        "mend its spelling or remove it: CONTRIBUTING.md lists the keys"
    } else if message.starts_with("unknown variant") {
        "write one of the words that are expected"
    } else if message.starts_with("missing field") {
        "add it: CONTRIBUTING.md lists the keys"
    } else {
        "mend the TOML"
    }
}

/// Names the entry that an error lies in: its table, its name, its line.
fn place(text: &str, error: &toml::de::Error) -> String {
    let offset = error.span().map_or(0, |span| span.start);
    let line = text[..offset].lines().count().max(1);
    // A row of a table begins at its header; the error may lie on the header itself.
    let here = text[offset..].lines().next().unwrap_or_default().len() + offset;
    let Some(header) =
        text[..here].rfind("\n[[").map(|index| index + 1).or_else(|| text.starts_with("[[").then_some(0))
    else {
        return format!("line {line}");
    };
    let mut lines = text[header..].lines();
    let table = lines.next().unwrap_or_default().trim_matches(['[', ']']);
    let name = lines
        .take_while(|line| !line.starts_with('['))
        .find_map(|line| ["name", "code", "id"].iter().find_map(|key| line.strip_prefix(key)?.trim().strip_prefix('=')))
        .map_or("?", |name| name.trim().trim_matches('"'));
    format!("{table} `{name}` (line {line})")
}
