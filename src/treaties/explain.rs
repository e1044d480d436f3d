//! What an answer says besides the status: reasons in order of their dates, and what
//! could still change it.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use jiff::civil::Date;

use super::{
    Answer, Change, ChangeCode, ClausesApplied, Dossier, Interval, Outcome, Overlay, Span, StatusRule, Step,
    TreatyStatus,
    both_ends::{self, Apart},
    course::{self, Course, Leave},
    dated::{self, Starts},
    days::Days,
    declarations,
    followed::Followed,
    joining,
    months::counted,
    passing::Succession,
    readings::Reading,
    record::Record,
    statements::Retracted,
    suspension,
};
use crate::{
    domain::{
        CitedEvent, ConflictTest, DeclarationMade, DomesticStepTaken, Subject, SuspensionNotified, TreatyBody,
        WorldDate,
    },
    limits::ASSUMPTIONS_TOLD,
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
pub fn outcomes(asked: &Asked<'_, '_, '_>, followed: &[Followed<'_, '_>]) -> Vec<Outcome> {
    let mut groups: Vec<Vec<Holding<'_, '_, '_>>> = Vec::new();
    for one in followed {
        let (first, last) = (one.first(), one.last());
        let courses = one.corners.iter().map(Rc::as_ref).collect();
        let interval = *one.interval_on(asked.at);
        let mut after = one.intervals.iter().skip_while(|it| **it != interval).skip(1);
        let next = after.next().map(|next| next.first.status.name());
        let holding = Holding { first, last, courses, reading: one.reading.clone(), interval, next };
        match groups.iter_mut().find(|group| group[0].status() == holding.status()) {
            Some(group) => group.push(holding),
            None => groups.push(vec![holding]),
        }
    }
    let alone = groups.len() == 1;
    let settles = tell_apart(asked, followed);
    groups.into_iter().map(|group| outcome(asked, group, alone, settles)).collect()
}

/// Whether statements that contradict each other, or dates, lead to several statuses on the
/// day, and not only what no statement can tell of what ends with a conflict.
fn tell_apart(asked: &Asked<'_, '_, '_>, followed: &[Followed<'_, '_>]) -> bool {
    let of = |over: bool| {
        let all = followed.iter().filter(|followed| followed.reading.is_over() == over);
        all.map(|followed| followed.interval_on(asked.at)).collect::<BTreeSet<_>>().len()
    };
    of(true) > 1 || of(false) > 1
}

/// A reading with the interval that holds on the day.
#[derive(Clone)]
struct Holding<'f, 'r, 'a> {
    /// What it leads to on the first days, and on the last ones.
    first: &'f Course,
    last: &'f Course,
    /// What each of its corners leads to.
    courses: Vec<&'f Course>,
    reading: Reading<'r, 'a>,
    interval: Interval,
    /// The status that comes then.
    next: Option<&'static str>,
}

impl Holding<'_, '_, '_> {
    fn status(&self) -> &'static str {
        self.interval.first.status.name()
    }

    /// One in place of two with the days of one date, if one status comes after both, or they
    /// end on the same days.
    fn joined(&self, next: &Self) -> Option<Self> {
        let reading = self.reading.joined(&next.reading).filter(|_| self.goes_on_as(next))?;
        Some(Self { reading, ..self.around(next) })
    }

    fn around(&self, other: &Self) -> Self {
        let from = |it: &Self| (it.interval.first.from, it.interval.last.from);
        let first = if from(other).0 < from(self).0 { other.first } else { self.first };
        let last = if from(other).1 < from(self).1 { self.last } else { other.last };
        let courses = [self.courses.as_slice(), &other.courses].concat();
        Self { first, last, courses, interval: self.interval.around(other.interval), ..self.clone() }
    }

    fn goes_on_as(&self, other: &Self) -> bool {
        self.next == other.next || ends(&self.interval) == ends(&other.interval)
    }
}

fn ends(interval: &Interval) -> (Option<Date>, Option<Date>) {
    (interval.first.to, interval.last.to)
}

