//! The last steps: a forged copy, audits from outside and inside.

use std::path::PathBuf;

use super::{Demo, DemoError, During, Told, checks, shown};
use crate::audit::Report;

impl Demo<'_> {
    /// Audits from inside and outside; then one byte of a copy is changed.
    pub(super) async fn audits_and_a_cheat(&mut self) -> Told {
        let report = self.partner.audit(self.ledger, &self.scratch.join("audit-service")).await?;
        self.tell_report("audit, outside", &report)?;
        checks::copy_journal(self.directory.path(), &self.copy()).during("copy the journal")?;
        let report = checks::audit_copy(&self.copy(), self.ledger, &self.scratch.join("audit-copy"))
            .during("audit a copy of the directory")?;
        shown(report.head.map(|head| head.size) == Some(self.partner.size()), || "the copy is complete".into())?;
        self.tell_report("audit, a copy", &report)?;
        self.forge_copy()
    }

    fn tell_report(&mut self, name: &str, report: &Report) -> Told {
        let Report { entries, events, signatures, checkpoints, .. } = report;
        let what = format!(
            "{entries} entries, {events} events, {signatures} signatures, {checkpoints} checkpoints checked again: \
             no difference"
        );
        Ok(self.story.fact(name, &what)?)
    }

    fn forge_copy(&mut self) -> Told {
        let place = checks::forge_date(&self.copy(), "2025-08-20").during("forge the copy")?;
        let what = format!("one byte of the copy ({place}): Poland's receipt of 2025-08-20 becomes 2025-08-21");
        self.story.fact("forged", &what)?;
        match checks::audit_copy(&self.copy(), self.ledger, &self.scratch.join("audit-forged")) {
            Ok(_) => Err(DemoError::NotShown("the audit catches a forged byte".into())),
            Err(caught) => {
                let told = crate::telemetry::chain(&caught);
                shown(told.contains(&place.file) && told.contains("byte"), || format!("the audit named {told}"))?;
                Ok(self.story.fact("the audit", &told.replace(&format!("{}/", self.scratch.display()), ""))?)
            }
        }
    }

    fn copy(&self) -> PathBuf {
        self.scratch.join("copy")
    }
}
