//! `treaty list|show|timeline|status|parties|obligations|overdue|upcoming|changes|findings|contested|unnotified|objections|document`:
//! treaties, the acts under them, who is bound, to what and by when, what comes, what
//! changed, and what is said against it.

use clap::Subcommand;

use super::{
    DayArguments, Exit, Failure, Global, ReadArguments,
    block::{Block, fields, sentences, table},
    chart::Years,
    clauses, drawing,
    output::Output,
    parse_day, treaty_changes, treaty_contested, treaty_document, treaty_duties, treaty_findings, treaty_objections,
    treaty_parties,
    treaty_status::{self, NOT_ALL_FOLLOWED},
    treaty_unnotified, treaty_upcoming,
    words::{about, became, counted, place_among, sentence},
};
use crate::{
    client::{
        OnDay,
        reply::{Act, EventPosition, LegalFinding, TimelineResponse, TreatyEntry},
        to_json,
    },
    domain::{CivilDate, WorldDate},
};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// All registered treaties.
    List {
        #[command(flatten)]
        read: ReadArguments,
    },
    /// One treaty with its clauses.
    Show {
        /// Id or short name, e.g. untc:XXVI-5 or APMBC.
        treaty: String,
        #[command(flatten)]
        read: ReadArguments,
    },
    /// The acts under a treaty in order of their date, undated ones last; drawn.
    ///
    /// Of one participant with its status over time, otherwise by year. docs/status.md
    /// tells how to read it. Up to a day, later acts are left out and counted.
    Timeline {
        /// Id or short name.
        treaty: String,
        /// Only acts of this participant (id or name).
        #[arg(long)]
        participant: Option<String>,
        /// Whose word decides between rival statements, for the status that is drawn; as in `treaty status`.
        #[arg(long, requires = "participant")]
        view: Option<String>,
        /// The last day in the world that is told, as the depositary counts days (2026-03-01); otherwise all days.
        #[arg(long, value_name = "DATE", value_parser = parse_day)]
        at: Option<CivilDate>,
        #[command(flatten)]
        read: ReadArguments,
    },
    /// How a participant stands to a treaty on a day, why, and what could still change it.
    Status {
        /// Id or short name.
        treaty: String,
        /// Id or name, e.g. POL or Poland.
        participant: String,
        #[command(flatten)]
        day: DayArguments,
    },
    /// What a participant has to do by when, what is overdue, and what fulfilled it.
    Obligations {
        /// Id or name, e.g. UKR or Ukraine.
        participant: String,
        /// Only under this treaty (id or short name); otherwise under all that it has an act under.
        #[arg(long)]
        treaty: Option<String>,
        /// Also the reasons of each duty.
        #[arg(long)]
        why: bool,
        #[command(flatten)]
        day: DayArguments,
    },
    /// Overdue duties and missing reports of all participants.
    Overdue {
        /// Only under this treaty (id or short name).
        treaty: Option<String>,
        #[command(flatten)]
        day: DayArguments,
    },
    /// Who is a party on a day, who signed, who leaves, and how many; a number is called a total only
    /// where the depositary's whole table says the same.
    Parties {
        /// Id or short name.
        treaty: String,
        /// Only participants with this status, e.g. party or signatory; several times for more.
        #[arg(long = "status", value_name = "WORD")]
        statuses: Vec<String>,
        #[command(flatten)]
        day: DayArguments,
    },
    /// What changes by itself after a day: effects, deadlines, ends of times for objections.
    Upcoming(treaty_upcoming::Arguments),
    /// What changed between two states of knowledge, or since the last look: new acts, and whose status
    /// is known differently.
    Changes(treaty_changes::Arguments),
    /// What law remarks on the acts of all participants, counted by code.
    Findings(treaty_findings::Arguments),
    /// Contested acts: by whom, since when, on which grounds, and what is followed all the same.
    Contested(treaty_contested::Arguments),
    /// Acts of which no notification of the depositary is held by a day, and how long ago they were.
    Unnotified(treaty_unnotified::Arguments),
    /// Who objected to which act, in time or late, until when others may, and who did not where that is known.
    Objections(treaty_objections::Arguments),
    /// The timeline of one document: every event that cites it, under whatever treaty.
    Document(treaty_document::Arguments),
}

