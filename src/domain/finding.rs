//! Findings: remarks on an accepted event, kept beside it. They block nothing.

pinned! {
    /// The pinned codes of findings; `docs/findings.md` tells each rule.
    FindingCode {
        LateWorkOfRetiredKey = 1, "late_work_of_retired_key";
        VouchedLateWork = 2, "vouched_late_work";
        SourceClassBeyondMandate = 3, "source_class_beyond_mandate";
        BasedOnUnknown = 4, "based_on_unknown";
    }
}

/// A remark on an accepted event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub code: FindingCode,
    /// Number of the event within the submission, from 0.
    pub ordinal: u16,
    /// The field in question, as in the proto files.
    pub field: Box<str>,
    /// A sentence for a person.
    pub message: Box<str>,
}
