//! The events of a record, read together: corrections and disclosures applied to what
//! they speak about, and what counts at the date asked about.

use jiff::civil::Date;

use super::picture::{ClearanceShown, HistoryItem, LayingShown, SignatureShown, SurveyShown, Waiting};
use crate::domain::{
    AreaCleared, Body, ContentErased, DisclosedPart, EventReference, Kind, LandReleased, LayingRecorded, MinefieldBody,
    MinefieldKind, Parcel, ParcelId, Part, PartContent, PositionSurveyed, Recorded, SharedBody, SignOffClass, Standing,
    WorldDate,
};

/// All events on one record, for one date in the world.
pub(super) struct Reading<'a> {
    pub at: Date,
    /// By position.
    pub events: Vec<&'a Recorded>,
    /// What the events state about the land, in the order in which it took effect;
    /// what waits or ended comes last.
    pub statements: Vec<Statement<'a>>,
}

/// One statement about the land as it stands, corrections applied.
pub(super) struct Statement<'a> {
    pub recorded: &'a Recorded,
    /// The body in force.
    pub body: &'a Body,
    pub occurred: Option<&'a WorldDate>,
    /// Corrections in effect, in order.
    pub corrections: Vec<&'a Recorded>,
    /// Disclosures of parts of the event or of its corrections.
    pub disclosures: Vec<Disclosure<'a>>,
    /// Erasures of committed content of the event or of its corrections, oldest first.
    pub erasures: Vec<(&'a Recorded, &'a ContentErased)>,
}

/// A disclosed part, and which event holds the commitment.
#[derive(Clone, Copy)]
pub(super) struct Disclosure<'a> {
    pub recorded: &'a Recorded,
    pub holder: &'a Recorded,
    pub part: &'a DisclosedPart,
}

impl<'a> Reading<'a> {
    pub fn of(events: &'a [Recorded], at: Date) -> Self {
        let mut events: Vec<&Recorded> = events.iter().collect();
        events.sort_by_key(|event| event.position);
        let about_land = events.iter().filter(|event| matches!(event.event.body, Body::Minefield(_)));
        let mut statements: Vec<_> = about_land.map(|event| Statement::of(event, &events)).collect();
        statements.sort_by_key(|statement| {
            let since = statement.recorded.effective_since();
            (since.is_none(), since, statement.recorded.position)
        });
        Self { at, events, statements }
    }

    /// The event that opened the record.
    pub fn opening(&self) -> Option<&Statement<'a>> {
        self.in_effect().find(|statement| kind_of(statement) == Some(MinefieldKind::RecordOpened))
    }

    /// Whether some statement about a hazard speaks of the date or an earlier one.
    pub fn speaks(&self) -> bool {
        self.in_effect().any(|statement| !statement.eases() && statement.may_apply(self.at))
    }

    /// Statements in effect, of any date.
    pub fn in_effect(&self) -> impl Iterator<Item = &Statement<'a>> {
        self.statements.iter().filter(|statement| statement.recorded.effective_since().is_some())
    }

    /// Statements in effect that count at the date: a hazard when it may have been so, an
    /// easing when it was so. The opening counts from the first day that the record speaks of.
    pub fn counting(&self) -> impl Iterator<Item = &Statement<'a>> {
        self.in_effect().filter(|statement| self.counts(statement))
    }

    fn counts(&self, statement: &Statement<'_>) -> bool {
        match kind_of(statement) {
            Some(MinefieldKind::RecordOpened) => self.speaks(),
            Some(MinefieldKind::LayingRecorded | MinefieldKind::PositionSurveyed) => statement.may_apply(self.at),
            Some(MinefieldKind::AreaCleared | MinefieldKind::LandReleased) => statement.surely_applies(self.at),
            None => false,
        }
    }

    pub fn layings(&self) -> Vec<LayingShown> {
        let of = |statement: &Statement<'_>| {
            let LayingRecorded { method, began, completed, laid_by, parcels } = statement.laying()?.clone();
            let (position, verified) = (statement.recorded.position, statement.verified());
            Some(LayingShown { position, method, began, completed, laid_by, parcels: ids(&parcels), verified })
        };
        self.counting().filter_map(of).collect()
    }

    pub fn surveys(&self) -> Vec<SurveyShown> {
        let of = |statement: &Statement<'_>| {
            let PositionSurveyed { surveyed, method, accuracy_mm, parcels } = statement.survey()?.clone();
            let (position, verified) = (statement.recorded.position, statement.verified());
            Some(SurveyShown { position, surveyed, method, accuracy_mm, parcels: ids(&parcels), verified })
        };
        self.counting().filter_map(of).collect()
    }

    pub fn clearances(&self) -> Vec<ClearanceShown> {
        let of = |statement: &Statement<'_>| {
            let AreaCleared { parcel, area_m2, depth_mm, method, started, ended, task: _ } =
                statement.clearance()?.clone();
            let (position, verified) = (statement.recorded.position, statement.verified());
            Some(ClearanceShown { position, parcel, area_m2, depth_mm, method, started, ended, verified })
        };
        self.counting().filter_map(of).collect()
    }

    pub fn waiting(&self) -> Vec<Waiting> {
        let waits = |event: &&&Recorded| event.standing == Standing::Waiting;
        self.events.iter().filter(waits).map(|event| waiting(event)).collect()
    }

    pub fn history(&self) -> Vec<HistoryItem> {
        self.events.iter().map(|event| self.history_item(event)).collect()
    }

    fn history_item(&self, event: &Recorded) -> HistoryItem {
        let about = target(event).and_then(|target| self.named(target)).map(|target| target.position);
        let statement = self.statements.iter().find(|statement| statement.recorded.position == event.position);
        let used = event.effective_since().is_some() && statement.is_none_or(|statement| self.counts(statement));
        HistoryItem {
            position: event.position,
            kind: event.event.kind(),
            date: event.event.date().cloned(),
            standing: event.standing,
            used,
            about,
            signatures: signatures(event),
        }
    }

    pub fn named(&self, reference: &EventReference) -> Option<&'a Recorded> {
        self.events.iter().find(|event| event.reference() == *reference).copied()
    }
}

