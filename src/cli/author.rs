//! Who signs, for which ledger, with which names: what `sign`, `check`, `submit`
//! and `sign-off` share.

use std::{
    fs,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use clap::Args;

use super::{Exit, Failure, Global, fresh_randomness, now, output::to_stderr, parse_ledger_id, seen::SeenFolder};
use crate::{
    authoring::{
        AuthoringError, Drafted, EnvelopeFile, Folder, Header, Item, NameBook, Post, SignedSubmission, Surroundings,
        check_form, expand, read_items, sign, split,
    },
    client::{Client, Founded, reply},
    crypto::{SigningKey, sha256},
    domain::{LedgerId, MemberId, OrganisationId, SubjectType},
};

/// Who signs, for which ledger. What is not given is asked of the ledger, where
/// there is one.
#[derive(Debug, Default, Args)]
pub struct SignerArguments {
    /// The ledger's id, in hexadecimal or as in JSON.
    #[arg(long, value_parser = parse_ledger_id, env = "MERESTONE_LEDGER", hide_env_values = true, value_name = "ID")]
    ledger: Option<LedgerId>,
    /// The organisation that the key signs for.
    #[arg(long, env = "MERESTONE_ORGANISATION", hide_env_values = true, value_name = "ID")]
    organisation: Option<OrganisationId>,
    /// The post that the key signs for.
    #[arg(long, env = "MERESTONE_MEMBER", hide_env_values = true, value_name = "ID")]
    member: Option<MemberId>,
    /// Folder where the newest verified checkpoint of each ledger is kept; otherwise that of --key.
    #[arg(long, env = "MERESTONE_STATE", hide_env_values = true, value_name = "DIR")]
    state: Option<PathBuf>,
}

/// Who writes events, with which names.
#[derive(Debug, Args)]
pub struct AuthorArguments {
    #[command(flatten)]
    signer: SignerArguments,
    /// JSON file with names of treaties, participants and organisations.
    #[arg(long, env = "MERESTONE_NAMES", hide_env_values = true, value_name = "FILE")]
    names: Option<PathBuf>,
    /// Have it rejected when a subject moved past what the events are based on.
    #[arg(long)]
    require_unmoved: bool,
}

/// An author ready to sign.
pub struct Author {
    pub header: Header,
    pub names: NameBook,
    pub key: SigningKey,
}

/// An authoring file as it was read.
#[derive(Debug)]
pub struct Authored {
    pub path: PathBuf,
    pub items: Vec<Item>,
    pub digest: [u8; 32],
}

impl SignerArguments {
    /// Ledger and post as the arguments say, without a ledger to ask.
    pub fn offline(&self, global: &Global) -> Result<(LedgerId, Post), Failure> {
        let (Some(ledger), Some(organisation), Some(member)) =
            (self.ledger, self.organisation.clone(), self.member.clone())
        else {
            let given = [self.ledger.is_some(), self.organisation.is_some(), self.member.is_some()];
            let flags = ["--ledger", "--organisation", "--member"].into_iter().zip(given);
            let missing: Vec<_> = flags.filter(|(_, given)| !given).map(|(flag, _)| flag).collect();
            return Err(Failure::usage(format!("signing offline needs {}", missing.join(", "))));
        };
        Ok((ledger, Post { organisation, member, key: read_key(global)? }))
    }

    /// The post that signs; what is not given is asked of the ledger by the key.
    pub async fn post(&self, global: &Global, client: &Client) -> Result<Post, Failure> {
        let key = read_key(global)?;
        let (organisation, member) = match (self.organisation.clone(), self.member.clone()) {
            (Some(organisation), Some(member)) => (organisation, member),
            (organisation, _) => find_post(client, &key, organisation.as_ref()).await?,
        };
        Ok(Post { organisation, member, key })
    }

    /// The ledger that is served, by its founding: the one that --ledger names.
    pub async fn founded(&self, client: &Client) -> Result<Founded, Failure> {
        let founded = client.founded().await?;
        match self.ledger {
            Some(wanted) if wanted != founded.ledger => {
                let sentence = format!("the server keeps ledger {}, not {wanted}: nothing was sent", founded.ledger);
                Err(Failure::new(Exit::VerificationFailed, sentence))
            }
            _ => Ok(founded),
        }
    }

    /// Where the checkpoints that were verified are kept.
    pub fn seen_folder(&self, global: &Global) -> SeenFolder {
        SeenFolder::new(self.state.as_deref(), global.key.as_deref())
    }
}

impl AuthorArguments {
    /// The author as the arguments say, without a ledger to ask.
    pub fn offline(&self, global: &Global) -> Result<Author, Failure> {
        let (ledger, post) = self.signer.offline(global)?;
        self.author(global, ledger, post)
    }

    /// The author, with what is not given asked of the ledger: its id, the post
    /// that the key is enrolled for, and the names that it knows.
    pub async fn online(&self, global: &Global, client: &Client, ledger: LedgerId) -> Result<Author, Failure> {
        let post = self.signer.post(global, client).await?;
        let mut author = self.author(global, ledger, post)?;
        learn_names(client, &mut author.names).await?;
        Ok(author)
    }

    /// The ledger that is served, by its founding: the one that --ledger names.
    pub async fn founded(&self, client: &Client) -> Result<Founded, Failure> {
        self.signer.founded(client).await
    }

    /// Where the checkpoints that were verified are kept.
    pub fn seen_folder(&self, global: &Global) -> SeenFolder {
        self.signer.seen_folder(global)
    }

    fn author(&self, global: &Global, ledger: LedgerId, post: Post) -> Result<Author, Failure> {
        let mut names = NameBook::default();
        if let Some(path) = &self.names {
            names.read_file(path).map_err(|error| Failure::new(Exit::Usage, error))?;
        }
        let (seen, require_unmoved) = (self.seen_folder(global).seen(ledger)?, self.require_unmoved);
        let Post { organisation, member, key } = post;
        let header = Header { ledger: Some(ledger), organisation, member, seen, require_unmoved };
        Ok(Author { header, names, key })
    }
}

impl Authored {
    /// Reads an authoring file.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let shown = path.display().to_string();
        let text = fs::read_to_string(path)
            .map_err(|error| Failure::new(Exit::Usage, format!("cannot read {shown}: {error}")))?;
        let items = read_items(&shown, &text).map_err(|error| Failure::new(Exit::Usage, error))?;
        if items.is_empty() {
            return Err(Failure::usage(format!("{shown} holds no event")));
        }
        Ok(Self { path: path.to_owned(), items, digest: sha256(text.as_bytes()) })
    }
}

