//! The rows of the demonstration: data in the authoring form, from the public
//! record, each with its source. What is no official record says so in its
//! remarks.

use crate::{
    authoring::{AuthoringError, Drafted, Folder, Freshness, NameBook, Surroundings, expand, read_items},
    domain::LedgerId,
};

/// Treaties with their clauses, and participants.
const REGISTRATIONS: &str = include_str!("treaties.ndjson");
/// Acts under the treaties, in the order of the timeline.
const ACTS: &str = include_str!("rows.ndjson");

/// Everything that the demonstration submits after the desks are admitted.
#[derive(Debug)]
pub struct Rows {
    pub registrations: Vec<Drafted>,
    pub acts: Vec<Drafted>,
}

/// Expands the rows for a ledger.
pub fn draft(ledger: LedgerId, fresh: &mut Freshness<'_>) -> Result<Rows, Vec<AuthoringError>> {
    let registrations = read_items("treaties.ndjson", REGISTRATIONS).map_err(|error| vec![error])?;
    let acts = read_items("rows.ndjson", ACTS).map_err(|error| vec![error])?;
    let mut names = NameBook::default();
    names.note_registered(&registrations);
    let mut drafted = |file, items| {
        let evidence = Folder(".".into());
        let randomness = &mut *fresh.randomness;
        expand(
            items,
            &mut Surroundings {
                file,
                ledger: Some(ledger),
                names: &names,
                evidence: &evidence,
                now: fresh.now,
                randomness,
            },
        )
    };
    Ok(Rows { registrations: drafted("treaties.ndjson", registrations)?, acts: drafted("rows.ndjson", acts)? })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use prost::Message;

    use super::*;
    use crate::{
        domain::{RecordingTime, Subject},
        wire::proto::{self, event::Body},
    };

    /// Participant, kind of act and date, as the domain page's timeline and its
    /// table of consents to Amended Protocol II give them.
    const EXPECTED: &[&str] = &[
        "POL signature 1997-12-04",
        "UKR signature 1999-02-24",
        "LTU signature 1999-02-26",
        "LTU deposit 2003-05-12",
        "EST deposit 2004-05-12",
        "UKR step 2005-05-18",
        "LVA deposit 2005-07-01",
        "UKR deposit 2005-12-27",
        "LTU deposit 2011-03-24",
        "FIN deposit 2012-01-09",
        "POL step 2012-12-14",
        "POL deposit 2012-12-27",
        "LTU step 2024-07-18",
        "LTU withdrawal 2024-09-06",
        "EST step 2025-03-18",
        "LVA step 2025-03-18",
        "LTU step 2025-03-18",
        "POL step 2025-03-18",
        "LVA step 2025-03-25",
        "FIN step 2025-04-01",
        "LVA step 2025-04-16",
        "LTU step 2025-05-08",
        "EST step 2025-06-04",
        "EST step 2025-06-13",
        "FIN step 2025-06-19",
        "POL step 2025-06-25",
        "EST withdrawal 2025-06-27",
        "LVA withdrawal 2025-06-27",
        "LTU withdrawal 2025-06-27",
        "UKR step 2025-06-29",
        "FIN step 2025-07-04",
        "FIN withdrawal 2025-07-10",
        "UKR step 2025-07-11",
        "UKR step 2025-07-15",
        "UKR step 2025-07-15",
        "POL step 2025-07-17",
        "POL step 2025-08-05",
        "POL withdrawal 2025-08-20",
        "FIN deposit 1998-04-03",
        "LTU deposit 1998-06-03",
        "UKR deposit 1999-12-15",
        "EST deposit 2000-04-20",
        "LVA deposit 2002-08-22",
        "POL deposit 2003-10-14",
    ];

    fn rows() -> Rows {
        let mut count = 0_u8;
        let mut randomness = |bytes: &mut [u8]| {
            count = count.wrapping_add(1);
            bytes.fill(count);
        };
        let now = RecordingTime(1_780_000_000_000_000);
        draft(LedgerId([9; 32]), &mut Freshness { now, randomness: &mut randomness }).expect("every row expands")
    }

    fn events(drafted: &[Drafted]) -> Vec<proto::Event> {
        drafted.iter().map(|row| proto::Event::decode(row.bytes.as_slice()).expect("an event")).collect()
    }

    fn told(event: &proto::Event) -> String {
        let (kind, date) = match event.body.clone().expect("a body") {
            Body::SignatureAffixed(body) => ("signature", body.signed),
            Body::InstrumentDeposited(body) => ("deposit", body.deposited),
            Body::DomesticStepTaken(body) => ("step", body.taken),
            Body::WithdrawalNotified(body) => ("withdrawal", body.received_by_depositary),
            other => panic!("no act of the timeline: {other:?}"),
        };
        let participant = event.subject.rsplit('/').next().expect("a participant");
        format!("{participant} {kind} {date}")
    }

    #[test]
    fn every_row_has_the_date_that_the_record_gives() {
        let told: Vec<_> = events(&rows().acts).iter().map(told).collect();
        assert_eq!(told, EXPECTED);
    }

    #[test]
    fn every_row_names_its_source_and_is_a_transcription() {
        let rows = rows();
        for event in events(&rows.registrations).iter().chain(&events(&rows.acts)) {
            let source = event.source.as_ref().unwrap_or_else(|| panic!("{} has no source", event.subject));
            assert!(source.transcribed && !source.name.is_empty() && !source.locator.is_empty(), "{}", event.subject);
        }
    }

    #[test]
    fn what_only_the_press_reports_says_so() {
        for event in events(&rows().acts) {
            let class = event.source.as_ref().expect("a source").class();
            let doubtful = matches!(class, proto::SourceClass::Press | proto::SourceClass::Other);
            let remarks = format!("{:?}", event.parts);
            assert!(!doubtful || remarks.contains("ark P") || remarks.contains("ark K"), "{}", told(&event));
        }
    }

    #[test]
    fn six_states_act_under_treaties_that_are_registered() {
        let rows = rows();
        let registered: BTreeSet<_> = rows.registrations.iter().map(|row| row.subject.clone()).collect();
        let mut states = BTreeSet::new();
        for row in &rows.acts {
            let Subject::Participation(treaty, participant) = &row.subject else { panic!("{}", row.subject) };
            assert!(registered.contains(&Subject::Treaty(treaty.clone())), "{treaty}");
            assert!(registered.contains(&Subject::Participant(participant.clone())), "{participant}");
            states.insert(participant.to_string());
        }
        assert_eq!(states.len(), 6);
    }
}
