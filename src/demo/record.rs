//! Recording: desks are admitted, and the rows enter day by day, each signed by its
//! desk and each with a verified receipt; a retry and two submissions that do not
//! enter.

use super::{
    CivilDate, Demo, DemoError, During, Entered, FOUNDED, Told, cast, checks, day,
    rows::{COMPUTED, Named, Row, Rows, TIMELINE},
    shown,
};
use crate::{
    authoring::{Drafted, Header, Post, SignedSubmission, WithheldPart, sign},
    client::{ClientError, MustAct, submission_digest},
    domain::{EventReference, Kind, MinefieldKind, Subject, SubmissionDigest},
};

/// What the rows left for the steps after them.
pub struct Recorded {
    pub last: Entered,
    pub withheld: Withheld,
    /// The release that waits for its signatures.
    pub release: SubmissionDigest,
}

/// A withheld part, with what its author keeps and the entry that committed to it.
pub struct Withheld {
    pub entered: Entered,
    pub event: Drafted,
    pub part: WithheldPart,
}

impl Demo<'_> {
    pub(super) async fn admit_desks(&mut self) -> Told {
        for desk in &self.cast.desks {
            let signed = self.cast.admission(desk, self.ledger, self.partner.seen, &mut self.fresh);
            self.partner.submit(signed).await?;
        }
        let posts = self.cast.desks.iter().map(|desk| desk.posts.len()).sum::<usize>();
        let desks = self.cast.desks.len();
        self.story.fact("admitted", &format!("{desks} desks with {posts} posts, each with its own key and mandate"))?;
        Ok(())
    }

    /// Records every row on its day.
    pub(super) async fn record(&mut self, rows: &Rows) -> Told<Recorded> {
        let mut named = Named::new();
        for of in [&rows.registrations, &rows.table] {
            let drafted = self.drafted(rows, of, &mut named)?;
            let signed = self.signed_by(self.cast.treaty_desk().post().clone(), &drafted);
            self.partner.submit(signed).await?;
        }
        let mut last = None;
        let (mut withheld, mut release) = (None, None);
        for row in &rows.acts {
            self.move_clock(row.recorded.unwrap_or_else(|| day(FOUNDED)));
            let mut drafted = self.drafted(rows, std::slice::from_ref(row), &mut named)?;
            let event = drafted.remove(0);
            let signed = self.signed_by(self.post_for(row, &event.subject), std::slice::from_ref(&event));
            let entered = self.partner.submit(signed).await?;
            if event.kind == Kind::Minefield(MinefieldKind::LandReleased) {
                release = submission_digest(&entered.signed.envelope);
            }
            if let Some(part) = event.withheld.first().cloned() {
                withheld = Some(Withheld { entered: entered.clone(), event, part });
            }
            last = Some(entered);
        }
        self.tell_recorded(rows)?;
        let withheld = withheld.ok_or_else(|| DemoError::NotShown("a part is withheld".into()))?;
        let release = release.ok_or_else(|| DemoError::NotShown("a release is recorded".into()))?;
        let last = last.ok_or_else(|| DemoError::NotShown("a row is recorded".into()))?;
        Ok(Recorded { last, withheld, release })
    }

    fn tell_recorded(&mut self, rows: &Rows) -> Told {
        let treaties = rows.registrations.iter().filter(|row| row.registers_treaty()).count();
        let participants = rows.registrations.len() - treaties;
        let kinds = format!("{treaties} treaties with their final clauses as data, {participants} participants");
        self.story.fact("registered", &kinds)?;
        let table = format!("{} signatures, deposits and the whole table of the depositary, in one", rows.table.len());
        self.story.fact("transcribed", &table)?;
        let last = rows.acts.iter().filter_map(|row| row.recorded).map(|day| day.0).max().map(CivilDate);
        let until = last.map(|day| day.to_string()).unwrap_or_default();
        let acts = format!(
            "{} events, one signed submission each, from {FOUNDED} to {until}: {} of the {TIMELINE} rows of a public \
             timeline (at the other {} nothing happens: they are answers), both sides of {} contradictions in it, and \
             three fields",
            rows.acts.len(),
            rows.numbers().len(),
            COMPUTED.len(),
            rows.contradictions().len(),
        );
        self.story.fact("recorded", &acts)?;
        let receipts = format!(
            "all {} verified: index, time and inclusion under the ledger's signature, with the key from the \
             founding, not with the service's word",
            self.partner.verified
        );
        Ok(self.story.fact("receipts", &receipts)?)
    }

    /// The events of rows, which later rows can refer to.
    pub(super) fn drafted(&mut self, rows: &Rows, of: &[Row], named: &mut Named) -> Told<Vec<Drafted>> {
        let mut drafted = Vec::with_capacity(of.len());
        for row in of {
            let event = rows.draft(row, self.ledger, named, &mut self.fresh).during("expand its rows")?;
            if let Some(name) = row.name_of(&event) {
                let organisation = self.post_for(row, &event.subject).organisation;
                named.insert(name, EventReference { organisation, event: event.id });
            }
            drafted.push(event);
        }
        Ok(drafted)
    }

    /// The post that records a row: that of the desk which it names, or of the one for its subject.
    fn post_for(&self, row: &Row, subject: &Subject) -> Post {
        let desk = row.desk.as_deref().map_or_else(|| self.cast.desk_of(subject), |desk| self.cast.desk(desk));
        desk.post().clone()
    }

    /// Signs events as the desk that records what the first is about.
    pub(super) fn signed(&mut self, events: &[Drafted]) -> Told<SignedSubmission> {
        let first = events.first().ok_or_else(|| DemoError::NotShown("a submission has an event".into()))?;
        Ok(self.signed_by(self.cast.desk_of(&first.subject).post().clone(), events))
    }

    fn signed_by(&mut self, post: Post, events: &[Drafted]) -> SignedSubmission {
        let header = Header {
            ledger: Some(self.ledger),
            organisation: post.organisation,
            member: post.member,
            seen: self.partner.seen,
            require_unmoved: false,
        };
        sign(&header, events, &post.key, self.fresh.now, self.fresh.randomness)
    }

    pub(super) async fn retry(&mut self, first: &Entered) -> Told {
        let again = self.partner.submit(first.signed.clone()).await?;
        let same = again.answer.repeated && again.answer.receipt == first.answer.receipt;
        shown(same, || "a retry brings the same receipt".into())?;
        let index = again.receipt.index;
        let what = format!("the bytes of entry {index}, as after a lost answer: the same receipt, nothing doubled");
        Ok(self.story.fact("sent again", &what)?)
    }

    pub(super) async fn refused(&mut self, rows: &Rows) -> Told {
        let size = self.partner.client.status().await.during("ask for the status")?.size;
        let poland = "participation/untc:XXVI-5/POL".parse().expect("a subject");
        let overreach = cast::overreach(self.cast.desk_of(&poland), self.ledger, &mut self.fresh);
        self.no("a desk admits another desk", overreach, MustAct::Partner).await?;
        let drafted = self.drafted(rows, &rows.acts[..1], &mut Named::new())?;
        let mut changed = self.signed(&drafted)?;
        changed.events = vec![checks::with_flipped_bit(&changed.events[0])];
        self.no("one bit of an event is changed after signing", changed, MustAct::Developer).await?;
        let after = self.partner.client.status().await.during("ask for the status")?.size;
        shown(after == size, || "what is refused does not enter".into())
    }

    /// Sends what is to be refused by the one who must act.
    pub(super) async fn no(&mut self, what: &str, signed: SignedSubmission, expected: MustAct) -> Told {
        match self.partner.client.submit(&signed).await {
            Err(ClientError::Refused(refused)) if refused.must_act == expected => {
                Ok(self.story.fact("refused", &format!("{what}: {}", refused.reason))?)
            }
            Err(error) => Err(error).during("have a submission refused"),
            Ok(_) => Err(DemoError::NotShown(format!("{what}, and it entered"))),
        }
    }

    pub(super) async fn replay(&mut self) -> Told {
        let replayed = self.partner.replay().await?;
        let what = format!("entries 0 to {}; their root computed again is that of the receipts", replayed.size.0 - 1);
        Ok(self.story.fact("replayed", &what)?)
    }
}
