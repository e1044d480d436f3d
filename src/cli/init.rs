//! `init`: founds a ledger in an empty directory.
//!
//! The operator's key is the global `--key`; the keys of further founders are
//! files too, so that all sign in one go.

use std::{
    path::{Path, PathBuf},
    str::FromStr,
};

use serde_json::{Value, json};

use super::{Exit, Failure, block::Block, fresh_randomness, now, output::Output, words::with_capital};
use crate::{
    authoring::{Freshness, Post},
    checkpoint::{CheckpointSigner, InvalidOrigin},
    crypto::{KeyFileError, SigningKey},
    domain::{CharterProfile, CountryCode, LedgerId, MemberId, OrganisationId, OrganisationType},
    founding::{self, FoundingPlan, FoundingPost, InvalidFounding},
    limits,
    server::{Directory, InitError, PartError, found},
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Empty or new directory for the ledger.
    #[arg(long, env = "MERESTONE_DATA_DIR", default_value = "merestone-data", value_name = "DIR")]
    data_dir: PathBuf,
    /// Name that stands on every checkpoint: a URL without https://, e.g. ledger.example.org/2026.
    #[arg(long, value_name = "NAME")]
    origin: String,
    /// Who decides and who signs what eases. solo: the author alone; national: one founder decides, author, another
    /// post and the national authority sign; coalition: a majority decides, the other post is of another organisation.
    #[arg(long, default_value = "national", value_parser = ["solo", "national", "coalition"])]
    charter: String,
    /// Id of the organisation that operates the service and founds it, e.g. lv-registry.
    #[arg(long, value_name = "ID")]
    operator: OrganisationId,
    /// Full name of the operating organisation.
    #[arg(long, value_name = "NAME")]
    operator_name: String,
    /// Country of the operating organisation (ISO 3166-1 alpha-2), or XX for none.
    #[arg(long, value_name = "XX")]
    country: CountryCode,
    /// Id of the post that signs for the operator with --key.
    #[arg(long, default_value = "registrar", value_name = "ID")]
    member: MemberId,
    /// A further founder with the file of its key; may be repeated. TYPE is ministry unless given,
    /// COUNTRY is XX unless given.
    #[arg(long = "founder", value_name = "ORG:NAME:MEMBER:KEYFILE[:COUNTRY[:TYPE]]")]
    founders: Vec<FounderArgument>,
}