impl<'a> Statement<'a> {
    fn of(recorded: &'a Recorded, events: &[&'a Recorded]) -> Self {
        let own = recorded.reference();
        let of_target = |event: &&&Recorded, wanted: &EventReference| target(event) == Some(wanted);
        let effective = |event: &&&Recorded| event.effective_since().is_some();
        let mut corrections: Vec<&Recorded> =
            events.iter().filter(effective).filter(|event| of_target(event, &own)).copied().collect();
        corrections.retain(|event| matches!(event.event.body, Body::Shared(SharedBody::EventCorrected(_))));
        corrections.sort_by_key(|event| (event.effective_since(), event.position));
        let mut statement = Self {
            recorded,
            body: &recorded.event.body,
            occurred: recorded.event.occurred.as_ref(),
            corrections,
            disclosures: Vec::new(),
            erasures: Vec::new(),
        };
        statement.restate();
        let holders: Vec<&Recorded> = std::iter::once(recorded).chain(statement.corrections.iter().copied()).collect();
        statement.disclosures = holders.iter().flat_map(|holder| disclosures_of(holder, events)).collect();
        statement.erasures = erasures_of(&holders, events);
        statement
    }

    /// Takes over what the corrections restate; the newest one holds.
    fn restate(&mut self) {
        for correction in &self.corrections {
            if let Body::Shared(SharedBody::EventCorrected(body)) = &correction.event.body
                && let Some(restated) = &body.restated
            {
                (self.body, self.occurred) = (&restated.body, restated.occurred.as_ref());
            }
        }
    }

    /// The parts in force, each with the event that holds it: of the event itself, or of
    /// the newest correction that restates the slot.
    pub fn parts(&self) -> Vec<(&'a Recorded, &'a Part)> {
        let mut parts: Vec<(&Recorded, &Part)> =
            self.recorded.event.parts.iter().map(|part| (self.recorded, part)).collect();
        for correction in &self.corrections {
            for part in &correction.event.parts {
                parts.retain(|(_, before)| before.slot != part.slot);
                parts.push((correction, part));
            }
        }
        parts.sort_by_key(|(_, part)| part.slot);
        parts
    }

    /// What is readable of a part in force: its open content, or what a disclosure opened.
    pub fn content(&self, holder: &Recorded, part: &'a Part) -> Option<&'a PartContent> {
        if let crate::domain::PartHolding::Open(content) = &part.content {
            return Some(content);
        }
        let opened = |disclosure: &&Disclosure<'a>| {
            disclosure.holder.position == holder.position && disclosure.part.slot == part.slot
        };
        self.disclosures.iter().find(opened).map(|disclosure| &disclosure.part.content)
    }

    /// All readable contents of the parts in force.
    pub fn contents(&self) -> Vec<&'a PartContent> {
        self.parts().into_iter().filter_map(|(holder, part)| self.content(holder, part)).collect()
    }

    /// The date in the world: the kind's own, else that of the event.
    pub fn date(&self) -> Option<&'a WorldDate> {
        self.body.principal_date().or(self.occurred)
    }

    /// The first day on which it can have happened: of a laying, on which it can have begun.
    /// Nothing that is stated here happens after it was recorded, so an undated event is at
    /// the latest of that day.
    pub fn first_day(&self) -> Date {
        let first = |date: &WorldDate| date.earliest().unwrap_or(Date::MIN);
        let Some(date) = self.date() else { return Date::MIN };
        let began = self.body.began().map_or(Date::MAX, first);
        first(date).min(began).min(self.recorded_day())
    }

    /// The last day on which it can have happened.
    pub fn last_day(&self) -> Date {
        let latest = self.date().and_then(WorldDate::latest);
        latest.unwrap_or(Date::MAX).min(self.recorded_day())
    }

    fn recorded_day(&self) -> Date {
        self.recorded.recorded_at.utc_date().unwrap_or(Date::MAX)
    }

    pub fn may_apply(&self, at: Date) -> bool {
        self.first_day() <= at
    }

    pub fn surely_applies(&self, at: Date) -> bool {
        self.last_day() <= at
    }

    /// Whether it makes land count as less dangerous.
    fn eases(&self) -> bool {
        matches!(kind_of(self), Some(MinefieldKind::AreaCleared | MinefieldKind::LandReleased))
    }

    pub fn verified(&self) -> bool {
        matches!(self.recorded.standing, Standing::Effective { since: _, verified: true })
    }

    pub fn laying(&self) -> Option<&'a LayingRecorded> {
        if let Body::Minefield(MinefieldBody::LayingRecorded(body)) = self.body { Some(body) } else { None }
    }

    pub fn survey(&self) -> Option<&'a PositionSurveyed> {
        if let Body::Minefield(MinefieldBody::PositionSurveyed(body)) = self.body { Some(body) } else { None }
    }

    pub fn clearance(&self) -> Option<&'a AreaCleared> {
        if let Body::Minefield(MinefieldBody::AreaCleared(body)) = self.body { Some(body) } else { None }
    }

    pub fn release(&self) -> Option<&'a LandReleased> {
        if let Body::Minefield(MinefieldBody::LandReleased(body)) = self.body { Some(body) } else { None }
    }
}

