//! Acts in words, for people who read a timeline.

use super::{output::short_name, sign_off::state_in_words};
use crate::{
    client::{
        reply::{AboutAct, Act, ChangedField, Claim, Event, EventBody, EventPosition},
        to_json,
    },
    wire::votes_in_words,
};

/// A number with the word for one or for more.
pub fn counted(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

/// Words as they begin a sentence or a title.
pub fn with_capital(words: &str) -> String {
    let mut rest = words.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}

/// When something was, from a date in EDTF: of two with a slash it was on some day between them.
pub fn on_a_date(date: &str) -> String {
    match date.split_once('/') {
        Some((first, last)) if !first.is_empty() && !last.is_empty() => format!("between {first} and {last}"),
        _ => format!("on {date}"),
    }
}

/// So many of what is assumed at the most, and of how many further ways the same is true.
pub fn up_to(most: usize, assuming: &[String]) -> impl Iterator<Item = String> {
    let further = Some(assuming.len().saturating_sub(most)).filter(|further| *further > 0);
    let further = further.map(|further| match further {
        1 => "it is read in one further way".to_owned(),
        further => format!("it is read in one of {further} further ways"),
    });
    assuming.iter().take(most).cloned().chain(further)
}

/// The entry of an event; where it stands among others of that entry, with its number there.
pub fn place_among<'p>(event: &EventPosition, all: impl IntoIterator<Item = &'p EventPosition>) -> String {
    let EventPosition { index, ordinal, .. } = event;
    let beside = all.into_iter().any(|other| other.index == *index && other.ordinal != *ordinal);
    if beside { format!("{index} (event {})", ordinal + 1) } else { index.to_string() }
}

/// The act in a sentence: what happened, with the words of the body that tell most.
pub fn sentence(act: &Act) -> String {
    match act.event.as_ref() {
        Some(event) if act.changes_nothing => correction(&act.kind, event, "it would read"),
        Some(event) => of_event(&act.kind, event),
        None => spaced(&act.kind),
    }
}

/// Which act an event is about, and what a correction changes of it; empty for what is
/// about no other event.
pub fn about(act: &Act) -> String {
    let Some(target) = &act.about else { return String::new() };
    let does = match act.kind.as_str() {
        "event_corrected" => "corrects",
        "event_retracted" => "takes back",
        "event_contested" => "is against",
        _ => "is about",
    };
    let named = act.about_act.as_ref().map(named).filter(|named| !named.is_empty());
    let named = named.map(|named| format!(" ({named})")).unwrap_or_default();
    let changed = act
        .changes
        .iter()
        .map(|ChangedField { field, before, after }| format!("{} was {before}, is {after}", spaced(field)));
    let changed = changed.collect::<Vec<_>>().join("; ");
    let changed = if changed.is_empty() { changed } else { format!(": {changed}") };
    let in_vain = if act.changes_nothing { ", which had been taken back: it changes nothing" } else { "" };
    format!("it {does} entry {}{named}{changed}{in_vain}", target.index)
}

