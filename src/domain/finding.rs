//! Findings: remarks on an accepted event. They block nothing.

pinned! {
    /// Which rule remarks.
    FindingCode {
        /// The key was retired; the work was signed before, and the charter's grace still runs.
        LateWorkOfRetiredKey = 1, "late_work_of_retired_key";
        /// The source class claims an authority that the author has no mandate for.
        SourceClassBeyondMandate = 2, "source_class_beyond_mandate";
        /// `based_on` names an event that the ledger does not hold (yet).
        BasedOnUnknown = 3, "based_on_unknown";
        /// The key was retired and the grace is over; a colleague vouched for the work.
        VouchedLateWork = 4, "vouched_late_work";
        /// The author's organisation signed as national authority for its own easing.
        SelfCertified = 5, "self_certified";
    }
}

/// One remark on one event of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub code: FindingCode,
    /// Number of the event within the submission, from 0.
    pub ordinal: u16,
    /// The field or rule in question.
    pub field: Box<str>,
    /// A sentence for a person.
    pub message: Box<str>,
}
