//! From the picture of a record to the messages of the contract.

use std::collections::BTreeSet;

use crate::{
    domain::{
        AreaKind, Classification, ClearanceMethod, LandFinding, LayingMethod, PartContent, Position, Recorded,
        Standing, SurveyMethod, Verdict, WorldDate,
    },
    minefields::{
        Account, ClearanceShown, DangerAreaInForce, Erasure, HistoryItem, LayingShown, ParcelPicture, PartShown,
        RecordPicture, SignatureShown, SurveyShown, Totals, Waiting,
    },
    wire::{
        part_content_message,
        proto::{self, part_content::Content},
    },
};

/// Says who recorded what stands at a position.
pub struct Authors<'a>(pub &'a [Recorded]);

impl Authors<'_> {
    fn event(&self, position: Position) -> proto::LandEvent {
        let author = self.0.iter().find(|event| event.position == position).map(|event| &event.author);
        proto::LandEvent {
            index: position.index.0,
            ordinal: u32::from(position.ordinal),
            organisation: author.map(|author| author.organisation.to_string()).unwrap_or_default(),
            member: author.map(|author| author.member.to_string()).unwrap_or_default(),
        }
    }

    fn events(&self, positions: &[Position]) -> Vec<proto::LandEvent> {
        positions.iter().map(|position| self.event(*position)).collect()
    }

    pub fn summary(&self, picture: &RecordPicture) -> proto::RecordSummary {
        let codes: BTreeSet<_> = picture.findings.iter().map(|finding| finding.code).collect();
        let identity = &picture.identity;
        proto::RecordSummary {
            record: picture.record.to_string(),
            country: identity.country.map(|country| country.to_string()).unwrap_or_default(),
            kind: identity.area_kind.map_or(0, AreaKind::number),
            classification: identity.classification.map_or(0, Classification::number),
            place: identity.place.to_string(),
            status: picture.status.number(),
            open_m2: picture.totals.open_m2,
            unknown_parcels: picture.totals.unknown_parcels,
            danger_areas: picture.danger_areas.iter().map(|area| self.danger_area(area)).collect(),
            waiting: u32::try_from(picture.waiting.len()).unwrap_or(u32::MAX),
            findings: codes.into_iter().map(|code| code.name().to_owned()).collect(),
            parcels: u32::try_from(picture.parcels.len()).unwrap_or(u32::MAX),
        }
    }

    pub fn picture(&self, picture: &RecordPicture) -> proto::RecordPicture {
        proto::RecordPicture {
            summary: Some(self.summary(picture)),
            regimes: picture.identity.regimes.iter().map(ToString::to_string).collect(),
            other_ids: picture.identity.other_ids.iter().map(ToString::to_string).collect(),
            opened: Some(self.event(picture.opened)),
            parcels: self.parcels(picture),
            totals: Some(totals(&picture.totals)),
            layings: picture.layings.iter().map(|laying| self.laying(laying)).collect(),
            surveys: picture.surveys.iter().map(|survey| self.survey(survey)).collect(),
            clearances: picture.clearances.iter().map(|clearance| self.clearance(clearance)).collect(),
            parts: picture.parts.iter().map(|part| self.part(part)).collect(),
            waiting: picture.waiting.iter().map(|waiting| self.waiting(waiting)).collect(),
            findings: self.findings(&picture.findings),
        }
    }

    pub fn parcels(&self, picture: &RecordPicture) -> Vec<proto::ParcelPicture> {
        picture.parcels.iter().map(|parcel| self.parcel(parcel)).collect()
    }

    fn parcel(&self, parcel: &ParcelPicture) -> proto::ParcelPicture {
        let ParcelPicture { id, status, account: of, released_by, withdrawn, numeric_only, release_waiting } = parcel;
        proto::ParcelPicture {
            id: id.to_string(),
            status: status.number(),
            account: Some(account(of)),
            released_by: released_by.map(|release| self.event(release)),
            release_waiting: self.events(release_waiting),
            withdrawn: *withdrawn,
            numeric_only: *numeric_only,
        }
    }

    fn danger_area(&self, shown: &DangerAreaInForce) -> proto::DangerAreaInForce {
        let DangerAreaInForce { area, position, author: _, date } = shown;
        let area = match part_content_message(&PartContent::DangerArea(area.clone())).content {
            Some(Content::DangerArea(area)) => Some(area),
            _ => None,
        };
        proto::DangerAreaInForce { area, event: Some(self.event(*position)), date: text(date.as_ref()) }
    }

    fn laying(&self, shown: &LayingShown) -> proto::LayingShown {
        let LayingShown { position, method, began, completed, laid_by, parcels, verified } = shown;
        proto::LayingShown {
            event: Some(self.event(*position)),
            method: method.map_or(0, LayingMethod::number),
            began: text(began.as_ref()),
            completed: text(completed.as_ref()),
            laid_by: laid_by.to_string(),
            parcels: texts(parcels),
            verified: *verified,
        }
    }

    fn survey(&self, shown: &SurveyShown) -> proto::SurveyShown {
        let SurveyShown { position, surveyed, method, accuracy_mm, parcels, verified } = shown;
        proto::SurveyShown {
            event: Some(self.event(*position)),
            surveyed: text(surveyed.as_ref()),
            method: method.map_or(0, SurveyMethod::number),
            accuracy_mm: accuracy_mm.unwrap_or_default(),
            parcels: texts(parcels),
            verified: *verified,
        }
    }

    fn clearance(&self, shown: &ClearanceShown) -> proto::ClearanceShown {
        let ClearanceShown { position, parcel, area_m2, depth_mm, method, started, ended, verified } = shown;
        proto::ClearanceShown {
            event: Some(self.event(*position)),
            parcel: parcel.to_string(),
            area_m2: *area_m2,
            depth_mm: depth_mm.unwrap_or_default(),
            method: method.map_or(0, ClearanceMethod::number),
            started: text(started.as_ref()),
            ended: text(ended.as_ref()),
            verified: *verified,
        }
    }

    fn part(&self, shown: &PartShown) -> proto::PartShown {
        let PartShown { position, slot, kind, form, content, commitments, opened, disclosed, withheld, erasures } =
            shown;
        let erasures = erasures.iter().map(|Erasure { position, erased, superseded }| proto::PartErasure {
            event: Some(self.event(*position)),
            erased: text(erased.as_ref()),
            superseded: *superseded,
        });
        proto::PartShown {
            event: Some(self.event(*position)),
            slot: *slot,
            kind: kind.number(),
            form: form.number(),
            content: content.as_ref().map(part_content_message),
            commitments: *commitments,
            opened: *opened,
            disclosed: self.events(disclosed),
            withholding: withheld
                .as_ref()
                .map(|(basis, on)| proto::Withholding { basis: basis.to_string(), review_on: on.to_string() }),
            erasures: erasures.collect(),
        }
    }

    fn waiting(&self, waiting: &Waiting) -> proto::LandWaiting {
        let Waiting { position, kind, parcels, message } = waiting;
        proto::LandWaiting {
            event: Some(self.event(*position)),
            kind: kind.name().to_owned(),
            parcels: texts(parcels),
            message: message.to_string(),
        }
    }

    pub fn findings(&self, findings: &[LandFinding]) -> Vec<proto::LandFinding> {
        let finding = |finding: &LandFinding| {
            let LandFinding { code, position, parcel, message } = finding;
            proto::LandFinding {
                code: code.name().to_owned(),
                event: position.map(|position| self.event(position)),
                parcel: parcel.as_ref().map(ToString::to_string).unwrap_or_default(),
                message: message.to_string(),
            }
        };
        findings.iter().map(finding).collect()
    }

    /// An item of the history; the event itself and its findings are for the caller to add.
    pub fn history_item(&self, item: &HistoryItem, parts: &[PartShown]) -> proto::RecordHistoryItem {
        let HistoryItem { position, kind, date, standing, used, about, signatures } = item;
        let parts = parts.iter().filter(|part| part.position == *position);
        let (state, effective_index, verified) = match standing {
            Standing::Effective { since, verified } => (proto::LandEventStanding::Effective, Some(since.0), *verified),
            Standing::Waiting => (proto::LandEventStanding::Waiting, None, false),
            Standing::Ended => (proto::LandEventStanding::Ended, None, false),
        };
        proto::RecordHistoryItem {
            event: None,
            position: None,
            kind: kind.name().to_owned(),
            date: text(date.as_ref()),
            standing: state.into(),
            effective_index,
            verified,
            used: *used,
            about: about.map(|about| self.event(about)),
            signatures: signatures.iter().map(signature).collect(),
            findings: Vec::new(),
            parts: parts.map(|part| self.part(part)).collect(),
        }
    }
}