/// Whether one status comes after all, or each that does comes on the same days.
fn go_on_alike(group: &[Holding<'_, '_, '_>]) -> bool {
    let mut before: BTreeMap<Option<&str>, Interval> = BTreeMap::new();
    for it in group {
        before.entry(it.next).and_modify(|all| *all = all.around(it.interval)).or_insert(it.interval);
    }
    before.values().map(ends).collect::<BTreeSet<_>>().len() == 1
}

fn outcome(asked: &Asked<'_, '_, '_>, mut group: Vec<Holding<'_, '_, '_>>, alone: bool, settles: bool) -> Outcome {
    if alone && go_on_alike(&group) {
        // Whichever days it were, they lead here.
        group = by_statements(group);
    } else {
        group = joining::join(group, |holding| holding.reading.days(), Holding::joined);
    }
    let mut intervals: Vec<Interval> = group.iter().map(|it| it.interval).collect();
    intervals.sort();
    intervals.dedup();
    let agreed = alone && intervals.len() == 1;
    // The status is told as early as it can be.
    let told = group.iter().min_by_key(|it| it.interval.first.from).expect("a group has a reading");
    let settled = intervals.iter().all(Interval::is_settled);
    let several = !agreed && settles;
    let settling = (several || !settled).then(|| settling(several));
    let ends = group.iter().flat_map(|it| [(it.first, it.interval.first), (it.last, it.interval.last)]);
    let moves = ends.map(|(course, span)| changes(asked, course, span)).reduce(both_ends::changes);
    Outcome {
        status: told.interval.first.status,
        assuming: if agreed { Vec::new() } else { sentences_of(group.iter().map(|it| &it.reading)) },
        steps: steps(asked, &group),
        could_change: settling.into_iter().chain(moves.into_iter().flatten()).collect(),
        intervals,
    }
}

/// One for all that go by the same statements, with all the days that these allow.
fn by_statements<'f, 'r, 'a>(group: Vec<Holding<'f, 'r, 'a>>) -> Vec<Holding<'f, 'r, 'a>> {
    let mut told: Vec<Holding<'f, 'r, 'a>> = Vec::new();
    for it in group {
        match told.iter_mut().find(|other| other.reading.goes_by_the_same(&it.reading)) {
            Some(other) => *other = other.around(&it),
            None => told.push(Holding { reading: it.reading.by_its_statements(), ..it }),
        }
    }
    told
}

/// What readings assume, a sentence for each; of many the last one counts those that are not told.
pub fn sentences_of<'x, 'r: 'x, 'a: 'r>(readings: impl IntoIterator<Item = &'x Reading<'r, 'a>>) -> Vec<Box<str>> {
    few(readings.into_iter().map(|reading| sentence_of(&reading.assuming())).collect())
}

/// So many assumptions as are told.
pub fn few(mut sentences: Vec<Box<str>>) -> Vec<Box<str>> {
    let more = sentences.len().saturating_sub(ASSUMPTIONS_TOLD);
    if more > 0 {
        sentences.truncate(ASSUMPTIONS_TOLD);
        sentences.push(format!("one of {more} more ways to read what is stated").into());
    }
    sentences
}

/// The assumptions of a reading in a sentence.
pub fn sentence_of(assuming: &[Box<str>]) -> Box<str> {
    if assuming.is_empty() { "as recorded".into() } else { assuming.join("; ").into() }
}

/// The steps of all readings up to the day asked about, and to the day that ends the status;
/// what undoes a notice belongs to it, whenever it came. What ends before it is in force has no
/// entry into force.
fn steps(asked: &Asked<'_, '_, '_>, group: &[Holding<'_, '_, '_>]) -> Vec<Step> {
    let ends = group.iter().filter_map(|it| it.interval.first.to);
    let horizon = ends.max().unwrap_or(asked.at).max(asked.at);
    let courses: Vec<Cow<'_, [Step]>> =
        group.iter().flat_map(|it| &it.courses).map(|course| come_true(course, asked.at)).collect();
    let courses = courses.iter().map(|steps| &**steps);
    let by_days = group.iter().all(|it| it.reading.goes_by_the_same(&group[0].reading));
    let mut steps = both_ends::steps(courses, if by_days { Apart::Days } else { Apart::Statements });
    steps.extend(beside(asked.record));
    steps.extend(asked.record.successions.iter().map(Succession::step));
    steps.extend(taken_back(asked));
    steps.retain(|step| step.rule == StatusRule::Revocation || step.date.is_none_or(|date| date <= horizon));
    steps.sort_by_key(|step| step.date.unwrap_or(Date::MAX));
    steps
}

/// The steps of a course without an entry into force behind the end of the status on a day, or
/// of the membership that would have come into force.
fn come_true(course: &Course, at: Date) -> Cow<'_, [Step]> {
    let over = course.spans.iter().find(|span| span.holds_on(at)).and_then(|span| span.to);
    let had_ended = |day: Date| {
        let mut then = course.memberships.iter().filter(|membership| membership.in_force == Some(day)).peekable();
        then.peek().is_some() && then.all(|membership| membership.end().is_some_and(|end| end <= day))
    };
    let never = |step: &Step| {
        let behind = |day: Date| over.is_some_and(|over| over < day) || had_ended(day);
        course::gives_entry_into_force(step.rule) && step.date.is_some_and(behind)
    };
    if !course.steps.iter().any(never) {
        return Cow::Borrowed(&course.steps);
    }
    course.steps.iter().filter(|step| !never(step)).cloned().collect()
}

