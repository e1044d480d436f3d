//! Which dates of a body say what has happened.
//!
//! Promises: every field of every body about a treaty, about an earlier event or about land is
//! named here, so that a date that is added cannot be forgotten: it does not compile until it is
//! among the dates that say what has happened or among those that may come.
//! Leaves to others: which day is too late (`policy`), and dates of the registry, which say from
//! when to when something is valid.

use std::fmt;

use super::{
    AreaCleared, Body, ConflictStatusAsserted, ContentErased, ContestResolved, DeadlineExtended, DeclarationMade,
    DepositaryNotificationIssued, DomesticStepTaken, EffectStated, EventContested, EventCorrected, EventRetracted,
    InstrumentDeposited, LandReleased, LayingRecorded, MinefieldBody, ObjectionLodged, PartDisclosed,
    ParticipantRegistered, ParticipationRow, ParticipationTableStated, PositionSurveyed, RecordOpened, ReportSubmitted,
    SharedBody, SignatureAffixed, StatementReported, SuccessionNotified, SuspensionNotified, TreatyBody,
    TreatyBodyDecided, TreatyRegistered, WithdrawalNotified, WithdrawalRevoked, WorldDate,
};

/// A date of a body on which something is said to have happened.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Happened<'a> {
    /// The field, within the row of a table where that states it.
    pub field: HappenedField,
    pub date: &'a WorldDate,
}

/// Where within its body a date stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HappenedField {
    pub row: Option<usize>,
    pub name: &'static str,
}

impl fmt::Display for HappenedField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.row {
            Some(row) => write!(f, "rows[{row}].{}", self.name),
            None => f.write_str(self.name),
        }
    }
}

/// A name and what stands there.
type Field<'a> = (&'static str, &'a Option<WorldDate>);

impl Body {
    /// Every date on which the body says that something happened. What may lie ahead is not among
    /// them: effects that are stated or claimed, deadlines, periods, what a statement is about and
    /// the validity of what governs.
    pub fn happened(&self) -> Vec<Happened<'_>> {
        match self {
            Self::Treaty(body) => stated(None, &treaty_dates(body)).into_iter().chain(in_rows(body)).collect(),
            Self::Shared(body) => stated(None, &shared_dates(body)),
            Self::Minefield(body) => stated(None, &land_dates(body)),
            Self::Registry(_) => Vec::new(),
        }
    }
}

fn stated<'a>(row: Option<usize>, fields: &[Field<'a>]) -> Vec<Happened<'a>> {
    let stated = fields.iter().filter_map(|(name, date)| {
        let field = HappenedField { row, name };
        date.as_ref().map(|date| Happened { field, date })
    });
    stated.collect()
}

/// Those within the rows of a table.
fn in_rows(body: &TreatyBody) -> Vec<Happened<'_>> {
    let TreatyBody::ParticipationTableStated(table) = body else { return Vec::new() };
    let in_rows = table.rows.iter().enumerate().flat_map(|(at, row)| {
        let ParticipationRow {
            signed,
            deposited,
            name: _,
            participant: _,
            mode: _,
            withdrawn: _,
            succession: _,
            footnotes: _,
        } = row;
        stated(Some(at), &[("signed", signed), ("deposited", deposited)])
    });
    in_rows.collect()
}