/// What an act is, whose and of which day.
fn named(act: &AboutAct) -> String {
    let AboutAct { kind, participant, participant_name, date } = act;
    let who = if participant_name.is_empty() { participant } else { participant_name };
    let kind = spaced(kind);
    let told = [&kind, who, date].into_iter().filter(|word| !word.is_empty());
    told.map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// What became of an act: whether it counts, and how it was corrected.
pub fn became(act: &Act) -> Vec<String> {
    let mut told: Vec<String> = match &act.retracted_by {
        Some(retraction) => vec![format!("retracted in entry {}, counts for nothing", retraction.index)],
        None => act.state.iter().map(state_in_words).collect(),
    };
    told.extend(act.corrected_by.iter().map(|correction| format!("corrected in entry {}", correction.index)));
    if !act.date_first_stated.is_empty() {
        told.push(format!("first dated {}", act.date_first_stated));
    }
    told
}

/// What a statement says where others about the same act say something else; empty where
/// they agree.
pub fn differences(claim: &Claim) -> String {
    let said = claim.differs.iter().map(|said| format!("{} {}", spaced(&said.field), said.says));
    said.collect::<Vec<_>>().join(", ")
}

/// A correction, with what it makes, or would make, of what it corrects.
fn correction(kind: &str, event: &Event, reads: &str) -> String {
    let Some(EventBody::EventCorrected(body)) = event.body.as_ref() else { return spaced(kind) };
    let restated = body.restated.as_ref().and_then(|restated| Some((restated, kind_of(restated)?)));
    let now = restated.map(|(restated, kind)| format!("{reads}: {}", of_event(&kind, restated)));
    joined(&format!("{}: {}", spaced(kind), body.reason), &now.unwrap_or_default())
}

fn of_event(kind: &str, event: &Event) -> String {
    // The names of the enums come from the contract, so that a new value is told too.
    let json = to_json("Event", event);
    let word = |field: &str, prefix: &str| {
        json[kind][field].as_str().map(|value| spaced(&short_name(value, prefix))).unwrap_or_default()
    };
    let name = spaced(kind);
    match event.body.as_ref() {
        Some(EventBody::SignatureAffixed(_)) => bracketed(&name, &word("type", "SIGNATURE_TYPE_")),
        Some(EventBody::InstrumentDeposited(body)) => {
            let told = bracketed(&name, &word("mode", "CONSENT_MODE_"));
            joined(&told, if body.provisional_application { "applied provisionally until in force" } else { "" })
        }
        Some(EventBody::EffectStated(_)) => format!("{} stated", effect(&word("effect", "TREATY_EFFECT_"))),
        Some(EventBody::DomesticStepTaken(body)) => {
            let towards = format!("{} towards {}", word("step", "DOMESTIC_STEP_"), word("pursues", "PURSUED_ACT_"));
            let votes = body.votes.as_ref().map(votes_in_words);
            joined(&joined(&towards, &body.organ), &votes.unwrap_or_default())
        }
        Some(EventBody::WithdrawalNotified(body)) => {
            let told = bracketed(&name, &word("styled", "WITHDRAWAL_STYLE_"));
            let later = Some(&body.later_effect).filter(|later| !later.is_empty());
            joined(&told, &later.map(|later| format!("to take effect on {later}")).unwrap_or_default())
        }
        Some(EventBody::SuspensionNotified(body)) => {
            let until = Some(&body.claimed_until).filter(|until| !until.is_empty());
            let told = joined(&name, &until.map(|until| format!("until {until}")).unwrap_or_default());
            let informed = Some(&body.circulated).filter(|circulated| !circulated.is_empty());
            joined(&told, &informed.map(|date| format!("parties informed {}", on_a_date(date))).unwrap_or_default())
        }
        Some(EventBody::ObjectionLodged(body)) => quoted(&name, &body.grounds),
        Some(EventBody::ConflictStatusAsserted(body)) => {
            let engaged = word("engagement", "CONFLICT_ENGAGEMENT_");
            let until = Some(&body.until).filter(|until| !until.is_empty());
            let until = until.map(|until| format!(" until {until}")).unwrap_or_default();
            format!("{engaged} in {}{until}, as {} asserts", body.conflict, body.asserted_by)
        }
        Some(EventBody::TreatyBodyDecided(body)) => {
            let stance = word("stance", "BODY_STANCE_");
            quoted(&bracketed(&format!("{} decided", body.body), &stance), &body.text)
        }
        Some(EventBody::EventCorrected(_)) => correction(kind, event, "it now reads"),
        Some(EventBody::SuccessionNotified(body)) => {
            let to = word("succeeds_to", "SUCCESSION_TO_");
            format!("{name} to the {to} of {}, from {}", body.predecessor, stated(&body.succeeded))
        }
        Some(EventBody::DeclarationMade(body)) => {
            let change = word("change", "DECLARATION_CHANGE_");
            let told = bracketed(&name, &word("type", "DECLARATION_TYPE_"));
            let told = joined(&told, &if change.is_empty() { change } else { format!("{change} an earlier one") });
            let units = format!("{} {}", word("territorial_effect", "TERRITORIAL_EFFECT_"), body.units.join(", "));
            quoted(&joined(&told, units.trim()), &body.text)
        }
        Some(EventBody::DepositaryNotificationIssued(body)) => quoted(&joined(&name, &body.reference), &body.summary),
        Some(EventBody::DeadlineExtended(body)) => {
            let outcome = word("outcome", "EXTENSION_OUTCOME_");
            let told = format!("extension of Article {} {outcome}, until {}", body.article, stated(&body.new_deadline));
            joined(&told, &body.decided_by)
        }
        Some(EventBody::ReportSubmitted(body)) => {
            format!("report under Article {} submitted, for {}", body.article, stated(&body.period))
        }
        Some(EventBody::ParticipationTableStated(body)) => {
            format!("the depositary's table of {} participants", body.rows.len())
        }
        Some(EventBody::EventRetracted(body)) => quoted("an earlier event is taken back", &body.reason),
        Some(EventBody::EventContested(body)) => {
            let by = Some(&body.contested_by).filter(|by| !by.is_empty()).map(|by| format!(" by {by}"));
            quoted(&format!("contested{}", by.unwrap_or_default()), &body.grounds)
        }
        Some(EventBody::ContestResolved(body)) => {
            let accepted = if body.accepted.is_some() { "one is accepted" } else { "none is accepted" };
            let told = format!("{} rival statements settled, {accepted}", body.statements.len());
            quoted(&told, &body.reasons)
        }
        Some(EventBody::ContentErased(body)) => {
            format!("content of {} committed parts erased, as {} ordered", body.slots.len(), stated(&body.ordered_by))
        }
        Some(EventBody::StatementReported(body)) => {
            let number = if body.unit.is_empty() { String::new() } else { format!("{} {}", body.quantity, body.unit) };
            let topic = word("topic", "STATEMENT_TOPIC_");
            quoted(&joined(&format!("{} on {topic}", stated(&body.stated_by)), &number), &body.text)
        }
        Some(
            EventBody::WithdrawalRevoked(_)
            | EventBody::PartDisclosed(_)
            | EventBody::TreatyRegistered(_)
            | EventBody::ParticipantRegistered(_)
            | EventBody::LedgerFounded(_)
            | EventBody::CharterAdopted(_)
            | EventBody::OrganisationAdmitted(_)
            | EventBody::OrganisationChanged(_)
            | EventBody::MemberEnrolled(_)
            | EventBody::KeyEnrolled(_)
            | EventBody::KeyEnded(_)
            | EventBody::MandateGranted(_)
            | EventBody::RecordOpened(_)
            | EventBody::LayingRecorded(_)
            | EventBody::PositionSurveyed(_)
            | EventBody::AreaCleared(_)
            | EventBody::LandReleased(_),
        )
        | None => name,
    }
}

/// The kind of an event by the one body field that its JSON has.
fn kind_of(event: &Event) -> Option<String> {
    let json = to_json("Event", event);
    let fields = json.as_object()?.iter().find(|(field, _)| crate::domain::Kind::from_name(field).is_some());
    fields.map(|(field, _)| field.clone())
}

fn effect(word: &str) -> &str {
    if word == "withdrawal" { "effect of the withdrawal" } else { word }
}

fn stated(value: &str) -> &str {
    if value.is_empty() { "not stated" } else { value }
}

fn spaced(name: &str) -> String {
    name.replace('_', " ")
}

fn bracketed(name: &str, word: &str) -> String {
    if word.is_empty() { name.to_owned() } else { format!("{name} ({word})") }
}

fn joined(name: &str, more: &str) -> String {
    if more.is_empty() { name.to_owned() } else { format!("{}, {more}", name.trim_end_matches(['.', ','])) }
}

fn quoted(name: &str, words: &str) -> String {
    if words.is_empty() { name.to_owned() } else { format!("{name}: {words}") }
}