pub fn totals(totals: &Totals) -> proto::RecordTotals {
    let Totals { account: of, open_m2, released_m2, unknown_parcels } = totals;
    proto::RecordTotals {
        account: Some(account(of)),
        open_m2: *open_m2,
        released_m2: *released_m2,
        unknown_parcels: *unknown_parcels,
    }
}

fn account(account: &Account) -> proto::LandAccount {
    let Account { opening, added, corrected, cancelled, reduced, cleared, cleared_outside, closing } = account;
    proto::LandAccount {
        opening_m2: *opening,
        added_m2: *added,
        corrected_m2: *corrected,
        cancelled_m2: *cancelled,
        reduced_m2: *reduced,
        cleared_m2: *cleared,
        cleared_outside_m2: *cleared_outside,
        closing_m2: *closing,
    }
}

fn signature(shown: &SignatureShown) -> proto::LandSignature {
    let SignatureShown { signer, said } = shown;
    let (capacity, verdict, index) = match said {
        None => ("author", "", None),
        Some((capacity, Verdict::Approve { .. }, at)) => (capacity.name(), "approve", Some(at.0)),
        Some((capacity, Verdict::Decline { .. }, at)) => (capacity.name(), "decline", Some(at.0)),
        Some((capacity, Verdict::Withdraw { .. }, at)) => (capacity.name(), "withdraw", Some(at.0)),
    };
    proto::LandSignature {
        organisation: signer.organisation.to_string(),
        member: signer.member.to_string(),
        capacity: capacity.to_owned(),
        verdict: verdict.to_owned(),
        index,
    }
}

fn text(date: Option<&WorldDate>) -> String {
    date.map(ToString::to_string).unwrap_or_default()
}

fn texts<T: ToString>(items: &[T]) -> Vec<String> {
    items.iter().map(ToString::to_string).collect()
}