pub async fn run(command: Command, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let client = global.connect().await?;
    let held = match command {
        Command::Status { treaty, participant, day } => {
            treaty_status::show(&client, &treaty, &participant, &day, output).await?
        }
        Command::Obligations { participant, treaty, why, day } => {
            treaty_duties::show_obligations(&client, &participant, treaty.as_deref(), (&day, why), output).await?
        }
        Command::Overdue { treaty, day } => {
            treaty_duties::show_overdue(&client, treaty.as_deref(), &day, output).await?
        }
        Command::Parties { treaty, statuses, day } => {
            treaty_parties::show(&client, &treaty, &statuses, &day, output).await?
        }
        Command::Upcoming(arguments) => treaty_upcoming::show(&client, &arguments, output).await?,
        Command::Changes(arguments) => treaty_changes::show(&client, &arguments, global, output).await?,
        Command::Findings(arguments) => treaty_findings::show(&client, &arguments, output).await?,
        Command::Contested(arguments) => treaty_contested::show(&client, &arguments, output).await?,
        Command::Unnotified(arguments) => treaty_unnotified::show(&client, &arguments, output).await?,
        Command::Objections(arguments) => treaty_objections::show(&client, &arguments, output).await?,
        Command::Document(arguments) => treaty_document::show(&client, &arguments, output).await?,
        Command::List { read } => {
            let answer = client.treaties(read.known_at).await?;
            let json = to_json("ListTreatiesResponse", &answer);
            output.show_list(&json, "treaties", || vec![list(&answer.treaties)])?;
            answer.holds_at
        }
        Command::Show { treaty, read } => {
            let answer = client.treaty(&treaty, read.known_at).await?;
            let json = to_json("GetTreatyResponse", &answer);
            output.show(&json, || answer.treaty.iter().flat_map(shown).collect())?;
            answer.holds_at
        }
        Command::Timeline { treaty, participant, view, at, read } => {
            let at = at.map(|at| at.to_string()).unwrap_or_default();
            let on = OnDay { at: &at, known_at: read.known_at, view: view.as_deref().unwrap_or_default() };
            let answer = client.timeline(&treaty, participant.as_deref(), &on).await?;
            let json = to_json("TimelineResponse", &answer);
            output.show_list(&json, "acts", || match participant {
                Some(_) => own_timeline(&answer),
                None => [years(&answer.acts), timeline(&answer)].into_iter().chain(left_out(&answer)).collect(),
            })?;
            answer.holds_at
        }
    };
    output.note_what_it_holds_for(held.as_ref());
    Ok(Exit::Done)
}

fn list(treaties: &[TreatyEntry]) -> Block {
    let rows = treaties.iter().map(|treaty| {
        let registered = treaty.registered.clone().unwrap_or_default();
        let index = index_of(treaty.position.as_ref());
        [treaty.id.clone(), registered.short_names.join(", "), registered.title, registered.adopted, index]
    });
    table(["id", "short names", "title", "adopted", "index"], rows)
}

/// A treaty as it stands, and which of its entries says so.
fn shown(treaty: &TreatyEntry) -> Vec<Block> {
    let clauses = treaty.registered.as_ref().and_then(|registered| registered.clauses.as_ref());
    let told = [whole(treaty)].into_iter().chain(clauses.map(clauses::shown));
    told.chain(clauses.map(|_| sentences(None, [stated_by(treaty)]))).collect()
}

fn whole(treaty: &TreatyEntry) -> Block {
    let registered = treaty.registered.clone().unwrap_or_default();
    let earlier = treaty.earlier.iter().flat_map(|earlier| &earlier.names);
    let mut before: Vec<&str> = Vec::new();
    for name in earlier.filter(|name| !registered.short_names.contains(name)) {
        if !before.contains(&name.as_str()) {
            before.push(name);
        }
    }
    let mut rows = vec![
        ("treaty", treaty.id.clone()),
        ("title", registered.title),
        ("short names", registered.short_names.join(", ")),
        ("adopted", registered.adopted),
        ("registered at index", index_of(treaty.position.as_ref())),
    ];
    if !before.is_empty() {
        rows.push(("earlier short names", before.join(", ")));
    }
    if treaty.corrected.is_some() {
        rows.push(("corrected at index", index_of(treaty.corrected.as_ref())));
    }
    fields(rows)
}

/// Which entry gave the clauses that are shown, and what was stated before.
fn stated_by(treaty: &TreatyEntry) -> String {
    let version = |version: &str| if version.is_empty() { String::new() } else { format!(" (version {version})") };
    let now = treaty.registered.as_ref().and_then(|registered| registered.clauses.as_ref());
    let now = version(now.map(|clauses| clauses.version.as_str()).unwrap_or_default());
    let Some(corrected) = &treaty.corrected else {
        return format!("These are the clauses of entry {}{now}.", index_of(treaty.position.as_ref()));
    };
    let earlier = treaty
        .earlier
        .iter()
        .map(|earlier| format!("entry {}{}", index_of(earlier.position.as_ref()), version(&earlier.clauses_version)));
    let earlier = earlier.collect::<Vec<_>>().join(", ");
    format!("These are the clauses of entry {}{now}, a correction. Before it stood: {earlier}.", corrected.index)
}

fn index_of(position: Option<&EventPosition>) -> String {
    position.map(|position| position.index.to_string()).unwrap_or_default()
}

/// The acts of everybody, told like those of one.
fn timeline(answer: &TimelineResponse) -> Block {
    let rows = answer.acts.iter().map(|act| [dated(act), act.participant.clone(), told(act, answer).join("\n")]);
    table(["date", "who", "act"], rows)
}

