//! What an answer says besides the status: reasons in order of their dates, and what
//! could still change it.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{
    Answer, Change, ChangeCode, ClausesApplied, Dossier, Outcome, Overlay, Span, StatusRule, Step, TreatyStatus,
    course::{Course, Leave},
    passing::Succession,
    readings::Reading,
    record::Record,
    statements::Retracted,
    suspension,
};
use crate::domain::{
    CitedEvent, ConflictTest, DeclarationMade, DomesticStepTaken, Subject, SuspensionNotified, TreatyBody,
};

/// What is asked, of which record.
pub struct Asked<'q, 'r, 'a> {
    pub dossier: &'q Dossier<'a>,
    pub at: Date,
    pub record: &'q Record<'r, 'a>,
    pub retracted: &'q [Retracted<'a>],
}

impl Asked<'_, '_, '_> {
    /// Whether a day lies after everything that is known.
    pub fn lies_ahead(&self, day: Date) -> bool {
        let newest = self.dossier.known.recorded_at.and_then(|time| time.utc_date());
        newest.is_none_or(|newest| newest < day)
    }
}

/// The courses looked up on the day: those that give the same status there are one
/// outcome, whatever they say of its days.
pub fn outcomes(asked: &Asked<'_, '_, '_>, readings: &[Reading<'_, '_>], courses: &[Course]) -> Vec<Outcome> {
    let mut members: Vec<(Span, Vec<(usize, Span)>)> = Vec::new();
    for (at, course) in courses.iter().enumerate() {
        let span = *course.spans.iter().find(|span| span.holds_on(asked.at)).expect("spans cover every day");
        match members.iter_mut().find(|(first, _)| first.status.name() == span.status.name()) {
            Some((_, group)) => group.push((at, span)),
            None => members.push((span, vec![(at, span)])),
        }
    }
    let alone = members.len() == 1;
    let settles = tell_apart(asked, readings, courses);
    let told =
        members.into_iter().map(|(first, group)| outcome(asked, (readings, courses), first, &group, alone, settles));
    told.collect()
}

/// Whether statements that contradict each other, or dates, lead to several statuses on the
/// day, and not only what no statement can tell of what ends with a conflict.
fn tell_apart(asked: &Asked<'_, '_, '_>, readings: &[Reading<'_, '_>], courses: &[Course]) -> bool {
    let of = |over: bool| {
        let all = readings.iter().zip(courses).filter(move |(reading, _)| reading.is_over() == over);
        let spans: BTreeSet<Span> =
            all.flat_map(|(_, course)| course.spans.iter().find(|span| span.holds_on(asked.at))).copied().collect();
        spans.len()
    };
    of(true) > 1 || of(false) > 1
}

fn outcome(
    asked: &Asked<'_, '_, '_>,
    (readings, courses): (&[Reading<'_, '_>], &[Course]),
    first: Span,
    group: &[(usize, Span)],
    alone: bool,
    settles: bool,
) -> Outcome {
    let mut spans: Vec<Span> = group.iter().map(|(_, span)| *span).collect();
    spans.sort();
    spans.dedup();
    let agreed = alone && spans.len() == 1;
    // The earliest is the one that is told, of equal ones that of the first reading.
    let first = group.iter().map(|(_, span)| *span).min_by_key(|span| span.from).unwrap_or(first);
    let told = |(member, _): &(usize, Span)| sentence_of(&readings[*member].assuming);
    let told_by = group.iter().find(|(_, span)| *span == first).map_or(group[0].0, |(member, _)| *member);
    let course = &courses[told_by];
    Outcome {
        status: first.status,
        spans,
        assuming: if agreed { Vec::new() } else { group.iter().map(told).collect() },
        steps: steps(asked, course, first),
        could_change: changes(asked, course, first, !agreed && settles),
    }
}

