//! The third screen: a field and a cheat. What is withheld is disclosed and proved
//! to be what was recorded; a release waits until the national authority signs;
//! one byte of a copy is changed and found.

use super::{
    Demo, DemoError, During, LAST, Served, Told,
    record::{Recorded, Withheld},
    rows::{Named, Rows},
    shown,
    story::ANSWER_COLUMNS,
};
use crate::{
    authoring::{Post, SignOffDraft, SignedSubmission, WithheldPart, later_sign_off, point_as_typed},
    client::{
        LandAt, MustAct, PartProof, PartProofError,
        reply::{GetRecordResponse, RecordPicture},
    },
    domain::{Capacity, EventReference, LandStatus, PartKind, Role, SubmissionDigest, Verdict},
};

/// A place in the danger area of the first record.
const PLOT: &str = "-49.5, -123.25";
/// Its danger area is public, its extent withheld.
const WITHHELD: &str = "XX-F-0001";
/// A parcel of it is cleared, and its release recorded.
const CLEARED: &str = "XX-F-0002";

impl Demo<'_> {
    pub(super) async fn a_field_and_a_cheat(&mut self, served: &Served, rows: &Rows, recorded: &Recorded) -> Told {
        self.story.screen("Screen 3 of 3: a field, and a cheat")?;
        self.story.say("Three fields that do not exist, in open ocean, recorded for country XX.")?;
        self.public_picture().await?;
        self.disclosed(served, rows, &recorded.withheld).await?;
        self.release(served, recorded.release).await?;
        self.audits_and_a_cheat().await
    }

    /// What everybody sees of a field whose extent is withheld.
    async fn public_picture(&mut self) -> Told {
        let point = point_as_typed(PLOT).expect("the demonstration names places on Earth");
        let answer = self.partner.client.records_at(point.position, &on_last_day()).await.during("ask for a plot")?;
        let only = answer.records.len() == 1 && answer.records[0].record == WITHHELD;
        let open = only && answer.records[0].status == LandStatus::Open.number();
        shown(open, || "the plot lies in one danger area, shown as mined".into())?;
        self.story.asked(&format!("merestone minefield at \"{PLOT}\" --at {LAST}"))?;
        self.show(&self.tables.records_at(&answer, ANSWER_COLUMNS))
    }

    /// Discloses the extent, and proves to a third party that it was recorded then.
    async fn disclosed(&mut self, served: &Served, rows: &Rows, withheld: &Withheld) -> Told {
        let (index, recorded_at) = (withheld.entered.receipt.index, withheld.entered.receipt.recorded_at.to_string());
        let since = recorded_at.get(..10).unwrap_or(&recorded_at);
        let what = format!("the exact extent of {WITHHELD}: since {since} its commitment alone, in entry {index}");
        self.story.fact("withheld", &what)?;
        let other = WithheldPart { salt: [0; 32], ..withheld.part.clone() };
        let other = self.disclosure(rows, withheld, &other)?;
        self.no("something else is disclosed in its place", other, MustAct::Partner).await?;
        let disclosure = self.disclosure(rows, withheld, &withheld.part)?;
        let entered = self.partner.submit(disclosure).await?;
        served.wait_for_models(self.partner.size()).await?;
        let picture = self.picture(WITHHELD).await?;
        let opened = picture.parts.iter().any(|part| (part.commitments, part.opened) == (1, 1));
        shown(opened, || "the one commitment is opened".into())?;
        let what = format!("in entry {}: 1 of 1 commitments for it is opened", entered.receipt.index);
        self.story.fact("disclosed", &what)?;
        self.prove(withheld)
    }

    fn disclosure(&mut self, rows: &Rows, of: &Withheld, part: &WithheldPart) -> Told<SignedSubmission> {
        let organisation = self.cast.field_desk().post().organisation.clone();
        let reference = EventReference { organisation, event: of.event.id };
        let row = Rows::disclosure(&reference, &of.event.subject, part);
        let drafted = self.drafted(rows, &[row], &mut Named::new())?;
        self.signed(&drafted)
    }

    /// What a third party verifies offline, and a content that proves nothing.
    fn prove(&mut self, withheld: &Withheld) -> Told {
        let Withheld { entered, event, part } = withheld;
        let proof = PartProof {
            receipt: entered.receipt.clone(),
            envelope: entered.signed.envelope.clone(),
            event: event.bytes.clone().into(),
            author_key: self.cast.field_desk().post().key.public().clone(),
            slot: part.slot,
            salt: part.salt,
            content: part.content.clone().into(),
        };
        let proved = proof.verify(self.partner.verifier()).during("verify a part proof")?;
        shown(proved.kind == PartKind::Extent, || "the proof is of an extent".into())?;
        let other = PartProof { salt: [0; 32], ..proof };
        let caught = other.verify(self.partner.verifier());
        shown(matches!(caught, Err(PartProofError::OtherContent(_))), || "another content proves nothing".into())?;
        let what = "offline, with the ledger's key: it is what was signed and recorded then, and nothing else is";
        Ok(self.story.fact("proved", what)?)
    }

    /// A release waits for a verifier and the national authority; then it takes effect.
    async fn release(&mut self, served: &Served, release: SubmissionDigest) -> Told {
        self.accounts().await?;
        self.show_parcels(LandStatus::Open).await?;
        let verifier = self.cast.field_desk().post_as(Role::Verifier).clone();
        let authority = self.cast.authority_desk().post().clone();
        self.sign_off(served, "verified", release, (&verifier, Capacity::Verifier)).await?;
        self.sign_off(served, "authorised", release, (&authority, Capacity::NationalAuthority)).await?;
        self.show_parcels(LandStatus::Released).await
    }

    async fn sign_off(
        &mut self,
        served: &Served,
        name: &str,
        submission: SubmissionDigest,
        (post, capacity): (&Post, Capacity),
    ) -> Told {
        let verdict = Verdict::Approve { remark: "".into() };
        let draft = SignOffDraft { ledger: self.ledger, submission, capacity, verdict, accepted_findings: Vec::new() };
        let entered = self.partner.submit(later_sign_off(&draft, post, self.fresh.now)).await?;
        served.wait_for_models(self.partner.size()).await?;
        let waits = !self.picture(CLEARED).await?.waiting.is_empty();
        let then = if waits { "still shown as mined" } else { "the release takes effect" };
        let index = entered.receipt.index;
        let what = format!("by {}/{} in entry {index}: {then}", post.organisation, post.member);
        Ok(self.story.fact(name, &what)?)
    }

    async fn accounts(&mut self) -> Told {
        let mut answer =
            self.partner.client.record_accounts(CLEARED, &on_last_day()).await.during("ask for accounts")?;
        let cleared = answer.parcels.first().and_then(|parcel| parcel.account).unwrap_or_default();
        let balanced = (cleared.opening_m2, cleared.cleared_m2, cleared.closing_m2) == (Some(8_000), 8_000, Some(0));
        shown(balanced, || "the account of the cleared parcel is balanced".into())?;
        self.story.asked(&format!("merestone minefield accounts {CLEARED} --at {LAST}"))?;
        answer.caution.clear();
        self.show(&self.tables.accounts(&answer, ANSWER_COLUMNS))
    }

    /// The parcels of the cleared record, and that the cleared one stands so.
    async fn show_parcels(&mut self, expected: LandStatus) -> Told {
        let answer = self.record_of(CLEARED).await?;
        let status = answer.record.as_ref().and_then(|record| record.parcels.first()).map(|parcel| parcel.status);
        shown(status == Some(expected.number()), || format!("the cleared parcel is {}", expected.name()))?;
        self.story.asked(&format!("merestone minefield show {CLEARED} --at {LAST}"))?;
        let mut blocks = self.tables.record(&excerpt(answer), ANSWER_COLUMNS);
        // The second says what the record is, which the screen has said.
        blocks.remove(1);
        self.show(&blocks)
    }

    pub(super) fn show(&mut self, blocks: &[String]) -> Told {
        blocks.iter().try_for_each(|block| Ok(self.story.block(block)?))
    }

    async fn picture(&self, record: &str) -> Told<RecordPicture> {
        let answer = self.record_of(record).await?;
        answer.record.ok_or_else(|| DemoError::NotShown(format!("{record} has a picture")))
    }

    async fn record_of(&self, record: &str) -> Told<GetRecordResponse> {
        self.partner.client.record(record, &on_last_day()).await.during("ask for a record")
    }
}

fn on_last_day() -> LandAt {
    LandAt { at: Some(LAST.into()), known_at: None }
}

/// What of a record has a place on the screen, which shows the caution once. The
/// command shows all of it.
fn excerpt(mut answer: GetRecordResponse) -> GetRecordResponse {
    if let Some(picture) = &mut answer.record {
        picture.layings.clear();
        picture.parts.clear();
        picture.findings.clear();
    }
    answer.caution.clear();
    answer
}
