//! How many stand to a treaty in which way: counts that name their definition.
//!
//! Promises: a participant counts as certain where every reading of its record agrees and
//! all were followed, as possible where one does. Whether a count may be called a total
//! is for [`super::coverage()`] to say.

use super::{Answer, Overlay, TreatyStatus};
use crate::domain::pinned;

pinned! {
    /// What is counted; docs/status.md tells each.
    Definition {
        InForce = 1, "in_force";
        Contracting = 2, "contracting";
        Deposited = 3, "deposited";
        Signatories = 4, "signatories";
        Provisional = 5, "provisional";
        Withdrawing = 6, "withdrawing";
        Former = 7, "former";
        FormerSignatories = 8, "former_signatories";
    }
}

impl Definition {
    /// Who is counted, in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::InForce => "the treaty is in force for them, those that are leaving included",
            Self::Contracting => "they have consented to be bound, and the treaty is not in force for them yet",
            Self::Deposited => "they have consented to be bound, in force or not",
            Self::Signatories => "they have signed and have not consented to be bound",
            Self::Provisional => "they apply the treaty provisionally",
            Self::Withdrawing => "a notice of withdrawal of theirs runs or is deferred, and they are still bound",
            Self::Former => "their withdrawal has taken effect, or their participation has passed to successors",
            Self::FormerSignatories => {
                "they signed, and have declared since not to intend to become a party, or their signature has passed to \
                 successors"
            }
        }
    }

    fn holds(self, status: TreatyStatus) -> bool {
        let leaving =
            matches!(status, TreatyStatus::WithdrawalPending { .. } | TreatyStatus::WithdrawalDeferred { .. });
        match self {
            Self::InForce => status.is_bound(),
            Self::Contracting => status == TreatyStatus::Contracting,
            Self::Deposited => status.is_bound() || status == TreatyStatus::Contracting,
            Self::Signatories => status == TreatyStatus::Signatory,
            // It lies over the status; see `counts`.
            Self::Provisional => false,
            Self::Withdrawing => leaving,
            Self::Former => matches!(status, TreatyStatus::FormerParty { .. }),
            Self::FormerSignatories => matches!(status, TreatyStatus::FormerSignatory { .. }),
        }
    }
}

/// How many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    pub definition: Definition,
    /// Under every reading of their record.
    pub certain: usize,
    /// Under some reading: those that are certain, and as many more as the readings differ in.
    pub possible: usize,
}

/// One count for each definition, over answers for one day and one state of knowledge.
pub fn counts<'a>(answers: impl IntoIterator<Item = &'a Answer>) -> Vec<Count> {
    let of = |definition: &Definition| Count { definition: *definition, certain: 0, possible: 0 };
    let mut counts: Vec<Count> = Definition::ALL.iter().map(of).collect();
    for answer in answers {
        for count in &mut counts {
            let (certain, possible) = counts_in(answer, count.definition);
            count.certain += usize::from(certain);
            count.possible += usize::from(possible);
        }
    }
    counts
}

/// Whether it counts under every reading, and under some.
fn counts_in(answer: &Answer, definition: Definition) -> (bool, bool) {
    if definition == Definition::Provisional {
        let applied = answer.overlays.iter().filter_map(|overlay| match overlay {
            Overlay::ProvisionalApplication { certain, .. } => Some(*certain),
            _ => None,
        });
        let applied: Vec<bool> = applied.collect();
        return (answer.complete && applied.contains(&true), !applied.is_empty());
    }
    let holds = |outcome: &super::Outcome| definition.holds(outcome.status);
    let possible = answer.outcomes.iter().any(holds);
    (possible && answer.complete && answer.outcomes.iter().all(holds), possible)
}