fn treaty_dates(body: &TreatyBody) -> Vec<Field<'_>> {
    match body {
        TreatyBody::TreatyRegistered(body) => {
            // The clauses say when the treaty is open, and that may come.
            let TreatyRegistered {
                adopted,
                title: _,
                short_names: _,
                adopted_at: _,
                parent: _,
                registrations: _,
                clauses: _,
            } = &**body;
            vec![("adopted", adopted)]
        }
        TreatyBody::ParticipantRegistered(body) => {
            let ParticipantRegistered { name: _, participant_type: _, iso_code: _, other_names: _, predecessors: _ } =
                body;
            Vec::new()
        }
        TreatyBody::SignatureAffixed(SignatureAffixed { signed, place: _, signature_type: _ }) => {
            vec![("signed", signed)]
        }
        TreatyBody::InstrumentDeposited(body) => {
            let InstrumentDeposited {
                deposited,
                instrument_dated,
                mode: _,
                depositary_sequence: _,
                protocols: _,
                provisional_application: _,
                depositary: _,
            } = body;
            vec![("deposited", deposited), ("instrument_dated", instrument_dated)]
        }
        // Who states an effect may state one to come.
        TreatyBody::EffectStated(EffectStated { effect: _, effective: _ }) => Vec::new(),
        TreatyBody::DomesticStepTaken(body) => {
            let DomesticStepTaken { taken, step: _, pursues: _, organ: _, reference: _, votes: _ } = body;
            vec![("taken", taken)]
        }
        TreatyBody::WithdrawalNotified(body) => {
            let WithdrawalNotified {
                received_by_depositary,
                other_parties_notified,
                security_council_notified,
                styled: _,
                reasons: _,
                later_effect: _,
            } = body;
            vec![
                ("received_by_depositary", received_by_depositary),
                ("other_parties_notified", other_parties_notified),
                ("security_council_notified", security_council_notified),
            ]
        }
        TreatyBody::WithdrawalRevoked(WithdrawalRevoked { received_by_depositary, withdrawal: _ }) => {
            vec![("received_by_depositary", received_by_depositary)]
        }
        TreatyBody::SuspensionNotified(body) => {
            let SuspensionNotified {
                received_by_depositary,
                circulated,
                claimed_from: _,
                claimed_until: _,
                grounds: _,
                provisions: _,
            } = body;
            vec![("received_by_depositary", received_by_depositary), ("circulated", circulated)]
        }
        TreatyBody::ObjectionLodged(ObjectionLodged { lodged, objects_to: _, grounds: _ }) => vec![("lodged", lodged)],
        TreatyBody::ConflictStatusAsserted(body) => {
            // `until` is the last day on which it held; what goes on has none.
            let ConflictStatusAsserted { since, until, conflict: _, engagement: _, conflict_type: _, asserted_by: _ } =
                body;
            vec![("since", since), ("until", until)]
        }
        TreatyBody::TreatyBodyDecided(body) => {
            let TreatyBodyDecided { decided, body: _, symbol: _, paragraph: _, text: _, concerning: _, stance: _ } =
                &**body;
            vec![("decided", decided)]
        }
        TreatyBody::SuccessionNotified(body) => {
            let SuccessionNotified { succeeded, received_by_depositary, predecessor: _, succeeds_to: _ } = body;
            vec![("succeeded", succeeded), ("received_by_depositary", received_by_depositary)]
        }
        TreatyBody::DeclarationMade(body) => {
            let DeclarationMade {
                made,
                declaration_type: _,
                article: _,
                text: _,
                made_with: _,
                changes: _,
                territory: _,
                effective: _,
            } = &**body;
            vec![("made", made)]
        }
        TreatyBody::DepositaryNotificationIssued(body) => {
            let DepositaryNotificationIssued { issued, circulated, reference: _, covers: _, summary: _ } = &**body;
            vec![("issued", issued), ("circulated", circulated)]
        }
        TreatyBody::DeadlineExtended(body) => {
            let DeadlineExtended {
                decided,
                article: _,
                outcome: _,
                old_deadline: _,
                new_deadline: _,
                decided_by: _,
                symbol: _,
            } = &**body;
            vec![("decided", decided)]
        }
        TreatyBody::ReportSubmitted(ReportSubmitted { submitted, article: _, period: _, symbol: _ }) => {
            vec![("submitted", submitted)]
        }
        TreatyBody::ParticipationTableStated(ParticipationTableStated { as_at, rows: _ }) => vec![("as_at", as_at)],
    }
}

fn shared_dates(body: &SharedBody) -> Vec<Field<'_>> {
    match body {
        // What a correction restates is a body of its own.
        SharedBody::EventCorrected(EventCorrected { target: _, reason: _, restated: _ }) => Vec::new(),
        SharedBody::EventRetracted(EventRetracted { target: _, reason: _ }) => Vec::new(),
        SharedBody::PartDisclosed(PartDisclosed { target: _, disclosed: _ }) => Vec::new(),
        SharedBody::EventContested(EventContested { contested, target: _, grounds: _, contested_by: _ }) => {
            vec![("contested", contested)]
        }
        SharedBody::ContestResolved(ContestResolved { resolved, statements: _, accepted: _, reasons: _ }) => {
            vec![("resolved", resolved)]
        }
        SharedBody::ContentErased(ContentErased { erased, target: _, slots: _, basis: _, ordered_by: _ }) => {
            vec![("erased", erased)]
        }
        SharedBody::StatementReported(body) => {
            let StatementReported { stated, topic: _, stated_by: _, text: _, quantity: _, about: _ } = body;
            vec![("stated", stated)]
        }
    }
}

fn land_dates(body: &MinefieldBody) -> Vec<Field<'_>> {
    match body {
        MinefieldBody::RecordOpened(body) => {
            let RecordOpened {
                country: _,
                area_kind: _,
                classification: _,
                place: _,
                regimes: _,
                other_ids: _,
                parcels: _,
            } = body;
            Vec::new()
        }
        MinefieldBody::LayingRecorded(body) => {
            let LayingRecorded { began, completed, method: _, laid_by: _, parcels: _ } = body;
            vec![("completed", completed), ("began", began)]
        }
        MinefieldBody::PositionSurveyed(body) => {
            let PositionSurveyed { surveyed, method: _, accuracy_mm: _, parcels: _ } = body;
            vec![("surveyed", surveyed)]
        }
        MinefieldBody::AreaCleared(body) => {
            let AreaCleared { started, ended, parcel: _, area_m2: _, depth_mm: _, method: _, task: _ } = body;
            vec![("ended", ended), ("started", started)]
        }
        MinefieldBody::LandReleased(body) => {
            let LandReleased { released, parcels: _, rests_on: _, certificate: _, recipient: _, residual_risk: _ } =
                body;
            vec![("released", released)]
        }
    }
}
