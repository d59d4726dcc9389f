//! What the vendor leaves open: `settings`.

use clap::Args;
use serde_json::json;

use crate::failure::Failure;
use crate::streams::Streams;

#[derive(Debug, Args)]
pub(super) struct SettingsArgs {
    /// Print them as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &SettingsArgs, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let settings = kf_sim::Settings::list();
    if args.json {
        return streams.line(&json!({ "settings": settings }).to_string());
    }
    let mut text = "# Each with its default; write those to be changed into a scenario file.\n[settings]\n".to_owned();
    for setting in &settings {
        text += &format!("\n# {}\n{} = {}\n", setting.meaning, setting.name, setting.default);
    }
    streams.text(&text)
}
