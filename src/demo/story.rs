//! What the demonstration says: plain text for a person, 80 columns, no colour,
//! no cursor movement, so that it reads on any terminal and in a file.

use std::io::{self, Write};

use crate::client::reply::{Act, Event, EventBody, OpenContent, Source};

/// Columns that every line keeps within.
const COLUMNS: usize = 80;

/// Writes the story step by step.
pub struct Story<'a> {
    out: &'a mut (dyn Write + Send),
    step: usize,
}

impl<'a> Story<'a> {
    pub fn new(out: &'a mut (dyn Write + Send)) -> Self {
        Self { out, step: 0 }
    }

    pub fn title(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{text}\n{}", "=".repeat(text.len()))
    }

    /// Begins a numbered step.
    pub fn step(&mut self, title: &str) -> io::Result<()> {
        self.step += 1;
        writeln!(self.out, "\n{}. {title}", self.step)?;
        self.out.flush()
    }

    /// A paragraph.
    pub fn say(&mut self, text: &str) -> io::Result<()> {
        wrap(text, COLUMNS - 3).iter().try_for_each(|line| writeln!(self.out, "   {line}"))
    }

    /// Why the step matters.
    pub fn why(&mut self, text: &str) -> io::Result<()> {
        self.say(&format!("Why it matters: {text}"))
    }

    /// A name and its value, the value on as many lines as it needs.
    pub fn fact(&mut self, name: &str, value: &str) -> io::Result<()> {
        let lines = wrap(value, COLUMNS - 24);
        for (at, line) in lines.iter().enumerate() {
            writeln!(self.out, "     {:<18} {line}", if at == 0 { name } else { "" })?;
        }
        Ok(())
    }

    /// A line as it is: a command to copy.
    pub fn command(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "     {text}")
    }

    /// Acts in order of their date, with what they rest on.
    pub fn timeline(&mut self, acts: &[Act]) -> io::Result<()> {
        writeln!(self.out, "     date        entry  act and source")?;
        writeln!(self.out, "     ----------  -----  {}", "-".repeat(COLUMNS - 24))?;
        acts.iter().try_for_each(|act| self.act(act))
    }

    fn act(&mut self, act: &Act) -> io::Result<()> {
        let entry = act.position.as_ref().map(|position| position.index.to_string()).unwrap_or_default();
        let event = act.event.clone().unwrap_or_default();
        let mut lines = wrap(&event.body.as_ref().map(told).unwrap_or_default(), COLUMNS - 24);
        let source = event.source.as_ref().map(source_of).unwrap_or_default();
        lines.extend(wrap(&source, COLUMNS - 26).into_iter().map(|line| format!("  {line}")));
        for note in notes_of(&event) {
            let note = wrap(&format!("note: {note}"), COLUMNS - 26);
            lines.extend(note.into_iter().map(|line| format!("  {line}")));
        }
        for (at, line) in lines.iter().enumerate() {
            let (date, entry) = if at == 0 { (act.date.as_str(), entry.as_str()) } else { ("", "") };
            writeln!(self.out, "     {date:<10}  {entry:>5}  {line}")?;
        }
        Ok(())
    }
}

/// An act in a few words.
fn told(body: &EventBody) -> String {
    match body {
        EventBody::SignatureAffixed(body) => format!("signed in {}", body.place),
        EventBody::InstrumentDeposited(body) => {
            format!("instrument of {} deposited", words(body.mode().as_str_name(), "CONSENT_MODE_"))
        }
        EventBody::DomesticStepTaken(body) => {
            let step = words(body.step().as_str_name(), "DOMESTIC_STEP_");
            let votes = body.votes.map(|votes| format!(" {}-{}-{}", votes.in_favour, votes.against, votes.abstained));
            let reference = Some(&body.reference).filter(|text| !text.is_empty()).map(|text| format!(", {text}"));
            let pursues = words(body.pursues().as_str_name(), "PURSUED_ACT_");
            let (votes, reference) = (votes.unwrap_or_default(), reference.unwrap_or_default());
            format!("{}: {step}{votes}, towards {pursues}{reference}", body.organ)
        }
        EventBody::WithdrawalNotified(body) => {
            let styled = words(body.styled().as_str_name(), "WITHDRAWAL_STYLE_");
            format!("{styled}: RECEIVED BY THE DEPOSITARY, the date that counts")
        }
        EventBody::WithdrawalRevoked(_) => "withdrawal revoked".into(),
        EventBody::SuspensionNotified(_) => "suspension notified; the status stays".into(),
        EventBody::ObjectionLodged(_) => "objection lodged".into(),
        EventBody::EffectStated(body) => {
            format!("{} stated", words(body.effect().as_str_name(), "TREATY_EFFECT_"))
        }
        EventBody::ConflictStatusAsserted(body) => format!("conflict asserted by {}", body.asserted_by),
        EventBody::TreatyBodyDecided(body) => format!("{}: {}", body.body, body.text),
        EventBody::TreatyRegistered(_) => "treaty registered".into(),
        EventBody::ParticipantRegistered(_) => "participant registered".into(),
        EventBody::LedgerFounded(_)
        | EventBody::CharterAdopted(_)
        | EventBody::OrganisationAdmitted(_)
        | EventBody::OrganisationChanged(_)
        | EventBody::MemberEnrolled(_)
        | EventBody::KeyEnrolled(_)
        | EventBody::KeyEnded(_)
        | EventBody::MandateGranted(_)
        | EventBody::EventCorrected(_)
        | EventBody::PartDisclosed(_)
        | EventBody::RecordOpened(_)
        | EventBody::LayingRecorded(_)
        | EventBody::PositionSurveyed(_)
        | EventBody::AreaCleared(_)
        | EventBody::LandReleased(_) => "no treaty act".into(),
    }
}

fn source_of(source: &Source) -> String {
    format!("{} ({})", source.name, words(source.class().as_str_name(), "SOURCE_CLASS_"))
}

/// The remarks that everybody may read.
fn notes_of(event: &Event) -> impl Iterator<Item = &str> {
    event.parts.iter().filter_map(|part| match part.content.as_ref()?.content.as_ref()? {
        OpenContent::Remarks(remarks) => Some(remarks.text.as_str()),
        OpenContent::Names(_)
        | OpenContent::DangerArea(_)
        | OpenContent::Extent(_)
        | OpenContent::ReferencePoints(_)
        | OpenContent::Ordnance(_) => None,
    })
}

fn words(name: &str, prefix: &str) -> String {
    name.trim_start_matches(prefix).to_lowercase().replace('_', " ")
}

/// Breaks a text into lines of so many characters, at spaces; a longer word is cut.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let mut rest: Vec<char> = word.chars().collect();
        while !rest.is_empty() {
            let line = lines.last_mut().expect("there is always a line");
            let used = line.chars().count();
            let gap = usize::from(used > 0);
            if used + gap + rest.len().min(width) > width {
                lines.push(String::new());
                continue;
            }
            line.push_str(&" ".repeat(gap));
            line.extend(rest.drain(..rest.len().min(width)));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_keeps_within_its_width_and_no_word_is_lost() {
        let text = format!("a bb ccc {} d", "x".repeat(25));
        let lines = wrap(&text, 10);
        assert!(lines.iter().all(|line| line.chars().count() <= 10), "{lines:?}");
        assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        assert_eq!(wrap("", 10), [""]);
    }
}
