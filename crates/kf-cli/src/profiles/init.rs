//! `kf config init`.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use clap::{Args, ValueEnum as _};
use kf_model::{AppId, Secret};

use crate::config::{Config, Kind};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::secret_file;
use crate::show::escaped;
use crate::typed;

#[derive(Debug, Args)]
#[command(
    after_help = "On a terminal it asks for what is not given. --profile names the profile, main if it is left out."
)]
pub(crate) struct InitArgs {
    /// What kind of account the app is.
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// Whether the app is certified. Where kind and this are known, calls that it may not make are refused before they go out.
    #[arg(long, value_name = "YES|NO", value_parser = yes_or_no)]
    certified: Option<bool>,
    /// Read the AppSecret from the input.
    #[arg(long)]
    secret_stdin: bool,
}

/// An AppSecret is one line; this is far more.
const SECRET_BYTES_MAX: u64 = 4096;

fn yes_or_no(text: &str) -> Result<bool, String> {
    match text.trim().to_lowercase().as_str() {
        "yes" | "y" | "true" => Ok(true),
        "no" | "n" | "false" => Ok(false),
        _ => Err("write yes or no".to_owned()),
    }
}

/// What a profile begins with.
struct Answers {
    name: String,
    app_id: AppId,
    kind: Option<Kind>,
    certified: Option<bool>,
    secret: Option<Secret>,
}

pub(super) fn run(args: &InitArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let config = Config::path(context.env)?;
    let name = context.global.profile.clone().unwrap_or_else(|| "main".to_owned());
    if name.is_empty() || !name.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '-' | '_')) {
        return Err(Failure::input(format!("--profile {name}: write letters, digits, - and _, such as main")));
    }
    let secret_path = config.with_file_name(format!("{name}.secret"));
    for path in [&config, &secret_path] {
        if fs::symlink_metadata(path).is_ok() {
            return Err(taken(path, &config));
        }
    }
    let answers = ask(name, args, context)?;
    write(&answers, &config, &secret_path)?;
    told(&answers, &config, &secret_path, context)
}

fn taken(path: &Path, config: &Path) -> Failure {
    let shown = path.display();
    let what = if path == config {
        "write a further profile into it: a line [profile.NAME], with app_id and secret_file of its own below"
    } else {
        "move it away, or name another profile by --profile"
    };
    Failure::new(Exit::Failed, escaped(&format!("{shown} is there already and is not overwritten; {what}")))
}

/// What the options say, and on a terminal what a person says.
fn ask(name: String, args: &InitArgs, context: &mut Context<'_, '_>) -> Result<Answers, Failure> {
    let is_person = context.streams.is_person() && !args.secret_stdin;
    let given = context.global.app_id.as_deref();
    let given = match given {
        Some(id) => Some(id.to_owned()),
        None => context.env.text("KF_APP_ID")?.map(str::to_owned),
    };
    let app_id = match given {
        Some(id) => app_id(&id).map_err(Failure::input)?,
        None if is_person => asked("AppID (the console shows it): ", app_id, context)?,
        None => return Err(Failure::new(Exit::Usage, "there is nobody to ask; give the AppID by --app-id")),
    };
    if !app_id.as_str().starts_with("wx") {
        context
            .streams
            .note(&escaped(&format!("{app_id} is an odd AppID: they begin with wx; gh_... is the id of messages")));
    }
    let kind = match args.kind {
        None if is_person => asked(&format!("Kind, one of {}, or nothing: ", kinds()), kind, context)?,
        kind => kind,
    };
    let certified = match args.certified {
        None if is_person && kind.is_some() => asked("Is it certified, yes, no, or nothing: ", certified, context)?,
        certified => certified,
    };
    let secret = if args.secret_stdin {
        let bytes = context.streams.read_all(SECRET_BYTES_MAX);
        let bytes = bytes.map_err(|error| Failure::input(format!("the input cannot be read: {error}")))?;
        Some(secret(&String::from_utf8_lossy(&bytes)).map_err(Failure::input)?)
    } else if is_person && typed::can(context.streams) {
        typed_secret(context)?
    } else {
        None
    };
    Ok(Answers { name, app_id, kind, certified, secret })
}

/// Asks until the answer is one.
fn asked<T>(question: &str, read: fn(&str) -> Result<T, String>, context: &mut Context<'_, '_>) -> Result<T, Failure> {
    loop {
        let line = context.streams.question(question);
        let line = line.map_err(|error| Failure::input(format!("the input cannot be read: {error}")))?;
        match read(&line.ok_or_else(stopped)?) {
            Ok(answer) => return Ok(answer),
            Err(why) => context.streams.note(&escaped(&why)),
        }
    }
}

fn typed_secret(context: &mut Context<'_, '_>) -> Result<Option<Secret>, Failure> {
    loop {
        let line = typed::line("AppSecret (it is not shown; nothing if you want to write it later): ", context.streams);
        let line = line.map_err(|error| Failure::input(format!("the input cannot be read: {error}")))?;
        let line = line.ok_or_else(stopped)?;
        if line.trim().is_empty() {
            return Ok(None);
        }
        match secret(&line) {
            Ok(secret) => return Ok(Some(secret)),
            Err(why) => context.streams.note(&why),
        }
    }
}

fn stopped() -> Failure {
    Failure::new(Exit::Stopped, "stopped; nothing was written")
}

fn app_id(text: &str) -> Result<AppId, String> {
    text.trim().parse().map_err(|error: kf_model::IdError| format!("{error}; the console shows it"))
}

