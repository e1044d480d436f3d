//! One reading of the record, followed from act to act: memberships, intervals,
//! reasons, findings.

use jiff::civil::Date;

use super::{
    Span, StatusRule, Step, TreatyStatus,
    cascade::CarriedLeave,
    conflict::Engaged,
    dated::{self, Starts},
    in_force,
    months::{add_months, counted},
    passing::Passing,
    readings::{ReadAct, Reading},
    record::Record,
    remarks::{self, Found},
    rivals::Act,
    statements::Statement,
};
use crate::domain::{
    CitedEvent, ConflictEnd, ConflictTest, ConsentMode, LegalRemark, ParticipantId, SuccessionNotified, SuccessionTo,
    TreatyBody, WithdrawalClause, WithdrawalNotified, WorldDate,
};

use super::membership::{Before, spans};
pub use super::membership::{Deferral, Leave, Membership};

/// What a reading leads to.
#[derive(Clone, Debug)]
pub struct Course {
    /// Ascending, without a gap or an overlap, from ever to open.
    pub spans: Vec<Span>,
    pub memberships: Vec<Membership>,
    pub steps: Vec<Step>,
    pub findings: Vec<Found>,
    /// Whether it is known when the treaty itself entered into force.
    pub treaty_in_force: Option<Date>,
    /// When and how the participation passed to successors, if it did.
    pub passed: Option<(Date, Passing)>,
}

impl Course {
    pub fn is_signatory_on(&self, day: Date) -> bool {
        self.spans.iter().any(|span| span.holds_on(day) && span.status == TreatyStatus::Signatory)
    }
}

/// Follows a corner of a reading.
pub fn follow<'r, 'a>(record: &'r Record<'r, 'a>, reading: &Reading<'r, 'a>) -> Course {
    let mut followed = Following::through(record, reading, Vec::new());
    let ended = |it: &Membership| it.end().is_some();
    // A day that is stated for the participant belongs to the membership in which it lies,
    // and where that ends shows only behind it.
    if record.in_force_clause().is_none() && followed.course.memberships.iter().any(ended) {
        let memberships = followed.course.memberships;
        followed = Following::through(record, reading, memberships);
    }
    let Following { mut course, before, .. } = followed;
    course.spans = spans(before, &course.memberships);
    remarks::on_course(record, &mut course);
    course
}

struct Following<'f, 'r, 'a> {
    record: &'r Record<'r, 'a>,
    reading: &'f Reading<'r, 'a>,
    course: Course,
    before: Before,
    /// Where the reading was followed before: the memberships that it has.
    ends: Vec<Membership>,
}

