//! Acts that are contested: by an objection, a contest or a decision of a treaty body, or
//! because the statements about them differ; and what the view follows all the same.
//!
//! Promises: an act is told with every statement and every response, also those that
//! support it, those that were withdrawn and resolutions that decide nothing in the view.
//! What is raised against an act changes nothing of what is followed: that is weighed by
//! `rivals` alone.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{
    Because, Claims, DecidedBy, Dossier, Known, Reaction, Stance, ToldAct, ToldSource, ViewName, Weighed,
    contested_since::{Bearing, contested_since},
    overlays::may_have_come,
    record::{Around, Record},
    rivals::{self, Act},
    statements::{Stated, Statement},
    suspension, under,
};
use crate::domain::{
    BodyStance, CitedEvent, ContestResolved, EventReference, Index, Recorded, Size, TreatyBody, WorldDate, pinned,
};

pinned! {
    /// What a view follows of a contested act; docs/questions.md tells each.
    FollowedSide {
        /// One account of the act.
        Statement = 1, "statement";
        /// Several that differ: nothing decides between them.
        Several = 2, "several";
        /// No account of it: a resolution accepts none.
        Nothing = 3, "nothing";
        /// No account of it: what is stated follows from other acts, and is compared with that.
        Compared = 4, "compared";
    }
}

/// A contested act.
#[derive(Clone, Debug, PartialEq)]
pub struct ContestedAct {
    pub act: ToldAct,
    /// Every statement about it, those first that are followed.
    pub statements: Claims,
    /// Whether these differ.
    pub differ: bool,
    /// What others say to it, by date.
    pub responses: Vec<Response>,
    /// Resolutions about its statements, by date.
    pub resolutions: Vec<Resolution>,
    /// Date of the first response against it that stands; where none does for certain, of the
    /// first that may.
    pub since: Option<WorldDate>,
    /// It is contested on the day asked about only as some days of open dates have it.
    pub uncertain: bool,
    /// The entry since which it has been contested without a break, as known after each.
    pub known_since: Option<Index>,
    pub follows: FollowedSide,
    pub because: Vec<Because>,
}

/// What somebody says to an act.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    pub event: CitedEvent,
    /// Participant id or name of the body.
    pub by: Box<str>,
    pub stance: Stance,
    pub date: Option<WorldDate>,
    /// Grounds or words of the decision.
    pub text: Box<str>,
    pub source: ToldSource,
    /// When it was withdrawn, if it was by the day asked about.
    pub withdrawn: Option<WorldDate>,
    /// When it may have been, where its date leaves open whether it was by then.
    pub may_be_withdrawn: Option<WorldDate>,
    /// By the day asked about it may not have come yet.
    pub may_come_later: bool,
}

impl Response {
    pub(super) fn of(dossier: &Dossier<'_>, reaction: Reaction) -> Self {
        let Reaction { event, by, stance, date, come, text, withdrawn, may_be_withdrawn } = reaction;
        let source = under::find(dossier, &event).map(under::source).unwrap_or_default();
        Self { event, by, stance, date, text, source, withdrawn, may_be_withdrawn, may_come_later: !come }
    }

    /// Whether it is against the act and stands, or may.
    pub fn opposes(&self) -> bool {
        self.withdrawn.is_none() && opposes(self.stance)
    }

    /// Whether it does, whichever days the dates mean.
    pub fn surely_opposes(&self) -> bool {
        self.opposes() && !self.may_come_later && self.may_be_withdrawn.is_none()
    }
}

/// A resolution between statements about an act.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolution {
    pub event: CitedEvent,
    pub date: Option<WorldDate>,
    /// The statement that it accepts; `None`: none of those that it weighed.
    pub accepted: Option<EventReference>,
    pub reasons: Box<str>,
    /// Whether the view follows it.
    pub decides: bool,
}

