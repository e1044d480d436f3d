//! The last steps: audits from outside, a forged copy, commands to try.

use std::{fs, path::PathBuf};

use super::{Demo, DemoError, During, Options, Served, Told, cast, checks, shown};
use crate::audit::Report;

impl Demo<'_> {
    pub(super) async fn audit_service(&mut self) -> Told {
        self.story.step("Audit from outside, over gRPC")?;
        let report = self.partner.audit(self.ledger, &self.scratch.join("audit-service")).await?;
        self.tell_report(&report)?;
        self.story.why(
            "an auditor needs no trust in the operator: every signature, every decision and every checkpoint \
             was checked again from the replayed bytes alone.",
        )?;
        Ok(())
    }

    pub(super) fn audit_copy(&mut self) -> Told {
        self.story.step("Audit a copy of the directory, offline")?;
        checks::copy_journal(self.directory.path(), &self.copy()).during("copy the journal")?;
        let report = checks::audit_copy(&self.copy(), self.ledger, &self.scratch.join("audit-copy"))
            .during("audit a copy of the directory")?;
        shown(report.head.map(|head| head.size) == Some(self.partner.size()), || "the copy is complete".into())?;
        self.tell_report(&report)?;
        self.story.why("the record can be handed over on a disk and checked where there is no network.")?;
        Ok(())
    }

    fn tell_report(&mut self, report: &Report) -> Told {
        let Report { entries, events, signatures, checkpoints, .. } = report;
        self.story.fact("checked in full", &format!("{entries} entries with {events} events"))?;
        self.story.fact("valid", &format!("{signatures} signatures, {checkpoints} checkpoints"))?;
        Ok(self.story.fact("result", "no difference")?)
    }

    pub(super) fn forge_copy(&mut self) -> Told {
        self.story.step("Forge the copy: one byte, one day")?;
        let place = checks::forge_date(&self.copy(), "2025-08-20").during("forge the copy")?;
        self.story.fact("forged", "Poland's date of receipt: 2025-08-20 became 2025-08-21")?;
        self.story.fact("where", &place.to_string())?;
        match checks::audit_copy(&self.copy(), self.ledger, &self.scratch.join("audit-forged")) {
            Ok(_) => return Err(DemoError::NotShown("the audit catches a forged byte".into())),
            Err(caught) => {
                let told = crate::telemetry::chain(&caught);
                shown(told.contains(&place.file) && told.contains("byte"), || format!("the audit named {told}"))?;
                self.story.fact("the audit", &told.replace(&format!("{}/", self.scratch.display()), ""))?;
            }
        }
        self.story.why(
            "one day would move the end of the six months. The audit names the file and the place; the ledger \
             itself was not touched.",
        )?;
        Ok(())
    }

    fn copy(&self) -> PathBuf {
        self.scratch.join("copy")
    }

    pub(super) fn commands(&mut self, served: &Served, options: &Options) -> Told {
        // The keys stay where the ledger stays.
        let keys = options.dir.as_deref().unwrap_or(self.scratch).join("demo-keys");
        fs::create_dir(&keys).during("write the desks' keys")?;
        let file = |desk: &cast::Desk| keys.join(format!("{}.pem", desk.post.organisation));
        for desk in &self.cast.desks {
            desk.post.key.write_file(&file(desk)).during("write the desks' keys")?;
        }
        let key = file(self.cast.desk_of(&"POL".parse().expect("a valid id")).expect("the cast has it"));
        self.story.step("Commands to try in another terminal")?;
        self.story.command(&format!("export MERESTONE_SERVER={}", served.url))?;
        self.story.command(&format!("export MERESTONE_KEY={}", key.display()))?;
        for command in [
            "merestone status",
            "merestone treaty timeline APMBC --participant Ukraine",
            "merestone organisation list",
            "merestone receipt get 20",
            "merestone audit",
            "merestone replay --kind withdrawal_notified",
            "merestone template withdrawal_notified",
        ] {
            self.story.command(command)?;
        }
        Ok(())
    }
}