fn years(acts: &[Act]) -> Block {
    let dated = acts.iter().filter_map(|act| {
        let date: WorldDate = act.date.parse().ok()?;
        Some((date.latest().or(date.earliest())?.year(), act.kind.replace('_', " ")))
    });
    Block::Years(Years::of(dated))
}

/// The acts of one participant: drawn, then told by the letters of the drawing.
fn own_timeline(answer: &TimelineResponse) -> Vec<Block> {
    let (chart, letters) = drawing::of_timeline(answer, |act| told(act, answer));
    // As the letters go: by the day at which the drawing has the act.
    let mut acts: Vec<&Act> = answer.acts.iter().collect();
    acts.sort_by_key(|act| {
        let day = act.date.parse().ok().and_then(|date: WorldDate| date.latest().or(date.earliest()));
        (day.is_none(), day)
    });
    let rows = acts.into_iter().map(|act| {
        let told = told(act, answer).join("\n");
        [letters.letter(act.position.as_ref()), dated(act), told]
    });
    let keyed = vec![table(["key", "date", "act"], rows)];
    let overlays = answer.overlays_of_all_days.iter().filter_map(|overlay| overlay.overlay.as_ref());
    let beside = overlays.flat_map(|overlay| treaty_status::beside(overlay, Some(&letters)));
    let not_whole = (!answer.complete).then(|| sentences(None, [NOT_ALL_FOLLOWED.to_owned()]));
    [Block::Chart { chart: Box::new(chart), keyed }]
        .into_iter()
        .chain(beside)
        .chain(left_out(answer))
        .chain(not_whole)
        .collect()
}

/// What a timeline up to a day leaves out.
fn left_out(answer: &TimelineResponse) -> Option<Block> {
    let TimelineResponse { at, later_acts, later_reactions, .. } = answer;
    let later = |count: u32, one, more| (count > 0).then(|| counted(count as usize, one, more));
    let left_out = [
        later(*later_acts, "later act", "later acts"),
        later(*later_reactions, "later reaction of others", "later reactions of others"),
    ];
    let left_out = left_out.into_iter().flatten().collect::<Vec<_>>().join(" and ");
    let told = match left_out.as_str() {
        _ if at.is_empty() => return None,
        "" => format!("Up to {at}: nothing comes later."),
        left_out => format!("Up to {at}: {left_out} left out."),
    };
    // What undoes a notice, for one, shows in the status alone.
    let with_them = "The status is told with all that is known, and so with what these do.".to_owned();
    Some(sentences(None, std::iter::once(told).chain((*later_acts > 0).then_some(with_them))))
}

/// An act, what is remarked on it, and who says so.
fn told(act: &Act, answer: &TimelineResponse) -> Vec<String> {
    let position = act.position.clone().unwrap_or_default();
    let source = Some(source(act)).filter(|source| !source.is_empty());
    let entry = format!("entry {} by {}", position.index, position.organisation);
    let says: Vec<String> = source.into_iter().chain([entry]).collect();
    let mut remarked = remarked(act, &answer.legal_findings);
    // Of two findings with one code, each is told whole in the status.
    remarked.dedup();
    let remarked = remarked.join("; ");
    let lines = [sentence(act), about(act), remarked, says.join("; ")];
    lines.into_iter().filter(|line| !line.is_empty()).collect()
}

fn dated(act: &Act) -> String {
    if act.date.is_empty() { "undated".to_owned() } else { act.date.clone() }
}

fn source(act: &Act) -> String {
    let source = act.event.as_ref().and_then(|event| event.source.as_ref());
    source.map(|source| source.name.clone()).unwrap_or_default()
}

/// What became of an act, and what is remarked on it.
fn remarked(act: &Act, remarks: &[LegalFinding]) -> Vec<String> {
    let mut lines: Vec<String> = became(act).into_iter().chain(rivals(act)).collect();
    let on_act = |remark: &&LegalFinding| remark.event.as_ref().is_some_and(|event| event.position == act.position);
    let of_law = remarks.iter().filter(on_act).map(|remark| &remark.code);
    lines.extend(act.findings.iter().map(|finding| &finding.code).chain(of_law).map(|code| format!("finding: {code}")));
    lines
}

/// The other accounts of the same act, and whether this one is followed.
fn rivals(act: &Act) -> Option<String> {
    let entries: Vec<String> =
        act.rivals.iter().map(|rival| place_among(rival, act.rivals.iter().chain(&act.position))).collect();
    let followed = if act.passed_over { "not followed" } else { "followed" };
    let entry = if entries.len() == 1 { "entry" } else { "entries" };
    (!entries.is_empty()).then(|| format!("the same act as in {entry} {}, {followed}", entries.join(", ")))
}

#[cfg(test)]
#[path = "treaty_tests.rs"]
mod tests;