/// The contested acts on a treaty and under it that can have come by a day, of a dossier
/// with the events of everybody.
pub fn contested(dossier: &Dossier<'_>, at: Date, view: ViewName) -> Vec<ContestedAct> {
    let Weighed { stated, acts } = Weighed::of(dossier, view);
    let record = Record::of(dossier, &acts, Around::default());
    let asked = Asked { dossier, stated: &stated, record: &record, at };
    let bearing = Bearing::of(dossier);
    let come = acts.iter().filter(|act| asked.has_come(act));
    let found = come.filter_map(|act| {
        let raised = asked.raised(act)?;
        let events = bearing.on(act);
        let then = |size| was_contested(dossier, &events, size, (at, view), act);
        let compared_alone = rivals::is_compared_alone(act, record.clauses());
        Some(told(act, raised, compared_alone, contested_since(&events, then)))
    });
    found.collect()
}

/// Whether an act was contested as known after so many entries, of the events that bear on it.
fn was_contested(
    dossier: &Dossier<'_>,
    events: &[&Recorded],
    size: Size,
    (at, view): (Date, ViewName),
    act: &Act<'_>,
) -> bool {
    let then = Dossier { events, deposits: &[], known: Known { size, recorded_at: None }, ..*dossier };
    let Weighed { stated, acts } = Weighed::of(&then, view);
    let record = Record::of(&then, &acts, Around::default());
    let asked = Asked { dossier: &then, stated: &stated, record: &record, at };
    acts.iter().filter(|other| other.is_same(act)).any(|act| asked.has_come(act) && asked.raised(act).is_some())
}

/// What makes an act contested.
struct Raised {
    responses: Vec<Response>,
    resolutions: Vec<Resolution>,
    differ: bool,
}

fn told(act: &Act<'_>, raised: Raised, compared_alone: bool, known_since: Option<Index>) -> ContestedAct {
    let Raised { responses, resolutions, differ } = raised;
    let follows = follows(act, compared_alone);
    let first = |counts: fn(&Response) -> bool| {
        responses.iter().filter(|response| counts(response)).find_map(|response| response.date.clone())
    };
    ContestedAct {
        act: under::told(act),
        statements: Claims { compared_alone, ..rivals::told(act) },
        differ,
        since: first(Response::surely_opposes).or_else(|| first(Response::opposes)),
        uncertain: !differ && resolutions.is_empty() && !responses.iter().any(Response::surely_opposes),
        known_since,
        because: because(act, &responses, follows),
        follows,
        responses,
        resolutions,
    }
}

struct Asked<'q, 'r, 'a> {
    dossier: &'q Dossier<'a>,
    stated: &'q Stated<'a>,
    record: &'q Record<'r, 'a>,
    at: Date,
}

impl<'a> Asked<'_, '_, 'a> {
    fn has_come(&self, act: &Act<'a>) -> bool {
        under::is_under(act, self.dossier.treaty) && under::has_come(act, self.at)
    }

    /// What makes the act contested; `None`: nothing does.
    fn raised(&self, act: &Act<'a>) -> Option<Raised> {
        let (responses, resolutions, differ) = (self.responses(act), self.resolutions(act), differ(act));
        let contested = differ || !resolutions.is_empty() || responses.iter().any(Response::opposes);
        contested.then_some(Raised { responses, resolutions, differ })
    }

    fn responses(&self, act: &Act<'a>) -> Vec<Response> {
        let found = suspension::reactions(self.record, act, self.at);
        found.into_iter().map(|reaction| Response::of(self.dossier, reaction)).collect()
    }

    /// Those that can have come by the day, and the one that decides.
    fn resolutions(&self, act: &Act<'a>) -> Vec<Resolution> {
        let about = |body: &ContestResolved| body.statements.iter().any(|statement| act.is_stated_by(statement));
        let found = self.stated.resolutions.iter().filter(|(_, body)| about(body)).map(|(recorded, body)| Resolution {
            event: recorded.cited(),
            date: body.resolved.clone(),
            accepted: body.accepted.clone(),
            reasons: body.reasons.clone(),
            decides: act.resolution.as_ref() == Some(&recorded.cited()),
        });
        let mut found: Vec<Resolution> =
            found.filter(|found| found.decides || may_have_come(found.date.as_ref(), self.at)).collect();
        let day = |date: &Option<WorldDate>| date.as_ref().and_then(|date| date.latest().or(date.earliest()));
        found.sort_by_cached_key(|found| (day(&found.date), found.event.reference.clone()));
        found
    }
}