impl Author {
    /// Expands and signs, and writes nothing.
    pub fn sign(&self, authored: &Authored) -> Result<(Vec<SignedSubmission>, Vec<Drafted>), Failure> {
        let now = now()?;
        let mut randomness = fresh_randomness;
        let shown = authored.path.display().to_string();
        let folder = authored.path.parent().unwrap_or(Path::new("")).to_owned();
        let mut surroundings = Surroundings {
            file: &shown,
            ledger: self.header.ledger,
            names: &self.names,
            evidence: &Folder(folder),
            now,
            randomness: &mut randomness,
        };
        let drafted = expand(authored.items.clone(), &mut surroundings).map_err(|errors| authoring_failure(&errors))?;
        let parts = split(drafted.clone());
        let mut signed = Vec::with_capacity(parts.len());
        for events in &parts {
            let submission = sign(&self.header, events, &self.key, now, &mut fresh_randomness);
            check_form(&shown, &submission, events).map_err(|error| authoring_failure(&[error]))?;
            signed.push(submission);
        }
        Ok((signed, drafted))
    }

    /// Expands, signs and writes the envelope file beside the authoring file;
    /// first of all what is withheld, because it has no other copy.
    pub fn sign_into_file(&self, authored: &Authored) -> Result<(PathBuf, EnvelopeFile), Failure> {
        let (submissions, drafted) = self.sign(authored)?;
        keep_withheld(&authored.path, &drafted)?;
        let file = EnvelopeFile { authored: Some(authored.digest), submissions };
        let path = EnvelopeFile::path_for(&authored.path);
        file.write(&path).map_err(|error| Failure::new(Exit::Failed, error))?;
        Ok((path, file))
    }
}

