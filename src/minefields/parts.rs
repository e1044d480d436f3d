//! The parts of a record: in which form each is held, how many commitments exist for
//! its slot and how many were opened; and the danger areas in force.

use super::geodesic::surely_covers;
use super::picture::{DangerAreaInForce, Erasure, PartShown};
use super::statement::{Reading, Statement};
use crate::domain::{DangerArea, Part, PartContent, PartForm, PartHolding, Recorded};

/// Every slot of every event, in order of position and slot. Commitments and disclosures
/// are facts of the ledger, so the date asked about makes no difference.
pub(super) fn parts(reading: &Reading<'_>) -> Vec<PartShown> {
    let mut shown: Vec<PartShown> = reading.statements.iter().flat_map(parts_of).collect();
    shown.sort_by_key(|part| (part.position, part.slot));
    shown
}

fn parts_of(statement: &Statement<'_>) -> Vec<PartShown> {
    statement.parts().into_iter().map(|(holder, part)| shown(statement, holder, part)).collect()
}

fn shown(statement: &Statement<'_>, holder: &Recorded, part: &Part) -> PartShown {
    let holders = std::iter::once(statement.recorded).chain(statement.corrections.iter().copied());
    let committed = |event: &&Recorded| {
        event.event.parts.iter().any(|other| other.slot == part.slot && other.content.form() != PartForm::Open)
    };
    let committed: Vec<&Recorded> = holders.filter(committed).collect();
    let opening = |event: &Recorded| {
        let of_slot = |slot: u32| slot == part.slot;
        statement.disclosures.iter().any(|it| it.holder.position == event.position && of_slot(it.part.slot))
    };
    let disclosed = statement.disclosures.iter().filter(|disclosure| disclosure.part.slot == part.slot);
    let erased = statement.erasures.iter().filter(|(_, erasure)| erasure.slots.contains(&part.slot));
    let content = statement.parts().into_iter().find(|(_, other)| other.slot == part.slot);
    PartShown {
        position: statement.recorded.position,
        slot: part.slot,
        kind: part.kind,
        form: part.content.form(),
        content: content.and_then(|(_, part)| statement.content(holder, part)).cloned(),
        commitments: count(committed.len()),
        opened: count(committed.iter().filter(|event| opening(event)).count()),
        disclosed: disclosed.map(|disclosure| disclosure.recorded.position).collect(),
        withheld: match &part.content {
            PartHolding::Withheld { commitment: _, basis, review_on } => Some((basis.clone(), *review_on)),
            PartHolding::Open(_) | PartHolding::Restricted { .. } | PartHolding::Sealed { .. } => None,
        },
        erasures: erased
            .map(|(event, body)| Erasure {
                position: event.position,
                erased: body.erased.clone(),
                superseded: body.target != holder.reference(),
            })
            .collect(),
    }
}

fn count(items: usize) -> u32 {
    u32::try_from(items).expect("a record has fewer events than entries fit")
}

/// The danger areas in force: of each organisation the newest that surely holds at the
/// date, newer ones that may, and older ones that the newest does not cover: what was shown
/// as dangerous stays so until a correction, which waits for its signatures, redraws it
/// (decision 0042). Only what an author drew for the public, open or disclosed; never
/// anything derived from an extent.
pub(super) fn danger_areas(reading: &Reading<'_>) -> Vec<DangerAreaInForce> {
    let mut in_force: Vec<DangerAreaInForce> = Vec::new();
    for statement in reading.counting() {
        let drawn: Vec<&DangerArea> = statement.contents().into_iter().filter_map(danger_area).collect();
        if drawn.is_empty() {
            continue;
        }
        let author = &statement.recorded.author;
        if statement.surely_applies(reading.at) {
            in_force.retain(|older| {
                let covered = || drawn.iter().any(|newer| surely_covers(newer, &older.area));
                older.author.organisation != author.organisation || !covered()
            });
        }
        in_force.extend(drawn.into_iter().map(|area| DangerAreaInForce {
            area: area.clone(),
            position: statement.recorded.position,
            author: author.clone(),
            date: statement.date().cloned(),
        }));
    }
    in_force
}

/// The danger area that a content is.
pub(super) fn danger_area(content: &PartContent) -> Option<&DangerArea> {
    match content {
        PartContent::DangerArea(area) => Some(area),
        PartContent::Remarks { .. }
        | PartContent::Names(_)
        | PartContent::Extent(_)
        | PartContent::ReferencePoints(_)
        | PartContent::Ordnance(_) => None,
    }
}
