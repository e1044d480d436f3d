//! The end: keys and commands to try in another terminal.

use std::fs;

use super::{Demo, During, LAST, Options, Served, Told};

/// Commands to try, as they are typed. Each works while the ledger is served.
const COMMANDS: &[&str] = &[
    "merestone status",
    "merestone treaty status APMBC Lithuania --at 2025-12-27",
    "merestone treaty status APMBC Poland --at 2026-03-01 --known-at 2025-08-06",
    "merestone treaty status \"CCW AP II\" Cameroon --at 2026-03-01",
    "merestone treaty status APMBC \"South Sudan\" --at 2011-07-09",
    "merestone treaty timeline APMBC --participant Ukraine",
    "merestone treaty parties APMBC --at 2026-02-20",
    "merestone treaty obligations Poland --at 2026-03-01",
    "merestone treaty obligations Ukraine --treaty APMBC --at 2016-06-02 --why",
    "merestone participant show Lithuania --at 2025-12-27",
    "merestone minefield at \"-49.5, -123.25\"",
    "merestone minefield history XX-F-0002",
    "merestone organisation list",
    "merestone receipt get 20",
    "merestone audit",
    "merestone replay --kind event_contested",
    "merestone template withdrawal_notified",
];

impl Demo<'_> {
    pub(super) fn commands(&mut self, served: &Served, options: &Options) -> Told {
        // The keys stay where the ledger stays.
        let keys = options.dir.as_deref().unwrap_or(self.scratch).join("demo-keys");
        fs::create_dir(&keys).during("write the desks' keys")?;
        for desk in &self.cast.desks {
            for post in &desk.posts {
                let file = keys.join(format!("{}-{}.pem", post.post.organisation, post.post.member));
                post.post.key.write_file(&file).during("write the desks' keys")?;
            }
        }
        self.story.screen("After: commands to try in another terminal")?;
        self.story.command(&format!("export MERESTONE_SERVER={}", served.url))?;
        self.story
            .command(&format!("export MERESTONE_KEY={}", keys.join("desk-public-record-pl-recorder.pem").display()))?;
        COMMANDS.iter().try_for_each(|command| self.story.command(command))?;
        self.story.say(&format!(
            "The replayed clock goes on from {LAST}: what happened later has not come yet for this ledger. The other \
             desks' keys lie beside that one."
        ))?;
        Ok(())
    }
}