/// Reads the signing key that `--key` names.
pub fn read_key(global: &Global) -> Result<SigningKey, Failure> {
    let path =
        global.key.as_deref().ok_or_else(|| Failure::usage("give the signing key with --key or MERESTONE_KEY"))?;
    SigningKey::read_file(path).map_err(|error| Failure::new(Exit::Usage, error))
}

fn authoring_failure(errors: &[AuthoringError]) -> Failure {
    let lines: Vec<String> = errors.iter().map(|error| crate::telemetry::chain(error)).collect();
    Failure::usage(lines.join("\n"))
}

/// Appends salts and contents of withheld parts to a file that only its owner
/// can read, and says that there is no other copy.
fn keep_withheld(authoring: &Path, drafted: &[Drafted]) -> Result<(), Failure> {
    let lines: String =
        drafted.iter().flat_map(|event| &event.withheld).map(|part| format!("{}\n", part.to_json())).collect();
    if lines.is_empty() {
        return Ok(());
    }
    let path = authoring.with_extension("withheld.ndjson");
    let written = fs::OpenOptions::new().append(true).create(true).mode(0o600).open(&path);
    let written = written.and_then(|mut file| file.write_all(lines.as_bytes()).and_then(|()| file.sync_all()));
    let shown = path.display();
    written.map_err(|error| Failure::new(Exit::Failed, format!("cannot write {shown}: {error}")))?;
    to_stderr(&format!(
        "warning: {shown} holds the only copy of the withheld parts; without it they can never be proved or disclosed \
         (its lines go into part_disclosed as they are)"
    ));
    Ok(())
}

/// The post that a key is enrolled for.
pub async fn find_post_of(client: &Client, key: &SigningKey) -> Result<(OrganisationId, MemberId), Failure> {
    find_post(client, key, None).await
}

async fn find_post(
    client: &Client,
    key: &SigningKey,
    organisation: Option<&OrganisationId>,
) -> Result<(OrganisationId, MemberId), Failure> {
    let id = key.public().id();
    let listed = client.organisations(None).await?.organisations;
    for listed in listed.iter().filter(|listed| organisation.is_none_or(|wanted| wanted.as_str() == listed.id)) {
        let holds = |keys: &[reply::Key]| keys.iter().any(|key| key.id[..] == id.as_bytes()[..]);
        if let Some(member) = listed.members.iter().find(|member| holds(&member.keys)) {
            let invalid = |error| Failure::new(Exit::Failed, error);
            return Ok((listed.id.parse().map_err(invalid)?, member.id.parse().map_err(invalid)?));
        }
    }
    Err(Failure::new(
        Exit::NoSuchThing,
        format!(
            "the ledger knows no post with the key {id}; an administrator enrols it with what `merestone key prove` prints"
        ),
    ))
}

async fn learn_names(client: &Client, names: &mut NameBook) -> Result<(), Failure> {
    for treaty in client.treaties(None).await?.treaties {
        let registered = treaty.registered.unwrap_or_default();
        let known = registered.short_names.iter().chain([&registered.title]).map(String::as_str);
        names.note(SubjectType::Treaty, &treaty.id, known);
    }
    for participant in client.participants().await?.participants {
        let registered = participant.registered.unwrap_or_default();
        let known = registered.other_names.iter().chain([&registered.name]).map(String::as_str);
        names.note(SubjectType::Participant, &participant.id, known);
    }
    Ok(())
}