/// The assumptions of a reading in a sentence.
pub fn sentence_of(assuming: &[Box<str>]) -> Box<str> {
    if assuming.is_empty() { "as recorded".into() } else { assuming.join("; ").into() }
}

/// Steps up to the day asked about, and to the day that ends the status; what undoes a
/// notice belongs to it, whenever it came.
fn steps(asked: &Asked<'_, '_, '_>, course: &Course, span: Span) -> Vec<Step> {
    let horizon = span.to.unwrap_or(asked.at).max(asked.at);
    let mut steps = course.steps.clone();
    steps.extend(beside(asked.record));
    steps.extend(asked.record.successions.iter().map(Succession::step));
    steps.extend(taken_back(asked));
    steps.retain(|step| step.rule == StatusRule::Revocation || step.date.is_none_or(|date| date <= horizon));
    steps.sort_by_key(|step| step.date.unwrap_or(Date::MAX));
    steps
}

/// Acts that change no status and that a reader would look for.
fn beside(record: &Record<'_, '_>) -> Vec<Step> {
    // Where accounts of one act contradict each other and all are followed, each is told.
    let told = record.beside.iter().flat_map(|act| {
        let rival = act.followed.windows(2).any(|pair| pair[0].body != pair[1].body);
        let told = if rival { act.followed.len() } else { 1 };
        act.followed.iter().take(told).map(move |statement| (statement, told))
    });
    let steps = told.filter_map(|(statement, told)| {
        let (rule, date, sentence) = match statement.body {
            TreatyBody::DomesticStepTaken(body) => {
                (StatusRule::DomesticStepIsNoStatus, body.taken.as_ref(), domestic(body))
            }
            TreatyBody::SuspensionNotified(body) => {
                (StatusRule::SuspensionIsNoStatus, suspension::since(body), suspended(body))
            }
            TreatyBody::DeclarationMade(body) => {
                (StatusRule::Declaration, body.effective.as_ref().or(body.made.as_ref()), declared(body))
            }
            _ => return None,
        };
        let date = date.and_then(|date| date.earliest().or(date.latest()));
        let sentence = match told {
            1 => sentence,
            several => format!("{sentence}; one of {several} accounts of it that nothing decides between"),
        };
        let article = match rule {
            StatusRule::SuspensionIsNoStatus => "VCLT 42(2)",
            _ => "",
        };
        Some(Step { rule, article: article.into(), event: Some(statement.cited()), date, sentence: sentence.into() })
    });
    steps.collect()
}

fn domestic(body: &DomesticStepTaken) -> String {
    let DomesticStepTaken { step, pursues, taken: _, organ, reference: _, votes: _ } = body;
    let step = step.name().replace('_', " ");
    let by = if organ.is_empty() { String::new() } else { format!(" ({organ})") };
    format!("{step}{by} towards {pursues}: an act inside the State, which starts no clock")
}

fn declared(body: &DeclarationMade) -> String {
    let what = body.declaration_type.name().replace('_', " ");
    let change = body.changes.as_ref().map(|changed| format!(", which {} an earlier declaration", changed.change));
    let units =
        body.territory.as_ref().map(|it| format!(": {} {}", it.effect, it.units.join(", "))).unwrap_or_default();
    format!("declaration ({what}){}{units}; the status stands", change.unwrap_or_default())
}

/// Own acts that were taken back: told, and without effect.
fn taken_back(asked: &Asked<'_, '_, '_>) -> Vec<Step> {
    let own = asked.retracted.iter().filter(|retracted| match &retracted.recorded.event.subject {
        Subject::Participation(treaty, participant) => {
            treaty == asked.record.treaty && participant == asked.record.participant
        }
        _ => false,
    });
    let step = |retracted: &Retracted<'_>| {
        let what = retracted.recorded.event.kind().name().replace('_', " ");
        let index = retracted.recorded.position.index;
        let date = retracted.recorded.event.date().and_then(|date| date.earliest().or(date.latest()));
        let sentence = format!("{what} of entry {index} was taken back: {}", retracted.reason).into();
        let event = Some(retracted.retraction.cited());
        Step { rule: StatusRule::Retraction, article: "".into(), event, date, sentence }
    };
    own.map(step).collect()
}

