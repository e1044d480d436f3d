//! A suspension that a participant asserts: read, dated, set beside what others say to
//! it; never a status by itself (VCLT Art. 42(2)).
//!
//! Leaves to others: how long others may object (`objections`), the end of a
//! suspension, for which the ledger has no kind yet.

use jiff::civil::Date;

use super::{
    Window, dated, days::Days, declarations::changed_on, objections, overlays::may_have_come, record::Record,
    rivals::Act, tenure::Tenures,
};
use crate::domain::{
    BodyStance, CitedEvent, ParticipantId, Recorded, Subject, SuspensionGround, SuspensionNotified, TreatyBody,
    WorldDate,
};

/// A suspension that the participant asserts, with who answered it.
#[derive(Clone, Debug, PartialEq)]
pub struct SuspensionAsserted {
    pub event: CitedEvent,
    pub by: ParticipantId,
    /// Claimed beginning, else the receipt by the depositary.
    pub since: Option<WorldDate>,
    /// The days on one of which that is; what is received is not received after the others
    /// were informed of it.
    pub begins: Option<Days>,
    /// It has begun by the day asked about, whichever of them it is.
    pub begun: bool,
    /// The days on one of which it ends with the membership that it belongs to, if it does in
    /// every reading.
    pub ends: Option<Days>,
    /// It has ended by the day asked about in some readings, or as some days have it.
    pub may_have_ended: bool,
    pub received_by_depositary: Option<WorldDate>,
    pub circulated: Option<WorldDate>,
    pub claimed_until: Box<str>,
    pub grounds: Vec<SuspensionGround>,
    /// Empty: the whole treaty.
    pub provisions: Vec<Box<str>>,
    /// Objections, contests and decisions up to the day asked about, by date.
    pub reactions: Vec<Reaction>,
    /// Times within which others may object, from each day that it can be counted from.
    pub windows: Vec<Window>,
}

impl SuspensionAsserted {
    /// Who objects to it or rejects it by the day asked about: participants, then bodies,
    /// each once.
    pub fn contested_by(&self) -> Vec<&str> {
        self.against(Reaction::is_certain)
    }

    /// Who may have done so by that day, and not withdrawn it, and of whom that is not certain.
    pub fn may_be_contested_by(&self) -> Vec<&str> {
        let certain = self.contested_by();
        self.against(|reaction| !reaction.is_certain()).into_iter().filter(|by| !certain.contains(by)).collect()
    }

    /// Those of them who did so for certain, and may have withdrawn it by then.
    pub fn may_have_withdrawn(&self) -> Vec<&str> {
        let certain = self.contested_by();
        let came = self.against(|reaction| reaction.come && !reaction.is_certain());
        came.into_iter().filter(|by| !certain.contains(by)).collect()
    }

    fn against(&self, counts: impl Fn(&Reaction) -> bool) -> Vec<&str> {
        let mut by: Vec<(bool, &str)> = Vec::new();
        for reaction in self.reactions.iter().filter(|reaction| counts(reaction)) {
            match reaction.stance {
                _ if reaction.withdrawn.is_some() => {}
                Stance::Objects | Stance::Contests | Stance::Body(BodyStance::Rejects) => {
                    by.push((reaction.stance != Stance::Objects, &reaction.by));
                }
                Stance::Body(BodyStance::Accepts | BodyStance::Notes) => {}
            }
        }
        by.sort_unstable();
        by.dedup();
        by.into_iter().map(|(_, by)| by).collect()
    }
}

/// How somebody stands towards an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stance {
    /// A participant objects.
    Objects,
    /// Somebody contests it outside the treaty's own forms.
    Contests,
    /// A meeting of the parties decided.
    Body(BodyStance),
}

impl Stance {
    /// The name in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Objects => "objects",
            Self::Contests => "contests",
            Self::Body(stance) => stance.name(),
        }
    }
}

/// An answer of another participant or of a body to an act.
#[derive(Clone, Debug, PartialEq)]
pub struct Reaction {
    pub event: CitedEvent,
    /// Participant id or name of the body.
    pub by: Box<str>,
    pub stance: Stance,
    pub date: Option<WorldDate>,
    /// It has come by the day asked about, whichever day its date means.
    pub come: bool,
    /// Grounds or words of the decision.
    pub text: Box<str>,
    /// When the objection was withdrawn, if it was by the day asked about.
    pub withdrawn: Option<WorldDate>,
    /// When it may have been, where its date leaves open whether it was by then.
    pub may_be_withdrawn: Option<WorldDate>,
}

impl Reaction {
    /// Whether it has come by the day asked about, and stands, whichever days the dates mean.
    pub fn is_certain(&self) -> bool {
        self.come && self.withdrawn.is_none() && self.may_be_withdrawn.is_none()
    }
}