/// Acts that change no status and that a reader would look for.
fn beside(record: &Record<'_, '_>) -> Vec<Step> {
    // Where accounts of one act contradict each other and all are followed, each is told.
    let told = record.beside.iter().flat_map(|act| {
        let told = if act.has_rivals() { act.followed.len() } else { 1 };
        act.followed.iter().take(told).map(move |statement| (act, statement, told))
    });
    let steps = told.filter_map(|(act, statement, told)| {
        let dated = |date: Option<&WorldDate>| date.map(|date| dated::bounds(record.adopted, statement, Some(date)));
        let (rule, days, sentence) = match statement.body {
            TreatyBody::DomesticStepTaken(body) => {
                (StatusRule::DomesticStepIsNoStatus, dated(body.taken.as_ref()), domestic(body))
            }
            TreatyBody::SuspensionNotified(body) => {
                let shown = std::ptr::eq(statement, act.shown());
                let begins = if shown { suspension::begins(record, act, body) } else { dated(suspension::since(body)) };
                (StatusRule::SuspensionIsNoStatus, begins, suspended(body))
            }
            TreatyBody::DeclarationMade(body) => {
                (StatusRule::Declaration, declarations::days(record, statement, body), declared(body))
            }
            _ => return None,
        };
        let sentence = match told {
            1 => sentence,
            several => format!("{sentence}; one of {several} accounts of it that nothing decides between"),
        };
        let article = match rule {
            StatusRule::SuspensionIsNoStatus => "VCLT 42(2)",
            _ => "",
        };
        Some(Step {
            rule,
            article: article.into(),
            event: Some(statement.cited()),
            date: days.map(|days| days.first),
            latest: days.and_then(Days::open_last),
            sentence: sentence.into(),
        })
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
        let stated = retracted.recorded.event.date();
        let date = stated.and_then(|date| date.earliest().or(date.latest()));
        let latest = stated.and_then(WorldDate::latest).filter(|latest| Some(*latest) != date);
        let sentence = format!("{what} of entry {index} was taken back: {}", retracted.reason).into();
        let event = Some(retracted.retraction.cited());
        Step { rule: StatusRule::Retraction, article: "".into(), event, date, latest, sentence }
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
    let findings = answer.findings.iter().filter_map(|remark| remark.finding.event.as_ref());
    let overlays = answer.overlays.iter().flat_map(Overlay::events);
    let clauses = answer.clauses.iter().map(|clauses| &clauses.event);
    let mut events: Vec<CitedEvent> =
        steps.chain(claims).chain(findings).chain(overlays).chain(clauses).cloned().collect();
    events.sort_by_key(|event| event.position);
    events.dedup();
    events
}

fn suspended(body: &SuspensionNotified) -> String {
    let since = suspension::since(body).map_or("no known day".into(), ToString::to_string);
    format!("suspension asserted since {since}; the status stands")
}

/// What could still change the outcome (R18).
fn changes(asked: &Asked<'_, '_, '_>, course: &Course, span: Span) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut add = |code: ChangeCode, sentence: String| changes.push(Change { code, sentence: sentence.into() });
    let begins = matches!(span.status, TreatyStatus::Contracting | TreatyStatus::Party);
    if begins && course.treaty_in_force.is_none() {
        add(ChangeCode::TreatyInForce, "a statement of when the treaty itself entered into force".into());
    }
    let passed = course.passed.as_ref().filter(|(since, _)| span.status.ended() == Some(*since));
    if let Some((_, passed)) = passed {
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
    let no_clock = |step: &&Step| step.rule == StatusRule::NoClock && step.date.is_none_or(|date| date <= asked.at);
    if let Some(step) = course.steps.iter().find(no_clock) {
        let article = if step.article.is_empty() { String::new() } else { format!(" (Article {})", step.article) };
        let sentence = match step.date {
            None => format!(
                "the day on which the notice of withdrawal began becoming known: its clock runs from it{article}"
            ),
            Some(_) => format!(
                "the others being told, or that becoming known, of the notice of withdrawal that was received: its \
                 clock runs from it{article}"
            ),
        };
        add(ChangeCode::Correction, sentence);
    }
    for leave in course.memberships.iter().filter_map(|membership| membership.leave.as_ref()) {
        if leave.began <= asked.at.max(span.to.unwrap_or(asked.at)) {
            leaving(asked, leave, &mut add);
        }
    }
    changes
}

/// That the record being settled could change an answer, or the days of it alone.
pub fn settling(several: bool) -> Change {
    let sentence = if several {
        "the statements that contradict each other, or are not dated to the day, being settled"
    } else {
        "a date that is not known to the day becoming known"
    };
    Change { code: ChangeCode::ClaimsSettled, sentence: sentence.into() }
}

fn withdrawal(asked: &Asked<'_, '_, '_>) -> Option<String> {
    let clause = asked.record.withdrawal_clause()?;
    let article = if clause.article.is_empty() { String::new() } else { format!(" (Article {})", clause.article) };
    let from = match dated::notice_from(Some(clause)) {
        Starts::Receipt => "the depositary receives it",
        Starts::Addressees => "those are notified whom the clauses name",
        Starts::Circulation => "the other parties are informed of it",
    };
    let after = match clause.notice_months {
        0 => "when".to_owned(),
        months => format!("{} after", counted(months, "month")),
    };
    Some(format!("a notification of withdrawal: it takes effect {after} {from}{article}"))
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
