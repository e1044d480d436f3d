//! The first screen: who was bound, and who says so. Each answer is asked over gRPC
//! and shown in the table of the command that stands above it.

use super::{Demo, DemoError, During, Told, day, known_on, rows::Rows, shown, story::ANSWER_COLUMNS};
use crate::client::{
    OnDay,
    reply::{Overlay, StatusOutcome, TreatyStatusResponse},
};

/// What is asked, and what of the answer has a place on the screen.
struct Question<'a> {
    participant: &'a str,
    at: &'a str,
    known_on: Option<&'a str>,
    /// Rules of the reasons that are shown.
    reasons: &'a [&'a str],
    could_change: bool,
    /// Whether what else binds it is shown.
    others: bool,
}

impl Demo<'_> {
    pub(super) async fn who_was_bound(&mut self, rows: &Rows) -> Told {
        self.story.screen("Screen 1 of 2: who was bound, and who says so")?;
        self.lithuania().await?;
        self.poland().await?;
        self.ukraine().await?;
        let participants = rows.registrations.iter().filter(|row| !row.registers_treaty()).count();
        self.story.say(&format!(
            "How many parties? No total is given: this ledger holds acts of {participants} participants and not the \
             depositary's whole table, without which no total is honest."
        ))?;
        Ok(())
    }

    async fn lithuania(&mut self) -> Told {
        let asked = Question {
            participant: "Lithuania",
            at: "2025-12-26",
            known_on: None,
            reasons: &[],
            could_change: false,
            others: false,
        };
        let before = self.ask(&asked).await?;
        let pending = only(&before)?;
        shown(pending.status == "party_withdrawal_pending" && pending.bound, || format!("{before:?}"))?;
        let asked =
            Question { at: "2025-12-27", reasons: &["withdrawal_notice", "withdrawal_effect"], others: true, ..asked };
        let after = self.ask(&asked).await?;
        let left = only(&after)?;
        let by_article = left.steps.iter().any(|step| step.rule == "withdrawal_effect" && step.article == "20");
        shown(left.status == "former_party" && by_article, || format!("{after:?}"))?;
        let bound = after.other_treaties.iter().any(|other| other.bound && other.treaty_name == "CCW AP II");
        shown(bound, || "Lithuania stays bound by Amended Protocol II".into())
    }

    async fn poland(&mut self) -> Told {
        let asked = Question {
            participant: "Poland",
            at: "2026-03-01",
            known_on: Some("2025-08-06"),
            reasons: &["domestic_step_is_no_status"],
            could_change: false,
            others: false,
        };
        let august = self.ask(&asked).await?;
        shown(only(&august)?.status == "party" && august.projected, || format!("{august:?}"))?;
        let asked = Question {
            known_on: Some("2025-11-05"),
            reasons: &["withdrawal_notice", "withdrawal_effect"],
            could_change: true,
            ..asked
        };
        let november = self.ask(&asked).await?;
        let left = only(&november)?;
        shown(left.status == "former_party" && left.effective == "2026-02-20", || format!("{november:?}"))?;
        shown(!left.could_change.is_empty(), || "a projection says what could move it".into())
    }

    async fn ukraine(&mut self) -> Told {
        let asked = Question {
            participant: "Ukraine",
            at: "2026-03-01",
            known_on: None,
            reasons: &[],
            could_change: false,
            others: false,
        };
        let answer = self.ask(&asked).await?;
        shown(only(&answer)?.status == "party", || format!("{answer:?}"))?;
        let suspension = answer.overlays.iter().find_map(|overlay| match overlay.overlay.as_ref()? {
            Overlay::SuspensionAsserted(asserted) => Some(asserted),
            Overlay::ProvisionalApplication(_) => None,
        });
        let suspension = suspension.ok_or_else(|| DemoError::NotShown("a suspension is asserted".into()))?;
        let contested = suspension.contested_by.len();
        shown(suspension.since == "2025-07-18" && contested == 7, || format!("{suspension:?}"))
    }

    /// Asks, and shows the answer under the command that asks the same.
    async fn ask(&mut self, asked: &Question<'_>) -> Told<TreatyStatusResponse> {
        let Question { participant, at, known_on: knowledge, .. } = asked;
        let mut command = format!("merestone treaty status APMBC {participant} --at {at}");
        command.extend(knowledge.map(|day| format!(" --known-at {day}")));
        let known_at = knowledge.map(|text| known_on(day(text)));
        let on = OnDay { at, known_at, view: "" };
        let answer = self.partner.client.treaty_status("APMBC", participant, &on).await.during("ask for a status")?;
        self.story.asked(&command)?;
        for block in self.tables.status(&excerpt(&answer, asked), known_at, ANSWER_COLUMNS) {
            self.story.block(&block)?;
        }
        Ok(answer)
    }
}

/// What of an answer has a place on the screen. The command shows all of it.
fn excerpt(answer: &TreatyStatusResponse, asked: &Question<'_>) -> TreatyStatusResponse {
    let mut excerpt = answer.clone();
    excerpt.claims.clear();
    excerpt.findings.clear();
    for outcome in &mut excerpt.outcomes {
        outcome.steps.retain(|step| asked.reasons.contains(&step.rule.as_str()));
        // Of several steps of one rule the last one is the latest.
        let surplus = outcome.steps.len().saturating_sub(asked.reasons.len());
        outcome.steps.drain(..surplus);
        outcome.could_change.retain(|_| asked.could_change);
    }
    if !asked.others {
        excerpt.other_treaties.clear();
    }
    excerpt
}

/// The one outcome of an answer that the record settles.
fn only(answer: &TreatyStatusResponse) -> Told<&StatusOutcome> {
    match answer.outcomes.as_slice() {
        [outcome] => Ok(outcome),
        several => Err(DemoError::NotShown(format!("one outcome, not {}", several.len()))),
    }
}
