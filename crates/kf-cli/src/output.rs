//! Files that came as an answer: into a file, or into a pipe; never into a terminal.

use std::path::Path;

use kf_model::Download;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files;

/// Refuses to fetch a file that a terminal would be given, or for which there is no place.
pub(crate) fn refuse(out: Option<&Path>, force: bool, context: &Context<'_, '_>) -> Result<(), Failure> {
    if let Some(path) = named(out) {
        return files::refuse_taken(path, force, context);
    }
    if out.is_none() && context.streams.is_terminal() {
        return Err(Failure::new(
            Exit::Usage,
            "what comes may be a file, which is nothing for a terminal: give --out FILE, or send the output into a file",
        ));
    }
    Ok(())
}

fn named(out: Option<&Path>) -> Option<&Path> {
    out.filter(|path| *path != Path::new("-"))
}

/// Puts a file where it is wanted.
pub(crate) fn file(
    file: &Download,
    out: Option<&Path>,
    force: bool,
    context: &mut Context<'_, '_>,
) -> Result<(), Failure> {
    let Some(path) = named(out) else { return context.streams.bytes(&file.bytes) };
    // One may have come meanwhile.
    files::refuse_taken(path, force, context)?;
    files::write_for(files::Readers::Owner, path, &file.bytes, context)?;
    let kind = file.content_type.as_deref().map(|kind| format!(", {kind}")).unwrap_or_default();
    context.done(&format!("wrote {}: {} bytes{kind}", path.display(), file.bytes.len()))
}