/// Disclosures in effect of the parts that an event holds, oldest first.
fn disclosures_of<'a>(holder: &'a Recorded, events: &[&'a Recorded]) -> Vec<Disclosure<'a>> {
    let own = holder.reference();
    let mut found = Vec::new();
    for recorded in events.iter().filter(|event| event.effective_since().is_some()) {
        if let Body::Shared(SharedBody::PartDisclosed(body)) = &recorded.event.body
            && body.target == own
        {
            found.extend(body.disclosed.iter().map(|part| Disclosure { recorded, holder, part }));
        }
    }
    found
}

/// Erasures in effect of content that one of the events committed to, oldest first.
fn erasures_of<'a>(holders: &[&Recorded], events: &[&'a Recorded]) -> Vec<(&'a Recorded, &'a ContentErased)> {
    let of_one = |target: &EventReference| holders.iter().any(|holder| holder.reference() == *target);
    let effective = events.iter().filter(|event| event.effective_since().is_some());
    let erasures = effective.filter_map(|event| match &event.event.body {
        Body::Shared(SharedBody::ContentErased(body)) if of_one(&body.target) => Some((*event, body)),
        Body::Shared(_) | Body::Registry(_) | Body::Treaty(_) | Body::Minefield(_) => None,
    });
    erasures.collect()
}

/// The event that another one speaks about.
fn target(event: &Recorded) -> Option<&EventReference> {
    match &event.event.body {
        Body::Shared(body) => body.target(),
        Body::Registry(_) | Body::Treaty(_) | Body::Minefield(_) => None,
    }
}

fn kind_of(statement: &Statement<'_>) -> Option<MinefieldKind> {
    match statement.body.kind() {
        Kind::Minefield(kind) => Some(kind),
        Kind::Registry(_) | Kind::Shared(_) | Kind::Treaty(_) => None,
    }
}

fn ids(parcels: &[Parcel]) -> Vec<ParcelId> {
    parcels.iter().map(|parcel| parcel.id.clone()).collect()
}

fn waiting(event: &Recorded) -> Waiting {
    let kind = event.event.kind();
    let parcels = match &event.event.body {
        Body::Minefield(MinefieldBody::LandReleased(body)) => body.parcels.clone(),
        Body::Minefield(MinefieldBody::AreaCleared(body)) => vec![body.parcel.clone()],
        body => ids(body.parcels()),
    };
    let until = match kind.row().class {
        SignOffClass::Eases => "until then the land is shown as mined",
        SignOffClass::Transfers => "until then the offer is open",
        SignOffClass::States | SignOffClass::Governs(_) => "it eases: until then the more cautious picture stands",
    };
    let missing: Vec<&str> = event.missing.iter().map(|missing| &**missing).collect();
    let message = format!("waits for sign-offs ({}); {until}", missing.join("; "));
    Waiting { position: event.position, kind, parcels, message: message.into() }
}

/// The author's signature, then what others said.
fn signatures(event: &Recorded) -> Vec<SignatureShown> {
    let author = SignatureShown { signer: event.author.clone(), said: None };
    let others = event.sign_offs.iter().map(|statement| SignatureShown {
        signer: statement.signer.clone(),
        said: Some((statement.capacity, statement.verdict.clone(), statement.at)),
    });
    std::iter::once(author).chain(others).collect()
}