/// What a course goes through, in order of the days.
enum Turn<'r, 'a> {
    Act(ReadAct<'r, 'a>),
    /// A parent treaty is left, and takes this one along.
    Carried(&'r CarriedLeave),
    /// Successors have all of it.
    Passed(Date, &'r Passing),
}

impl<'f, 'r, 'a> Following<'f, 'r, 'a> {
    fn through(record: &'r Record<'r, 'a>, reading: &'f Reading<'r, 'a>, ends: Vec<Membership>) -> Self {
        let course = Course {
            spans: Vec::new(),
            memberships: Vec::new(),
            steps: Vec::new(),
            findings: Vec::new(),
            treaty_in_force: None,
            passed: reading.has_passed(record.treaty).map(|(since, passing)| (since, passing.clone())),
        };
        let mut following = Self { record, reading, course, before: Before::default(), ends };
        following.treaty();
        following.acts();
        following
    }

    /// When the treaty is in force: as stated, else as counted.
    fn treaty(&mut self) {
        let stated = self.reading.acts.iter().find_map(|read| match read.statement.body {
            TreatyBody::EffectStated(_) if read.is_on_treaty() => read.day().map(|day| (day, read.statement)),
            _ => None,
        });
        let article = self.record.in_force_clause().map(|clause| clause.article.clone()).unwrap_or_default();
        if let Some((day, statement)) = stated {
            self.course.treaty_in_force = Some(day);
            let sentence = "the treaty is in force, as stated".into();
            let event = Some(statement.cited());
            return self.step(StatusRule::TreatyInForceAsStated, &article, event, Some(day), sentence);
        }
        let Some(read) = self.reading.counted else { return };
        let own = self.reading.first_consent().map(|own| own.first);
        let step = read.counted.step(read.reached(own), article);
        self.course.treaty_in_force = step.date;
        self.course.steps.push(step);
    }

    /// The participant's acts in order of their day; of one day, consent, a succession too,
    /// goes before withdrawal (R1), and the event's name decides between equals.
    fn acts(&mut self) {
        let own = self.reading.acts.iter().filter(|read| !matches!(read.statement.body, TreatyBody::EffectStated(_)));
        let mut own: Vec<ReadAct<'r, 'a>> = own.copied().collect();
        let withdraws = |read: &ReadAct<'r, 'a>| matches!(read.statement.body, TreatyBody::WithdrawalNotified(_));
        own.sort_by_key(|read| (read.day(), withdraws(read), read.act.kind, read.statement.reference()));
        self.before.signed = own.iter().filter(|read| is_signature(read.statement)).filter_map(ReadAct::day).min();
        self.before.declined = own.iter().filter(|read| declines(read.statement)).filter_map(ReadAct::day).max();
        let carried = self.reading.carried.map(|carried| carried.leaves()).unwrap_or_default();
        let carried = carried.iter().map(|carried| (Some(carried.leave.began), Turn::Carried(carried)));
        let passed = self.reading.has_passed(self.record.treaty);
        self.before.declined = self.before.declined.into_iter().chain(passed.map(|(since, _)| since)).min();
        let passed = passed.map(|(since, passing)| (Some(since), Turn::Passed(since, passing)));
        let mut turns: Vec<(Option<Date>, Turn<'r, 'a>)> =
            own.into_iter().map(|read| (read.day(), Turn::Act(read))).chain(carried).chain(passed).collect();
        // Stable: of one day, what the participant did itself goes first.
        turns.sort_by_key(|(day, _)| *day);
        for (_, turn) in turns {
            match turn {
                Turn::Act(read) => self.act(&read),
                Turn::Carried(carried) => self.carried(carried),
                Turn::Passed(since, passing) => self.passed(since, passing),
            }
        }
    }

    fn act(&mut self, read: &ReadAct<'r, 'a>) {
        self.corrections(read);
        match (read.statement.body, read.day()) {
            (TreatyBody::SignatureAffixed(_), Some(day)) => self.signature(read.statement, day),
            (TreatyBody::InstrumentDeposited(_), Some(day)) => self.consent(read.statement, day),
            (TreatyBody::SuccessionNotified(body), Some(day)) => self.succession(read.statement, body, day),
            (TreatyBody::DeclarationMade(_), Some(day)) => self.not_to_become_party(read.statement, day),
            (TreatyBody::WithdrawalNotified(body), Some(day)) => self.withdrawal(read, body, day),
            (TreatyBody::WithdrawalNotified(body), None) => {
                remarks::on_notice(self.record, &mut self.course, read.statement, body, None);
                self.no_clock(read.statement, body.received_by_depositary.as_ref());
            }
            _ => {}
        }
    }

    fn corrections(&mut self, read: &ReadAct<'r, 'a>) {
        let statement = read.statement;
        let what = statement.recorded.event.kind().name().replace('_', " ");
        let index = statement.recorded.position.index;
        for corrected in statement.corrected() {
            let sentence = format!("{what} of entry {index} is corrected: {}", corrected.in_words());
            self.step(StatusRule::Correction, "", Some(corrected.by.cited()), read.day(), sentence);
        }
    }

    fn signature(&mut self, statement: &Statement<'a>, day: Date) {
        remarks::on_signature(self.record, &mut self.course, statement, day);
        if in_force::is_consent(statement) {
            return self.consent(statement, day);
        }
        let article = self.record.clauses().and_then(|clauses| clauses.signature.as_ref());
        let article = article.map(|clause| clause.article.clone()).unwrap_or_default();
        let sentence = "signed, which does not bind yet".into();
        self.step(StatusRule::Signature, &article, Some(statement.cited()), Some(day), sentence);
    }

    fn consent(&mut self, statement: &Statement<'a>, day: Date) {
        let Some(mode) = in_force::mode_of(statement) else { return };
        remarks::on_mode(self.record, &mut self.course, statement, day, self.before.signed);
        let bound = self.course.memberships.last().filter(|before| !before.is_over_by(day)).map(|it| it.deposited);
        if let Some(since) = bound {
            return self.consent_once_more(statement, day, since, mode);
        }
        remarks::on_consent(self.record, &mut self.course, statement, day);
        let words = mode.name().replace('_', " ");
        let under =
            if self.record.is_under_parent(statement) { ", with the instrument to the parent treaty" } else { "" };
        let sentence = format!("consent to be bound ({words}) reached the depositary{under}");
        self.step(StatusRule::Consent, "VCLT 16", Some(statement.cited()), Some(day), sentence);
        let in_force = match self.record.in_force_clause() {
            Some(clause) => Some(in_force::of_consent(clause, day, self.course.treaty_in_force, statement)),
            None => {
                let end = self.ends.iter().find(|membership| membership.deposited == day).and_then(Membership::end);
                in_force::as_stated(self.reading, day, end)
            }
        };
        let in_force = in_force.map(|(day, step)| {
            self.course.steps.push(step);
            day
        });
        self.begin(Membership { opened: statement.cited(), deposited: day, in_force, leave: None });
    }

    /// A membership begins, perhaps while a parent treaty is being left already.
    fn begin(&mut self, membership: Membership) {
        let day = membership.deposited;
        self.course.memberships.push(membership);
        let carried = self.reading.carried.map(|carried| carried.leaves()).unwrap_or_default();
        let running = |it: &&CarriedLeave| it.leave.began < day && it.leave.effective.is_none_or(|out| day < out);
        if let Some(running) = carried.iter().find(running) {
            self.carried(running);
        }
    }

    /// A further instrument: told twice, with another of several depositaries (the
    /// earliest counts), or without effect.
    fn consent_once_more(&mut self, statement: &Statement<'a>, day: Date, since: Date, mode: ConsentMode) {
        let with_parent =
            |read: &ReadAct<'r, 'a>| read.day() == Some(day) && self.record.is_under_parent(read.statement);
        if day == since && self.reading.acts.iter().any(with_parent) {
            return;
        }
        let sentence = if in_force::is_with_another_depositary(self.record, statement) {
            format!("deposited with a further depositary on {day}: the earliest deposit, of {since}, counts")
        } else {
            let message = "the participant has consented to be bound already";
            remarks::remark(&mut self.course, LegalRemark::ConsentWhileBound, statement, "", message);
            format!("{mode} of {day} changes nothing: the participant has consented already")
        };
        self.step(StatusRule::ActWithoutEffect, "", Some(statement.cited()), Some(day), sentence);
    }

    /// A successor is bound from the succession of States on, whenever it notified it
    /// (R11), and not before its predecessor was: it has what the predecessor had.
    fn succession(&mut self, statement: &Statement<'a>, body: &SuccessionNotified, day: Date) {
        let notified = body.received_by_depositary.as_ref().map_or("an unknown day".into(), ToString::to_string);
        let (to, predecessor) = (body.succeeds_to, &body.predecessor);
        let sentence = match body.succeeded {
            Some(_) => format!("succession to the {to} of {predecessor} from {day} on, notified on {notified}"),
            None => format!(
                "succession to the {to} of {predecessor}, notified on {notified}; the day of the succession itself is \
                 not known, and read as {day}"
            ),
        };
        self.step(StatusRule::Succession, "", Some(statement.cited()), Some(day), sentence);
        if body.succeeds_to == SuccessionTo::Signature {
            return;
        }
        if let Some(before) = self.course.memberships.last().filter(|before| !before.is_over_by(day)) {
            let since = before.deposited;
            let message = "the participant has consented to be bound already";
            remarks::remark(&mut self.course, LegalRemark::ConsentWhileBound, statement, "", message);
            let sentence = format!("the succession changes nothing: the participant consented on {since} already");
            return self.step(StatusRule::ActWithoutEffect, "", Some(statement.cited()), Some(day), sentence);
        }
        let deposited = self.held_by_predecessor(predecessor, day, holds_consent);
        let bound = self.held_by_predecessor(predecessor, deposited, TreatyStatus::is_bound);
        let in_force = self.course.treaty_in_force.map_or(bound, |treaty| treaty.max(bound));
        self.as_predecessor(statement, predecessor, day, (deposited, in_force));
        let in_force = Some(in_force);
        self.begin(Membership { opened: statement.cited(), deposited, in_force, leave: None });
    }

    /// That a successor consents, or is bound, later than it succeeds: when its predecessor did
    /// and was, or would have been.
    fn as_predecessor(
        &mut self,
        statement: &Statement<'a>,
        predecessor: &ParticipantId,
        day: Date,
        (deposited, in_force): (Date, Date),
    ) {
        if day < deposited {
            let sentence =
                format!("{predecessor} consented to be bound on {deposited}: its successor has that consent");
            self.step(StatusRule::Succession, "", Some(statement.cited()), Some(deposited), sentence);
        }
        if deposited < in_force {
            let sentence = match self.course.treaty_in_force == Some(in_force) {
                true => "in force for the successor with the treaty itself".to_owned(),
                false => format!("in force for the successor when the consent of {predecessor} is in force"),
            };
            self.step(StatusRule::Succession, "", Some(statement.cited()), Some(in_force), sentence);
        }
    }

    /// The first day from this one on on which a predecessor had a status; the day itself
    /// where nothing tells that it ever had it since.
    fn held_by_predecessor(&self, predecessor: &ParticipantId, day: Date, has: impl Fn(TreatyStatus) -> bool) -> Date {
        let spans = self.record.predecessors.get(predecessor).map(Vec::as_slice).unwrap_or_default();
        let mut held = spans.iter().filter(|span| has(span.status) && span.to.is_none_or(|to| day < to));
        held.next().and_then(|span| span.from).map_or(day, |from| from.max(day))
    }

    fn not_to_become_party(&mut self, statement: &Statement<'a>, day: Date) {
        let sentence = "declared that it does not intend to become a party".into();
        self.step(StatusRule::NotToBecomeParty, "VCLT 18", Some(statement.cited()), Some(day), sentence);
    }

    /// The parent treaty is left: a membership that is open when the notice begins, or
    /// opens while it runs, ends on the same day (R22).
    fn carried(&mut self, carried: &CarriedLeave) {
        let CarriedLeave { from, leave, article, steps } = carried;
        let over = leave.effective.unwrap_or(Date::MAX);
        let Some(membership) = self.course.memberships.last_mut().filter(|it| !it.is_over_by(leave.began)) else {
            return;
        };
        let earlier = membership.leave.as_ref().and_then(|own| own.effective).is_some_and(|own| own <= over);
        if earlier {
            return;
        }
        membership.leave = Some(leave.clone());
        let told = steps.iter().filter(|step| !self.course.steps.contains(step)).cloned();
        let told: Vec<Step> = told.collect();
        self.course.steps.extend(told);
        let sentence = match leave.effective {
            Some(_) => format!("the withdrawal from {from} takes this treaty along, on the same day"),
            None => format!("the withdrawal from {from} takes this treaty along, and is deferred for both alike"),
        };
        let day = leave.effective.unwrap_or(leave.expiry);
        self.step(StatusRule::Cascade, article, Some(leave.event.clone()), Some(day), sentence);
    }

    /// A membership that is open passes to successors: nothing of it is left.
    fn passed(&mut self, since: Date, passing: &Passing) {
        let open = self.course.memberships.last_mut().filter(|it| !it.is_over_by(since));
        let unbound = open.as_ref().is_some_and(|it| it.in_force.is_none_or(|in_force| since <= in_force));
        if let Some(membership) = open {
            let never = membership.in_force.filter(|_| unbound);
            membership.leave = Some(Leave { passed: true, ..Leave::plain(passing.table.clone(), since, since) });
            if let Some(day) = never {
                membership.in_force = None;
                let deposited = membership.deposited;
                let gives = |step: &Step| {
                    gives_entry_into_force(step.rule) || step.rule == StatusRule::Succession && deposited < day
                };
                self.course.steps.retain(|step| step.date != Some(day) || !gives(step));
            }
        }
        self.course.steps.push(passing.step(since, unbound));
    }

    /// A notice that was notified, and has no day from which it runs: it may have been received,
    /// and wait for others to be told.
    fn no_clock(&mut self, statement: &Statement<'a>, received: Option<&WorldDate>) {
        let article = self.article_of_withdrawal();
        let waits = match dated::notice_from(self.record.withdrawal_clause()) {
            Starts::Receipt => None,
            Starts::Addressees => Some("those are notified whom the clauses name"),
            Starts::Circulation => Some("the other parties are informed of it"),
        };
        let (date, sentence) = match received.zip(waits) {
            Some((received, until)) => (
                dated::bounds(self.record.adopted, statement, Some(received)).first.into(),
                format!(
                    "a withdrawal was received on {received}; its notice runs when {until}, and no day of that is held"
                ),
            ),
            None => (None, "a withdrawal was notified; no date is stated from which its notice could run".to_owned()),
        };
        self.step(StatusRule::NoClock, &article, Some(statement.cited()), date, sentence);
    }

    fn withdrawal(&mut self, read: &ReadAct<'r, 'a>, body: &WithdrawalNotified, began: Date) {
        let statement = read.statement;
        remarks::on_notice(self.record, &mut self.course, statement, body, Some(began));
        let article = self.article_of_withdrawal();
        if let Some(code) = self.cannot_run(began) {
            let message = remarks::why_without_effect(code);
            remarks::remark(&mut self.course, code, statement, &article, message);
            let sentence = format!("the withdrawal of {began} changes nothing: {message}");
            return self.step(StatusRule::ActWithoutEffect, &article, Some(statement.cited()), Some(began), sentence);
        }
        let Some(clause) = self.record.withdrawal_clause() else {
            let message = "the treaty was registered without a withdrawal clause";
            remarks::remark(&mut self.course, LegalRemark::ClauseMissing, statement, "", message);
            return self.no_clock(statement, None);
        };
        let leave = self.leave(statement, body, clause, began);
        if self.is_revoked(read.act, &leave) {
            return;
        }
        if let Some(effective) = leave.effective {
            let sentence = "the withdrawal takes effect: on that day the participant is out".into();
            self.step(StatusRule::WithdrawalEffect, &article, Some(statement.cited()), Some(effective), sentence);
        }
        if let Some(membership) = self.course.memberships.last_mut() {
            membership.leave = Some(leave);
        }
    }

    /// Why a withdrawal of that day does not run, if it does not.
    fn cannot_run(&self, began: Date) -> Option<LegalRemark> {
        match self.course.memberships.last() {
            Some(membership) if !membership.is_over_by(began) => {
                membership.leave.is_some().then_some(LegalRemark::SecondOpenWithdrawal)
            }
            Some(_) | None => Some(LegalRemark::WithdrawalWithoutMembership),
        }
    }

    /// Notice, conflict test, effect (R5, R6).
    fn leave(
        &mut self,
        statement: &Statement<'a>,
        body: &WithdrawalNotified,
        clause: &WithdrawalClause,
        began: Date,
    ) -> Leave {
        let months = clause.notice_months;
        let least = add_months(began, months);
        let later = body.later_effect.map(|later| later.0).filter(|later| clause.later_date_allowed && *later > least);
        let expiry = later.unwrap_or(least);
        let named = if later.is_some() { ", the later date that the instrument names" } else { "" };
        let sentence = match months {
            0 => format!("the clauses give a notice no time to run; it is over on {expiry}{named}"),
            months => {
                let months = counted(months, "month");
                format!("a notice of {months} begins to run; it is over on {expiry}{named}")
            }
        };
        self.step(StatusRule::WithdrawalNotice, &clause.article, Some(statement.cited()), Some(began), sentence);
        let tested = match clause.conflict_test {
            ConflictTest::None => return Leave::plain(statement.cited(), began, expiry),
            ConflictTest::AtExpiry => expiry,
            ConflictTest::AtNotification => began,
        };
        let engaged = self.engaged_on(tested);
        self.conflict_steps(clause, tested, &engaged);
        let plain = Leave::plain(statement.cited(), began, expiry);
        if engaged.is_empty() {
            return plain;
        }
        let ends: Option<Vec<Date>> = engaged.iter().map(|engaged| engaged.until).collect();
        let last = ends.and_then(|ends| ends.into_iter().max());
        let repatriation = asks_repatriation(clause).then(|| clause.article.clone());
        if let Some(last) = last.filter(|_| repatriation.is_some()) {
            self.repatriation(clause, last);
        }
        let out = |last: Date| if clause.day_after_conflict { last.tomorrow().unwrap_or(last) } else { last };
        let waits = repatriation.is_some() && !self.reading.repatriated;
        let effective = last.filter(|_| !waits).map(|last| out(last).max(expiry));
        Leave { effective, deferral: Some(Deferral { conflict_over: last.is_some(), repatriation }), ..plain }
    }

    fn engaged_on(&self, day: Date) -> Vec<Engaged> {
        self.reading.accounts.iter().filter_map(|read| read.account.engaged_on(day, &read.open)).collect()
    }

    fn conflict_steps(&mut self, clause: &WithdrawalClause, tested: Date, engaged: &[Engaged]) {
        let accounts = self.reading.accounts.iter();
        let against: Vec<_> = accounts.filter_map(|read| read.account.not_engaged_on(tested, &read.open)).collect();
        for (event, sentence) in &against {
            self.step(StatusRule::ConflictTest, &clause.article, Some(event.clone()), Some(tested), sentence.clone());
        }
        if engaged.is_empty() && against.is_empty() {
            let sentence = "no account in this ledger has the participant in an armed conflict on that day".into();
            self.step(StatusRule::ConflictTest, &clause.article, None, Some(tested), sentence);
        }
        for engaged in engaged {
            let (event, sentence) = (Some(engaged.event.clone()), engaged.sentence());
            self.step(StatusRule::ConflictTest, &clause.article, event, Some(tested), sentence);
            if let Some((ended, until, sentence)) = engaged.end() {
                self.step(StatusRule::ConflictTest, &clause.article, Some(ended), Some(until), sentence);
            }
        }
        let passed_over = self.record.passed_over.iter().flat_map(|conflict| conflict.asserted_on(tested));
        for Engaged { conflict, asserter, event, .. } in passed_over.collect::<Vec<_>>() {
            let sentence = format!(
                "an occupation ({conflict}) is asserted for that day by {asserter}: it does not count here, where an \
                 armed conflict alone defers a withdrawal"
            );
            self.step(StatusRule::ConflictTest, &clause.article, Some(event), Some(tested), sentence);
        }
    }

    /// What else must have ended than the conflict, and cannot be stated to the ledger.
    fn repatriation(&mut self, clause: &WithdrawalClause, last: Date) {
        let sentence = if self.reading.repatriated {
            "this day is the earliest: those protected must also have been released, repatriated or re-established, \
             which no event can state; read as complete by then"
        } else {
            "those protected must also have been released, repatriated or re-established, which no event can state; \
             read as not complete: the participant stays bound"
        };
        self.step(StatusRule::ConflictTest, &clause.article, None, Some(last), sentence.into());
    }

    /// Whether a revocation was received before the withdrawal took effect, a deferral
    /// included (R7, VCLT Art. 68). The notice stays in the steps.
    fn is_revoked(&mut self, act: &Act<'a>, leave: &Leave) -> bool {
        let revocations = self.reading.acts.iter().filter_map(|read| match read.statement.body {
            TreatyBody::WithdrawalRevoked(body) if act.is_stated_by(&body.withdrawal) => {
                read.day().map(|day| (day, read.statement))
            }
            _ => None,
        });
        let mut revocations: Vec<_> = revocations.collect();
        revocations.sort_by_key(|(day, statement)| (*day, statement.reference()));
        let mut revoked = false;
        for (day, statement) in revocations {
            if leave.effective.is_some_and(|effective| effective <= day) {
                let message = "the withdrawal had taken effect when the revocation was received";
                remarks::remark(&mut self.course, LegalRemark::RevocationTooLate, statement, "VCLT 68", message);
                let sentence = format!("the revocation of {day} changes nothing: {message}");
                self.step(StatusRule::ActWithoutEffect, "VCLT 68", Some(statement.cited()), Some(day), sentence);
            } else {
                let sentence = "the withdrawal is revoked before it took effect: as if never notified".into();
                self.step(StatusRule::Revocation, "VCLT 68", Some(statement.cited()), Some(day), sentence);
                revoked = true;
            }
        }
        revoked
    }

    fn article_of_withdrawal(&self) -> Box<str> {
        self.record.withdrawal_clause().map(|clause| clause.article.clone()).unwrap_or_default()
    }

    fn step(
        &mut self,
        rule: StatusRule,
        article: &str,
        event: Option<CitedEvent>,
        date: Option<Date>,
        sentence: String,
    ) {
        self.course.steps.push(Step {
            rule,
            article: article.into(),
            event,
            date,
            latest: None,
            sentence: sentence.into(),
        });
    }
}

/// Whether a deferred withdrawal waits for more than the end of the conflict.
pub fn asks_repatriation(clause: &WithdrawalClause) -> bool {
    clause.conflict_ends_with.contains(&ConflictEnd::Repatriation)
}

/// Whether a step with this rule says from when on a consent is in force.
pub fn gives_entry_into_force(rule: StatusRule) -> bool {
    matches!(
        rule,
        StatusRule::InForceFirstOfMonth
            | StatusRule::InForceSameDay
            | StatusRule::InForceAfterDays
            | StatusRule::InForceAsStated
    )
}

fn is_signature(statement: &Statement<'_>) -> bool {
    match statement.body {
        TreatyBody::SignatureAffixed(_) => true,
        TreatyBody::SuccessionNotified(body) => body.succeeds_to == SuccessionTo::Signature,
        _ => false,
    }
}

/// Whether it is declared with it that the participant does not become a party: the one
/// declaration that has a clock.
fn declines(statement: &Statement<'_>) -> bool {
    matches!(statement.body, TreatyBody::DeclarationMade(_))
}

/// Whether somebody with this status has consented to be bound, and has not left.
pub fn holds_consent(status: TreatyStatus) -> bool {
    status == TreatyStatus::Contracting || status.is_bound()
}