fn all<'q, 'a>(act: &'q Act<'a>) -> impl Iterator<Item = &'q Statement<'a>> {
    act.followed.iter().chain(&act.others)
}

/// Whether the statements about an act say different things.
fn differ(act: &Act<'_>) -> bool {
    let first = act.shown().body;
    all(act).any(|statement| statement.body != first)
}

fn opposes(stance: Stance) -> bool {
    match stance {
        Stance::Objects | Stance::Contests | Stance::Body(BodyStance::Rejects) => true,
        Stance::Body(BodyStance::Accepts | BodyStance::Notes) => false,
    }
}

fn follows(act: &Act<'_>, compared_alone: bool) -> FollowedSide {
    match act.followed.as_slice() {
        [] => FollowedSide::Nothing,
        _ if compared_alone => FollowedSide::Compared,
        _ if act.has_rivals() => FollowedSide::Several,
        _ => FollowedSide::Statement,
    }
}

fn because(act: &Act<'_>, responses: &[Response], follows: FollowedSide) -> Vec<Because> {
    let against: BTreeSet<&str> =
        responses.iter().filter(|response| response.surely_opposes()).map(|response| &*response.by).collect();
    let mut told = Vec::new();
    if !against.is_empty() {
        let by = against.into_iter().collect::<Vec<_>>().join(", ");
        told.push(Because::new("", format!("against the act stand: {by}")));
    }
    for response in responses.iter().filter(|response| response.opposes()) {
        let by = &response.by;
        let later = response.date.as_ref().filter(|_| response.may_come_later);
        let later = later.map(|on| format!("what {by} says may not have come by then: it is dated {on}"));
        let withdrawn = response.may_be_withdrawn.as_ref();
        let withdrawn =
            withdrawn.map(|on| format!("what {by} says may have been withdrawn by then: that is dated {on}"));
        let open = later.into_iter().chain(withdrawn);
        told.extend(open.map(|sentence| Because::new("", sentence).of(response.event.clone())));
    }
    told.push(decided(act, follows));
    if let TreatyBody::SuspensionNotified(_) = act.shown().body {
        let sentence = "what is followed is that the suspension was notified; the status of the participant stands";
        told.push(Because::new("VCLT 42(2)", sentence));
    }
    if responses.iter().any(Response::opposes) && act.resolution.is_none() {
        let sentence = "objections, contests and decisions are told and change nothing of what is followed: \
                        only a resolution by an authority of the view does";
        told.push(Because::new("", sentence));
    }
    told
}

/// What decides which side is followed.
fn decided(act: &Act<'_>, follows: FollowedSide) -> Because {
    let entries = act.followed.iter().map(|statement| act.place_of(statement));
    let entries = entries.collect::<Vec<_>>().join(", ");
    let count = act.followed.len() + act.others.len();
    let sentence = match (act.decided_by, follows) {
        (_, FollowedSide::Nothing) => "a resolution accepts none of the statements: the act does nothing".to_owned(),
        (_, FollowedSide::Compared) => format!(
            "no status goes by it: the effect follows from other acts and the clauses, and what entries {entries} state \
             is compared with that"
        ),
        (_, FollowedSide::Several) => {
            format!("nothing decides between the statements of entries {entries}: every one of them is followed")
        }
        (DecidedBy::Resolution, _) => format!("a resolution decides for entry {entries}"),
        (DecidedBy::Mandate, _) => {
            format!("followed is entry {entries}, signed first-hand with the mandate for the act")
        }
        (DecidedBy::Source, _) => format!("followed is entry {entries}: its source goes first"),
        (DecidedBy::Agreement | DecidedBy::Nothing, _) if count == 1 => {
            format!("followed is entry {entries}, the only statement about the act")
        }
        (DecidedBy::Agreement | DecidedBy::Nothing, _) => {
            format!("followed are the statements of entries {entries}, which say the same")
        }
    };
    let because = Because::new("", sentence);
    match act.resolution.clone().or_else(|| act.followed.first().map(Statement::cited)) {
        Some(event) => because.of(event),
        None => because,
    }
}
