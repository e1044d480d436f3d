//! The second screen: a field, and a cheat.

use super::{Demo, Served, Told};

impl Demo<'_> {
    pub(super) async fn a_field_and_a_cheat(&mut self, _served: &Served) -> Told {
        self.story.screen("Screen 2 of 2: a field, and a cheat")?;
        self.audits_and_a_cheat().await
    }
}