/// Which description of the clauses was applied.
pub fn clauses_applied(record: &Record<'_, '_>) -> Option<ClausesApplied> {
    let (registered, clauses) = record.registered.zip(record.clauses())?;
    let restating = registered.corrections.iter().rev().find(|(_, correction)| correction.restated.is_some());
    let event = restating.map_or_else(|| registered.cited(), |(recorded, _)| recorded.cited());
    Some(ClausesApplied { event, version: clauses.version.clone() })
}

/// Every event that an answer names (R17).
pub fn rests_on(answer: &Answer) -> Vec<CitedEvent> {
    let steps = answer.outcomes.iter().flat_map(|outcome| &outcome.steps).filter_map(|step| step.event.as_ref());
    let claims =
        answer.claims.iter().flat_map(|claims| {
            claims.resolution.iter().chain(claims.statements.iter().flat_map(|claim| {
                std::iter::once(&claim.event).chain(claim.contests.iter().map(|contest| &contest.event))
            }))
        });
    let findings = answer.findings.iter().filter_map(|finding| finding.event.as_ref());
    let overlays = answer.overlays.iter().flat_map(of_overlay);
    let clauses = answer.clauses.iter().map(|clauses| &clauses.event);
    let mut events: Vec<CitedEvent> =
        steps.chain(claims).chain(findings).chain(overlays).chain(clauses).cloned().collect();
    events.sort_by_key(|event| event.position);
    events.dedup();
    events
}

fn of_overlay(overlay: &Overlay) -> Vec<&CitedEvent> {
    match overlay {
        Overlay::SuspensionAsserted(found) => {
            std::iter::once(&found.event).chain(found.reactions.iter().map(|reaction| &reaction.event)).collect()
        }
        Overlay::ProvisionalApplication { event, .. } | Overlay::RetroactiveSuccession { event, .. } => vec![event],
        Overlay::Declaration(declared) | Overlay::TerritorialScope(declared) => vec![&declared.event],
    }
}

fn suspended(body: &SuspensionNotified) -> String {
    let since = suspension::since(body).map_or("no known day".into(), ToString::to_string);
    format!("suspension asserted since {since}; the status stands")
}

/// What could still change the outcome (R18).
fn changes(asked: &Asked<'_, '_, '_>, course: &Course, span: Span, settles: bool) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut add = |code: ChangeCode, sentence: String| changes.push(Change { code, sentence: sentence.into() });
    if settles {
        add(
            ChangeCode::ClaimsSettled,
            "the statements that contradict each other, or are not dated to the day, being settled".into(),
        );
    }
    let begins = matches!(span.status, TreatyStatus::Contracting | TreatyStatus::Party);
    if begins && course.treaty_in_force.is_none() {
        add(ChangeCode::TreatyInForce, "a statement of when the treaty itself entered into force".into());
    }
    let passed = course.passed.as_ref().filter(|passed| span.status.ended() == Some(passed.since));
    if let Some(passed) = passed {
        add(ChangeCode::Correction, passed.could_change());
        return changes;
    }
    match span.status {
        TreatyStatus::NonParticipant | TreatyStatus::Signatory | TreatyStatus::FormerSignatory { .. } => {
            add(ChangeCode::Consent, "an instrument of consent that reaches the depositary".into());
        }
        TreatyStatus::FormerParty { .. } => {
            add(ChangeCode::Consent, "a new instrument of consent: it opens a new membership".into());
        }
        TreatyStatus::Contracting | TreatyStatus::Party => {
            if let Some(sentence) = withdrawal(asked) {
                add(ChangeCode::Withdrawal, sentence);
            }
        }
        TreatyStatus::WithdrawalPending { .. } | TreatyStatus::WithdrawalDeferred { .. } => {}
    }
    if let Some(step) = course.steps.iter().find(|step| step.rule == StatusRule::NoClock) {
        let article = if step.article.is_empty() { String::new() } else { format!(" (Article {})", step.article) };
        let sentence =
            format!("the day on which the notice of withdrawal began becoming known: its clock runs from it{article}");
        add(ChangeCode::Correction, sentence);
    }
    for leave in course.memberships.iter().filter_map(|membership| membership.leave.as_ref()) {
        if leave.began <= asked.at.max(span.to.unwrap_or(asked.at)) {
            leaving(asked, leave, &mut add);
        }
    }
    changes
}

