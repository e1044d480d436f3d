//! What leaving one treaty does to another: a denunciation that takes its protocols along.
//!
//! Promises: the effect is on the same day as that of the withdrawal that causes it, and
//! is deferred with it. A circle of parents ends where it began.

use super::{
    Dossier,
    course::{self, Leave},
    readings,
    record::{Around, Record},
    rivals::Act,
};
use crate::domain::TreatyId;

/// How the participant leaves the parent treaty under one reading of the record there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Carried {
    /// In order of the days on which the notices began.
    pub leaves: Vec<CarriedLeave>,
    /// What has to be assumed for it; empty where all readings agree.
    pub assuming: Vec<Box<str>>,
}

/// A withdrawal from a parent treaty that takes this one along.
#[derive(Clone, Debug, PartialEq)]
pub struct CarriedLeave {
    pub from: TreatyId,
    pub leave: Leave,
    /// The parent's article on withdrawal.
    pub article: Box<str>,
}

/// Every way in which the participant leaves the parent, if that takes the treaty along.
pub fn carried<'a>(
    parent: Option<&'a TreatyId>,
    dossier: &Dossier<'a>,
    acts: &[Act<'a>],
    around: Around<'_>,
) -> Vec<Carried> {
    let none = || vec![Carried::default()];
    let Some(parent) = parent.filter(|parent| *parent != dossier.treaty && !around.below.contains(parent)) else {
        return none();
    };
    let below = [around.below, &[dossier.treaty]].concat();
    let above = Dossier { treaty: parent, deposits: &[], ..*dossier };
    let record = Record::of(&above, acts, Around { below: &below, ..around });
    let takes_along = record.clauses().is_some_and(|clauses| clauses.cascade_to.contains(dossier.treaty));
    if !takes_along {
        return none();
    }
    let (readings, _) = readings::of(&record);
    let article = record.withdrawal_clause().map(|clause| clause.article.clone()).unwrap_or_default();
    let mut ways: Vec<Carried> = Vec::new();
    for reading in &readings {
        let course = course::follow(&record, reading);
        let leaves = course.memberships.into_iter().filter_map(|membership| membership.leave);
        let from = || parent.clone();
        let leaves = leaves.map(|leave| CarriedLeave { from: from(), leave, article: article.clone() }).collect();
        if !ways.iter().any(|way| way.leaves == leaves) {
            ways.push(Carried { leaves, assuming: reading.assuming.clone() });
        }
    }
    if let [only] = ways.as_mut_slice() {
        only.assuming.clear();
    }
    ways
}