/// From which day a suspension is claimed.
pub fn since(body: &SuspensionNotified) -> Option<&WorldDate> {
    let SuspensionNotified { received_by_depositary, circulated, claimed_from, .. } = body;
    claimed_from.as_ref().or(received_by_depositary.as_ref()).or(circulated.as_ref())
}

/// The days on one of which that is.
pub fn begins(record: &Record<'_, '_>, act: &Act<'_>, body: &SuspensionNotified) -> Option<Days> {
    match &body.claimed_from {
        Some(claimed) => Some(dated::bounds(record.adopted, act.shown(), Some(claimed))),
        None => objections::received_on(record, act).or_else(|| {
            let circulated = body.circulated.as_ref()?;
            Some(dated::bounds(record.adopted, act.shown(), Some(circulated)))
        }),
    }
}

/// The suspension that an act asserts, if it can have come by the day and the membership has
/// not surely ended that it belongs to.
pub fn suspension(record: &Record<'_, '_>, tenures: &Tenures, act: &Act<'_>, at: Date) -> Option<SuspensionAsserted> {
    let TreatyBody::SuspensionNotified(body) = act.shown().body else { return None };
    let since = since(body);
    let begins = begins(record, act, body);
    let made = objections::received_on(record, act).or(begins);
    let made = made.unwrap_or_else(|| dated::bounds(record.adopted, act.shown(), None));
    let ends = tenures.end_of(made, None);
    (may_have_come(since, at) && !ends.have_come(at)).then(|| SuspensionAsserted {
        event: act.shown().cited(),
        by: record.participant.clone(),
        since: since.cloned(),
        begins,
        begun: begins.is_none_or(|begins| begins.last <= at),
        ends: ends.surely(),
        may_have_ended: ends.may_have_come(at).is_some(),
        received_by_depositary: body.received_by_depositary.clone(),
        circulated: objections::circulated(record, act),
        claimed_until: body.claimed_until.clone(),
        grounds: body.grounds.clone(),
        provisions: body.provisions.clone(),
        reactions: reactions(record, act, at),
        windows: objections::windows(record, act),
    })
}

/// Objections and decisions on an act that can have come by a day, by date.
pub fn reactions(record: &Record<'_, '_>, to: &Act<'_>, at: Date) -> Vec<Reaction> {
    let reactions = record.reactions.iter().filter_map(|act| reaction(record, act, to, at)).chain(contests(to, at));
    let mut reactions: Vec<Reaction> = reactions.filter(|found| may_have_come(found.date.as_ref(), at)).collect();
    let day = |date: &Option<WorldDate>| date.as_ref().and_then(|date| date.latest().or(date.earliest()));
    reactions.sort_by_cached_key(|found| (day(&found.date), found.by.clone(), found.event.reference.clone()));
    reactions
}

fn reaction(record: &Record<'_, '_>, act: &Act<'_>, to: &Act<'_>, at: Date) -> Option<Reaction> {
    let statement = act.shown();
    let (by, stance, text) = match (statement.body, act.subject()) {
        (TreatyBody::ObjectionLodged(body), Subject::Participation(_, participant))
            if to.is_stated_by(&body.objects_to) =>
        {
            (participant.as_str().into(), Stance::Objects, body.grounds.clone())
        }
        (TreatyBody::TreatyBodyDecided(body), _)
            if body.concerning.iter().any(|concerning| to.is_stated_by(concerning)) =>
        {
            (body.body.clone(), Stance::Body(body.stance?), body.text.clone())
        }
        _ => return None,
    };
    let changes = changed_on(record, &record.reactions, act, at);
    let (withdrawn, may_be_withdrawn) = (changes.withdrawn().cloned(), changes.may_be_withdrawn().cloned());
    let (date, come) = (statement.date().cloned(), has_come(statement.recorded, statement.date(), at));
    Some(Reaction { event: statement.cited(), by, stance, date, come, text, withdrawn, may_be_withdrawn })
}

/// Whether a date has come by a day, whichever day it means: what was recorded as past had
/// come by the day of recording. What has no date is taken to have come.
fn has_come(recorded: &Recorded, date: Option<&WorldDate>, by: Date) -> bool {
    let latest = |date: &WorldDate| date.latest().or(recorded.recorded_at.utc_date());
    date.is_none_or(|date| latest(date).is_some_and(|latest| latest <= by))
}

/// Who contests what is stated about the act.
fn contests(act: &Act<'_>, at: Date) -> Vec<Reaction> {
    let contests = act.followed.iter().chain(&act.others).flat_map(|statement| &statement.contests);
    let told = contests.map(|(recorded, body)| Reaction {
        event: recorded.cited(),
        by: if body.contested_by.is_empty() {
            recorded.organisation().as_str().into()
        } else {
            body.contested_by.clone()
        },
        stance: Stance::Contests,
        date: body.contested.clone(),
        come: has_come(recorded, body.contested.as_ref(), at),
        text: body.grounds.clone(),
        withdrawn: None,
        may_be_withdrawn: None,
    });
    told.collect()
}