fn withdrawal(asked: &Asked<'_, '_, '_>) -> Option<String> {
    let clause = asked.record.withdrawal_clause()?;
    let article = if clause.article.is_empty() { String::new() } else { format!(" (Article {})", clause.article) };
    Some(format!(
        "a notification of withdrawal: it takes effect {} months after the depositary receives it{article}",
        clause.notice_months
    ))
}

/// What could still move a withdrawal, whenever it takes effect.
pub fn could_move_leave(asked: &Asked<'_, '_, '_>, leave: &Leave) -> Vec<Change> {
    let mut changes = Vec::new();
    leaving(asked, leave, &mut |code, sentence: String| changes.push(Change { code, sentence: sentence.into() }));
    changes
}

/// What could still move a withdrawal whose effect lies ahead of what is known. A day that
/// had come by then, or by the day asked about, is told in words.
fn leaving(asked: &Asked<'_, '_, '_>, leave: &Leave, add: &mut impl FnMut(ChangeCode, String)) {
    if let Some(sentence) = repatriated(leave) {
        add(ChangeCode::ConflictEnded, sentence);
    }
    let over = leave.effective.is_some_and(|effective| !asked.lies_ahead(effective));
    if over || leave.passed {
        return;
    }
    let ahead = |day: Date| asked.at < day && asked.lies_ahead(day);
    let before = leave.effective.filter(|day| ahead(*day));
    let before = before.map_or("the withdrawal takes effect".into(), |day| day.to_string());
    add(ChangeCode::Revocation, format!("a revocation that the depositary receives before {before} (VCLT 68)"));
    let test = asked.record.withdrawal_clause().map_or(ConflictTest::None, |clause| clause.conflict_test);
    match (leave.effective, test) {
        (None, _) if leave.deferral.as_ref().is_some_and(|deferral| deferral.conflict_over) => {}
        (None, _) => add(ChangeCode::ConflictEnded, "the end of the conflict that defers the withdrawal".into()),
        (Some(_), ConflictTest::AtExpiry) => {
            let expiry = Some(leave.expiry).filter(|day| ahead(*day));
            let on = expiry.map_or("when the notice was over".into(), |expiry| format!("on {expiry}"));
            let sentence = format!("an armed conflict that the participant is asserted to be engaged in {on}");
            add(ChangeCode::ConflictAsserted, sentence);
        }
        (Some(_), ConflictTest::AtNotification) => {
            let sentence = "an armed conflict that the participant is asserted to have been engaged in when the notice \
                            began";
            add(ChangeCode::ConflictAsserted, sentence.into());
        }
        (Some(_), ConflictTest::None) => {}
    }
    add(ChangeCode::Correction, "a correction of the day on which the notice began".into());
}

/// What a deferral waits for besides the end of the conflict.
fn repatriated(leave: &Leave) -> Option<String> {
    let deferral = leave.deferral.as_ref()?;
    let article = deferral.repatriation.as_ref()?;
    Some(format!(
        "it being recorded that those protected have been released, repatriated or re-established, on which the end of \
         a deferral also depends (Article {article}): no kind of event states it yet"
    ))
}
