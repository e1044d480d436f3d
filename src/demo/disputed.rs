//! The second screen: what contradicts, what is overdue, how many parties, and what
//! changes next. Each answer is asked over gRPC and shown in the table of the command
//! that stands above it.

use super::{Demo, DemoError, During, Told, day, known_on, shown, story::ANSWER_COLUMNS};
use crate::client::{
    OnDay,
    reply::{Claims, ListPartiesResponse, PartyCount, TreatyStatusResponse},
};

const TREATY: &str = "APMBC";
/// Counts that have a place on the screen.
const COUNTS: [&str; 3] = ["in_force", "contracting", "deposited"];
/// Status of whoever leaves.
const LEAVING: &str = "party_withdrawal_pending";

impl Demo<'_> {
    pub(super) async fn disputed_due_and_next(&mut self) -> Told {
        self.story.screen("Screen 2 of 3: rival claims, duties, numbers")?;
        self.rivals().await?;
        self.overdue().await?;
        self.how_many().await?;
        self.next().await
    }

    /// Two rival claims: one that the source decides, one that nothing does.
    async fn rivals(&mut self) -> Told {
        let tonga = self.claims("Tonga", "2025-12-01", "Tonga, accession to the APMBC").await?;
        shown(tonga.decided_by == "source" && tonga.statements.len() == 2, || "the source decides on Tonga".into())?;
        self.story.say(
            "It is later in Nuku'alofa than in New York. Both sides stand; in the default view the better source goes \
             before, and Tonga is bound from 1 December either way.",
        )?;
        let decree = self.claims("Ukraine", "2026-03-01", "Ukraine, decree 441/2025").await?;
        shown(decree.decided_by == "nothing" && decree.statements.iter().all(|claim| claim.followed), || {
            "nothing decides on the day of the decree".into()
        })?;
        Ok(self.story.say("Nobody settled this one. It is an act inside the State, so the status has one outcome.")?)
    }

    /// Asks for a status, and shows of it what is stated about one act.
    async fn claims(&mut self, participant: &str, at: &str, act: &str) -> Told<Claims> {
        let on = OnDay { at, ..OnDay::default() };
        let answer = self.partner.client.treaty_status(TREATY, participant, &on).await.during("ask for a status")?;
        self.story.asked(&format!("merestone treaty status {TREATY} {participant} --at {at}"))?;
        shown(answer.outcomes.len() == 1, || format!("one outcome for {participant}"))?;
        let claims = answer.claims.iter().find(|claims| claims.act == act).cloned();
        let claims = claims.ok_or_else(|| DemoError::NotShown(format!("there are rival claims about {act}")))?;
        let excerpt = excerpt(answer, &claims);
        self.show(&self.tables.status(&excerpt, None, ANSWER_COLUMNS))?;
        Ok(claims)
    }

    /// On the day after both deadlines of its own had passed.
    async fn overdue(&mut self) -> Told {
        let at = "2016-06-02";
        let on = OnDay { at, ..OnDay::default() };
        let answer = self.partner.client.obligations("Ukraine", Some(TREATY), &on).await;
        let mut answer = answer.during("ask for duties")?;
        let acts = ["4", "5(1)"];
        let mut reports = 0;
        for treaty in &mut answer.treaties {
            let before = treaty.duties.len();
            treaty.duties.retain(|duty| acts.contains(&duty.article.as_str()));
            reports += before - treaty.duties.len();
        }
        answer.other_treaties.clear();
        let late = answer.treaties.iter().flat_map(|treaty| &treaty.duties);
        let late: Vec<_> = late.map(|duty| (duty.due.as_str(), duty.state.as_str())).collect();
        shown(late == [("2010-06-01", "overdue"), ("2016-06-01", "overdue")], || {
            format!("two duties are overdue, not {late:?}")
        })?;
        self.story.asked(&format!("merestone treaty obligations Ukraine --treaty {TREATY} --at {at}"))?;
        self.show(&self.tables.duties(&answer, ANSWER_COLUMNS))?;
        Ok(self.story.say(&format!(
            "Nobody recorded that: no event says \"missed\". The deadlines follow from the deposit and the clauses. {reports} \
             reports, which this ledger does not hold either, are left out here."
        ))?)
    }

    /// Each number with its definition, its day, and whether it is a total.
    async fn how_many(&mut self) -> Told {
        let first = self.parties("1999-03-01").await?;
        shown(number(&first, "in_force") == Some((45, true)), || "45 in all on the first day".into())?;
        self.show_parties(&first, &[])?;
        let then = self.parties("2025-06-29").await?;
        let counted = (number(&then, "in_force"), number(&then, "deposited"));
        shown(counted == (Some((164, false)), Some((166, false))), || format!("164 and 166, not {counted:?}"))?;
        self.show_parties(&then, &COUNTS)?;
        Ok(self.story.say(
            "Reports gave 163, 164, 165 and 166. Each is true of some definition and day; all four are on record \
             with their sources.",
        )?)
    }

    /// What will change by itself, as known on the day after a gazette told of Poland.
    async fn next(&mut self) -> Told {
        let on = "2025-11-05";
        let statuses = [LEAVING.to_owned()];
        let known_at = Some(known_on(day(on)));
        let asked = OnDay { at: on, known_at, view: "" };
        let answer = self.partner.client.parties(TREATY, &statuses, &asked).await.during("ask who leaves")?;
        let days: Vec<_> = answer.parties.iter().map(|party| party.until.as_str()).collect();
        shown(days == ["2025-12-27", "2026-01-10", "2025-12-27", "2025-12-27", "2026-02-20"], || {
            format!("five leave, not {days:?}")
        })?;
        self.story.asked(&format!("merestone treaty parties {TREATY} --at {on} --known-at {on} --status {LEAVING}"))?;
        let mut blocks = self.tables.parties(&answer, known_at, ANSWER_COLUMNS);
        // Behind the list of who leaves come the counts, which the screen has shown.
        blocks.truncate(2);
        self.show(&blocks)?;
        Ok(self.story.say("So what changes by itself, and when, was known a season ahead; nobody has to record it.")?)
    }

    async fn parties(&mut self, at: &str) -> Told<ListPartiesResponse> {
        let on = OnDay { at, ..OnDay::default() };
        self.partner.client.parties(TREATY, &[], &on).await.during("ask for the parties")
    }

    /// Shows how many there are, with the counts that are named, and not each of them.
    fn show_parties(&mut self, answer: &ListPartiesResponse, counts: &[&str]) -> Told {
        let mut excerpt = answer.clone();
        excerpt.parties.clear();
        self.story.asked(&format!("merestone treaty parties {TREATY} --at {}", answer.at))?;
        // The first block has the number that is in force.
        let headline = self.tables.parties(&excerpt, None, ANSWER_COLUMNS).into_iter().take(1);
        excerpt.counts.retain(|count| counts.contains(&count.definition.as_str()));
        let counted = self.tables.parties(&excerpt, None, ANSWER_COLUMNS).into_iter().skip(1);
        let blocks: Vec<String> = headline.chain(counted).collect();
        self.show(&blocks)
    }
}

/// How many are counted under a definition, and whether that is a total.
fn number(answer: &ListPartiesResponse, definition: &str) -> Option<(u32, bool)> {
    let found = answer.counts.iter().find(|count| count.definition == definition);
    found.map(|PartyCount { certain, total, .. }| (*certain, *total))
}

/// What of an answer has a place on the screen: the status, and the statements about one act.
fn excerpt(mut answer: TreatyStatusResponse, claims: &Claims) -> TreatyStatusResponse {
    answer.claims = vec![claims.clone()];
    answer.findings.clear();
    answer.overlays.clear();
    answer.courses.clear();
    answer.other_treaties.clear();
    for outcome in &mut answer.outcomes {
        outcome.steps.clear();
        outcome.could_change.clear();
    }
    answer
}