/// Why a ledger was not founded.
#[derive(Debug, thiserror::Error)]
pub enum InitFailure {
    #[error("founding needs the operator's key: --key FILE; make one with `merestone key new FILE`")]
    NoKey,
    #[error(transparent)]
    Key(#[from] KeyFileError),
    #[error(transparent)]
    Plan(#[from] InvalidFounding),
    #[error(transparent)]
    Origin(#[from] InvalidOrigin),
    #[error(transparent)]
    Init(#[from] InitError),
    #[error("the program cannot start its runtime")]
    Runtime(#[from] std::io::Error),
}

impl From<InitFailure> for Failure {
    fn from(failure: InitFailure) -> Self {
        let exit = match &failure {
            InitFailure::NoKey | InitFailure::Plan(_) | InitFailure::Origin(_) => Exit::Usage,
            InitFailure::Init(
                InitError::NotEmpty(_) | InitError::Malformed(_) | InitError::Part(PartError::Origin(_)),
            ) => Exit::Usage,
            InitFailure::Key(_) | InitFailure::Init(_) | InitFailure::Runtime(_) => Exit::Failed,
        };
        Self::new(exit, failure)
    }
}

/// A founder as it is written on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
struct FounderArgument {
    organisation: OrganisationId,
    name: String,
    member: MemberId,
    key: PathBuf,
    country: CountryCode,
    organisation_type: OrganisationType,
}

impl FromStr for FounderArgument {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let pieces: Vec<&str> = text.split(':').collect();
        let (&[organisation, name, member, key], more) = pieces
            .split_first_chunk::<4>()
            .filter(|(_, more)| more.len() <= 2)
            .ok_or("write ORG:NAME:MEMBER:KEYFILE, and after it :COUNTRY or :COUNTRY:TYPE")?;
        let country = more.first().copied().unwrap_or("XX");
        let organisation_type = more.get(1).copied().unwrap_or(OrganisationType::Ministry.name());
        Ok(Self {
            organisation: parsed(organisation)?,
            name: name.to_owned(),
            member: parsed(member)?,
            key: key.into(),
            country: parsed(country)?,
            organisation_type: OrganisationType::from_name(organisation_type)
                .ok_or_else(|| format!("{organisation_type:?} is no type of organisation, e.g. national_authority"))?,
        })
    }
}

fn parsed<T: FromStr<Err: ToString>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

/// Founds the ledger; `key` is the file of the operator's key.
pub fn run(args: &Args, key: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let now = now()?;
    let (ledger, vkey) = found_ledger(args, key, &mut Freshness { now, randomness: &mut fresh_randomness })?;
    output.show(&founded_json(args, &ledger, &vkey), || vec![Block::Text(report(args, &ledger, &vkey).join("\n"))])?;
    Ok(Exit::Done)
}

fn found_ledger(args: &Args, key: Option<&Path>, fresh: &mut Freshness<'_>) -> Result<(LedgerId, String), InitFailure> {
    let plan = plan(args, key.ok_or(InitFailure::NoKey)?)?;
    let mut seed = [0; 32];
    (fresh.randomness)(&mut seed);
    let checkpoint_key = SigningKey::from_seed(&seed);
    let vkey = CheckpointSigner::new(&args.origin, checkpoint_key.clone())?.verifier().vkey();
    let founding = founding::build(&plan, checkpoint_key, fresh)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let directory = Directory::new(&args.data_dir);
    let ledger = runtime.block_on(found(&directory, founding, limits::SEGMENT_BYTES))?;
    Ok((ledger, vkey))
}

fn plan(args: &Args, key: &Path) -> Result<FoundingPlan, InitFailure> {
    let operator = FoundingPost {
        post: Post {
            organisation: args.operator.clone(),
            member: args.member.clone(),
            key: SigningKey::read_file(key)?,
        },
        organisation_name: args.operator_name.as_str().into(),
        organisation_type: OrganisationType::Operator,
        country: args.country,
        title: title(&args.member),
    };
    let others = args.founders.iter().map(founding_post).collect::<Result<_, _>>()?;
    let profile = CharterProfile::from_name(&args.charter).expect("clap takes the names of the profiles only");
    Ok(FoundingPlan { origin: args.origin.as_str().into(), profile, operator, others })
}

fn founding_post(founder: &FounderArgument) -> Result<FoundingPost, InitFailure> {
    let FounderArgument { organisation, name, member, key, country, organisation_type } = founder;
    Ok(FoundingPost {
        post: Post { organisation: organisation.clone(), member: member.clone(), key: SigningKey::read_file(key)? },
        organisation_name: name.as_str().into(),
        organisation_type: *organisation_type,
        country: *country,
        title: title(member),
    })
}

/// The title of a founding post: its id with a capital, `Registrar`.
fn title(member: &MemberId) -> Box<str> {
    with_capital(&member.as_str().replace('-', " ")).into()
}

/// The same for a script: the identity of the ledger, and where it lies.
fn founded_json(args: &Args, ledger: &LedgerId, vkey: &str) -> Value {
    json!({
        "ledger_id": ledger.to_string(), "vkey": vkey, "origin": args.origin, "charter": args.charter,
        "directory": args.data_dir.display().to_string(),
    })
}

fn report(args: &Args, ledger: &LedgerId, vkey: &str) -> Vec<String> {
    let directory = args.data_dir.display();
    vec![
        format!("Founded the ledger {} ({} charter) in {directory}", args.origin, args.charter),
        format!("  ledger id     {ledger}"),
        format!("  verifier key  {vkey}"),
        "Give both to every partner by another way than this service: they are what trust rests on.".into(),
        format!("The checkpoint key lies in {directory}/keys; keep it out of every backup."),
        "Next:".into(),
        format!("  merestone serve --data-dir {directory}"),
        "  merestone status".into(),
        "  merestone template organisation_admitted".into(),
    ]
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::domain::RecordingTime;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    fn args(dir: &Path, more: &[&str]) -> Args {
        let dir = dir.join("ledger").display().to_string();
        let fixed = ["init", "--data-dir", &dir, "--origin", "ledger.example.org/2026", "--operator", "xx-registry"];
        let named = ["--operator-name", "Registry", "--country", "XX"];
        Line::try_parse_from(fixed.iter().chain(&named).chain(more)).expect("parsed").args
    }

    fn key_file(dir: &Path, name: &str, seed: u8) -> PathBuf {
        let path = dir.join(name);
        SigningKey::from_seed(&[seed; 32]).write_file(&path).expect("written");
        path
    }

    fn founded(args: &Args, key: Option<&Path>) -> Result<(LedgerId, String), InitFailure> {
        let mut count = 0;
        let mut randomness = |bytes: &mut [u8]| {
            count += 1;
            bytes.fill(count);
        };
        let now = RecordingTime(1_780_000_000_000_000);
        found_ledger(args, key, &mut Freshness { now, randomness: &mut randomness })
    }

    #[test]
    fn a_ledger_is_founded_once_in_a_directory() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let key = key_file(dir.path(), "registrar.pem", 1);
        let args = args(dir.path(), &[]);
        let (ledger, vkey) = founded(&args, Some(&key)).expect("founded");
        assert!(vkey.starts_with("ledger.example.org/2026+"));
        let told = founded_json(&args, &ledger, &vkey);
        let directory = dir.path().join("ledger").display().to_string();
        assert_eq!((&told["ledger_id"], &told["vkey"]), (&json!(ledger.to_string()), &json!(vkey)));
        assert_eq!((&told["origin"], &told["directory"]), (&json!("ledger.example.org/2026"), &json!(directory)));
        let again = founded(&args, Some(&key)).expect_err("refused");
        assert!(matches!(again, InitFailure::Init(InitError::NotEmpty(_))), "{again}");
    }

    #[test]
    fn the_founders_of_a_coalition_sign_with_their_own_files() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let (own, other) = (key_file(dir.path(), "own.pem", 1), key_file(dir.path(), "other.pem", 2));
        let founder = format!("yy-board:Board of YY:chair:{}:XX:national_authority", other.display());
        let coalition = args(dir.path(), &["--charter", "coalition", "--founder", &founder]);
        founded(&coalition, Some(&own)).expect("founded");
    }

    #[test]
    fn what_cannot_be_founded_says_what_to_do() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let key = key_file(dir.path(), "own.pem", 1);
        assert!(matches!(founded(&args(dir.path(), &[]), None), Err(InitFailure::NoKey)));
        let alone = founded(&args(dir.path(), &["--charter", "coalition"]), Some(&key));
        assert!(matches!(alone, Err(InitFailure::Plan(InvalidFounding::CoalitionOfOne))));
        assert!(!dir.path().join("ledger").exists(), "nothing is left behind");
    }

    #[test]
    fn a_founder_is_written_with_or_without_country_and_type() {
        let founder: FounderArgument = "a:Name A:chair:a.pem".parse().expect("parsed");
        assert_eq!((founder.country.as_str(), founder.organisation_type), ("XX", OrganisationType::Ministry));
        for wrong in ["a:Name:chair", "a:Name:chair:f:LV:ngo:more", "A:Name:chair:f", "a:Name:chair:f:LV:club"] {
            assert!(wrong.parse::<FounderArgument>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_title_is_the_post_with_a_capital() {
        assert_eq!(&*title(&"duty-officer".parse().expect("an id")), "Duty officer");
    }
}
