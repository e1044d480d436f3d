//! The first screen: who was bound, and who says so. Each answer is asked over gRPC
//! and shown in the table of the command that stands above it.

use super::{Demo, DemoError, During, Told, day, known_on, shown, story::ANSWER_COLUMNS};
use crate::client::{
    OnDay,
    reply::{CitedEvent, Overlay, StatusOutcome, TreatyStatusResponse},
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
    /// Whether it is drawn, in place of the table of who reacts.
    drawn: bool,
}

impl Demo<'_> {
    pub(super) async fn who_was_bound(&mut self) -> Told {
        self.story.screen("Screen 1 of 3: who was bound, and who says so")?;
        self.lithuania().await?;
        self.poland().await?;
        self.ukraine().await
    }

    async fn lithuania(&mut self) -> Told {
        let asked = Question {
            participant: "Lithuania",
            at: "2025-12-26",
            known_on: None,
            reasons: &[],
            could_change: false,
            others: false,
            drawn: false,
        };
        let before = self.ask(&asked).await?;
        let pending = only(&before)?;
        shown(pending.status == "party_withdrawal_pending" && pending.bound, || {
            "Lithuania is bound on its last day".into()
        })?;
        let asked = Question { at: "2025-12-27", reasons: &["withdrawal_effect"], others: true, ..asked };
        let after = self.ask(&asked).await?;
        let left = only(&after)?;
        let by_article = left.steps.iter().any(|step| step.rule == "withdrawal_effect" && step.article == "20");
        shown(left.status == "former_party" && by_article, || "Lithuania is out on the next day".into())?;
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
            drawn: false,
        };
        let august = self.ask(&asked).await?;
        shown(only(&august)?.status == "party" && august.projected, || "no clock runs for Poland in August".into())?;
        let asked =
            Question { known_on: Some("2025-11-05"), reasons: &["withdrawal_notice"], could_change: true, ..asked };
        let november = self.ask(&asked).await?;
        let left = only(&november)?;
        let leaves = left.status == "former_party" && left.effective == "2026-02-20";
        shown(leaves, || "Poland leaves on 2026-02-20, as known in November".into())?;
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
            drawn: true,
        };
        let answer = self.ask(&asked).await?;
        shown(only(&answer)?.status == "party" && !answer.projected, || "Ukraine is a party".into())?;
        let suspension = answer.overlays.iter().find_map(|overlay| match overlay.overlay.as_ref()? {
            Overlay::SuspensionAsserted(asserted) => Some(asserted),
            Overlay::ProvisionalApplication(_)
            | Overlay::Declaration(_)
            | Overlay::TerritorialScope(_)
            | Overlay::RetroactiveSuccession(_) => None,
        });
        let suspension = suspension.ok_or_else(|| DemoError::NotShown("a suspension is asserted".into()))?;
        let contested = suspension.contested_by.len();
        let told = suspension.since == "2025-07-18" && contested == 7;
        shown(told, || "its suspension is contested by six States and the Meeting".into())
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
        let shown = excerpt(&answer, asked);
        for block in self.tables.status(&shown, known_at, ANSWER_COLUMNS) {
            self.story.block(&block)?;
        }
        let cited = shown.outcomes.iter().flat_map(|outcome| &outcome.steps).filter_map(|step| step.event.as_ref());
        for event in cited {
            self.who_says_so(participant, event).await?;
        }
        Ok(answer)
    }

    /// The source of an event that an answer rests on, and whether anybody verified it.
    async fn who_says_so(&mut self, participant: &str, cited: &CitedEvent) -> Told {
        let position = cited.position.clone().unwrap_or_default();
        let timeline = self
            .partner
            .client
            .timeline("APMBC", Some(participant), &OnDay::default())
            .await
            .during("read a timeline")?;
        let act = timeline.acts.iter().find(|act| act.position.as_ref() == Some(&position));
        let source = act.and_then(|act| act.event.as_ref()?.source.as_ref()).cloned();
        let source = source.ok_or_else(|| DemoError::NotShown(format!("entry {} has a source", position.index)))?;
        let recorded = position.recorded_at.and_then(|time| jiff::Timestamp::new(time.seconds, time.nanos).ok());
        let recorded = recorded.map(|time| jiff::tz::TimeZone::UTC.to_datetime(time).date().to_string());
        let (verified, recorded) = (if cited.verified { "" } else { "un" }, recorded.unwrap_or_default());
        let what = format!("entry {}, {verified}verified, recorded {recorded}: {}", position.index, source.name);
        Ok(self.story.fact("who says so", &what)?)
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
        outcome.could_change.retain(|change| asked.could_change && change.code != "consent");
    }
    if !asked.others {
        excerpt.other_treaties.clear();
    }
    excerpt.other_treaties.retain(|other| other.bound);
    if !asked.drawn {
        excerpt.courses.clear();
    }
    excerpt.overlays.retain(|overlay| matches!(overlay.overlay, Some(Overlay::SuspensionAsserted(_))));
    for overlay in &mut excerpt.overlays {
        if let Some(Overlay::SuspensionAsserted(asserted)) = &mut overlay.overlay {
            asserted.reactions.retain(|_| !asked.drawn);
        }
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
