//! Files that came as an answer: into a file, or into a pipe; never into a terminal.

use std::path::Path;

use kf_model::Download;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files;

/// Refuses to fetch a file that a terminal would be given.
pub(crate) fn refuse_terminal(out: Option<&Path>, context: &Context<'_, '_>) -> Result<(), Failure> {
    if out.is_none() && context.streams.is_terminal() {
        return Err(Failure::new(
            Exit::Usage,
            "what comes may be a file, which is nothing for a terminal: give --out FILE, or send the output into a file",
        ));
    }
    Ok(())
}

/// Puts a file where it is wanted.
pub(crate) fn file(file: &Download, out: Option<&Path>, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let Some(path) = out.filter(|path| *path != Path::new("-")) else { return context.streams.bytes(&file.bytes) };
    files::write(path, &file.bytes, context)?;
    let kind = file.content_type.as_deref().map(|kind| format!(", {kind}")).unwrap_or_default();
    context.done(&format!("wrote {}: {} bytes{kind}", path.display(), file.bytes.len()))
}