fn kind(text: &str) -> Result<Option<Kind>, String> {
    match text.trim() {
        "" => Ok(None),
        text => Kind::from_str(text, true).map(Some).map_err(|_| format!("write one of {}, or nothing", kinds())),
    }
}

fn certified(text: &str) -> Result<Option<bool>, String> {
    if text.trim().is_empty() { Ok(None) } else { yes_or_no(text).map(Some) }
}

fn kinds() -> String {
    let names = Kind::value_variants().iter().map(|kind| kind.name());
    names.collect::<Vec<_>>().join(", ")
}

/// What was typed is not repeated: it may be the secret with a blank in it.
fn secret(text: &str) -> Result<Secret, String> {
    let text = text.trim();
    if text.is_empty() || text.contains(|it: char| it.is_whitespace() || it.is_control()) {
        return Err("that is no AppSecret: it is one word, which the console shows once".to_owned());
    }
    Ok(Secret::from(text))
}

fn write(answers: &Answers, config: &Path, secret_path: &Path) -> Result<(), Failure> {
    let cannot = |path: &Path, error: &io::Error| {
        Failure::new(Exit::Failed, escaped(&format!("{} cannot be written: {error}", path.display())))
    };
    let folder = config.parent().unwrap_or(Path::new(""));
    create(folder).map_err(|error| cannot(folder, &error))?;
    if let Some(secret) = &answers.secret {
        secret_file::write(secret_path, secret).map_err(|error| cannot(secret_path, &error))?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(config).and_then(|mut file| file.write_all(text(answers).as_bytes()));
    written.map_err(|error| {
        if answers.secret.is_some() {
            let _ = fs::remove_file(secret_path);
        }
        cannot(config, &error)
    })
}

fn create(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// The file. What is not set stands there as a comment with its meaning.
fn text(answers: &Answers) -> String {
    let Answers { name, app_id, kind, certified, .. } = answers;
    let id = toml::Value::from(app_id.as_str());
    let kind = kind.map_or("# kind = \"service-account\"".to_owned(), |kind| format!("kind = \"{}\"", kind.name()));
    let certified = certified.map_or("# certified = true".to_owned(), |certified| format!("certified = {certified}"));
    format!(
        "# The profiles of kf. No secret stands here, only where it is.\n\
         # kf config list shows what is used and why, kf config check tries it.\n\
         \n\
         # The profile that is used where neither --profile nor KF_PROFILE names one.\n\
         default = \"{name}\"\n\
         \n\
         [profile.{name}]\n\
         app_id = {id}\n\
         \n\
         # The AppSecret, alone in a file that only you can read (chmod 600). Paths begin at this folder.\n\
         secret_file = \"{name}.secret\"\n\
         \n\
         # {}. Where kind and certified are known,\n\
         # calls that the app may not make are refused before they go out.\n\
         {kind}\n\
         {certified}\n\
         \n\
         # Which call fetches the token: stable, or classic, of which each fetch ends the token before.\n\
         # token = \"stable\"\n\
         \n\
         # Where tokens are kept: file, memory, or a Redis with the file of its password.\n\
         # store = \"redis://127.0.0.1:6379\"\n\
         # redis_password_file = \"redis.secret\"\n\
         \n\
         # Another host than the vendor's, and the certificates to trust there, as PEM.\n\
         # base_url = \"https://gateway.example.com\"\n\
         # ca_file = \"ca.pem\"\n\
         # allow_plain_http = false\n\
         \n\
         # An HTTP proxy; one that wants a password belongs into HTTPS_PROXY.\n\
         # proxy = \"http://127.0.0.1:3128\"\n",
        kinds()
    )
}

fn told(answers: &Answers, config: &Path, secret_path: &Path, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    context.done(&format!("wrote {}", config.display()))?;
    let shown = secret_path.display();
    if answers.secret.is_some() {
        context.done(&format!("wrote {shown}, which only you can read"))?;
    } else {
        context.done(&format!(
            "next: write the AppSecret, alone in one line, into {shown} and close it: chmod 600 {shown}"
        ))?;
    }
    context.done("next: kf config check tries it; kf account list lists the accounts")
}

#[cfg(test)]
mod tests {
    use kf_model::Secret;

    use super::{Answers, text};
    use crate::config::{Config, Kind};

    fn answers(is_known: bool) -> Answers {
        Answers {
            name: "main".to_owned(),
            app_id: "wx5ca1ab1e\"\\c0ffee".parse().unwrap(),
            kind: is_known.then_some(Kind::MiniProgram),
            certified: is_known.then_some(false),
            secret: Some(Secret::from("canary")),
        }
    }

    #[test]
    fn what_is_written_can_be_read() {
        for is_known in [false, true] {
            let text = text(&answers(is_known));
            let config = Config::parse(&text).unwrap();
            let (name, profile) = config.pick(None).unwrap().unwrap();
            assert_eq!((name, profile.app_id.as_ref().unwrap().as_str()), ("main", "wx5ca1ab1e\"\\c0ffee"));
            assert_eq!(profile.kind, is_known.then_some(Kind::MiniProgram));
            assert_eq!(profile.certified, is_known.then_some(false));
            assert!(!text.contains("canary"));
            // Every setting is there, if only as a comment, and can be used as it stands.
            let all: String = text
                .lines()
                .map(|line| {
                    let setting = line.strip_prefix("# ").filter(|rest| rest.split(" = ").count() == 2);
                    format!("{}\n", setting.unwrap_or(line))
                })
                .collect();
            let config = Config::parse(&all).unwrap_or_else(|why| panic!("{why}: {all}"));
            let profile = format!("{:?}", config.profiles["main"]);
            assert!(!profile.contains("None"), "{profile}");
        }
    }
}
