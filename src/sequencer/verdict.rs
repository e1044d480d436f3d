//! What becomes of one submission: the pure core that the sequencer's thread and
//! a dry run share, so that they cannot differ.

use crate::{
    domain::{EnvelopeContent, Index, RecordingTime, SignOff},
    policy::{self, Known, Registry, Rejection, Remarks},
    wire::Submitted,
};

/// What becomes of a submission as the next entry.
#[derive(Debug)]
pub(super) enum Verdict {
    Enters(Remarks),
    /// These bytes stand at an earlier index; what is new are sign-offs on them,
    /// which enter as an entry of their own.
    Repeats {
        index: Index,
        later: Option<(Submitted, Remarks)>,
    },
    Rejected(Rejection),
}

/// Decides by the policy of the registry, after looking whether the same bytes
/// are on record (I12).
pub(super) fn judge(submitted: &Submitted, at: RecordingTime, registry: &Registry, known: &dyn Known) -> Verdict {
    let content = &submitted.envelope.content;
    if let EnvelopeContent::Submission(submission) = content
        && let Some(index) = known.submission(submission.digest)
    {
        let signers = policy::signers(submission.digest, known);
        let new = |sign_off: &SignOff| !signers.iter().any(|signer| signer.is_same_post(&sign_off.signer));
        return judge_repeat(index, submitted.later_sign_offs(new), at, registry, known);
    }
    if let EnvelopeContent::SignOffs { .. } = content
        && let Some(index) = known.sign_off_envelope(submitted.envelope.digest)
    {
        return Verdict::Repeats { index, later: None };
    }
    match policy::decide(content, at, registry, known) {
        Ok(remarks) => Verdict::Enters(remarks),
        Err(rejection) => Verdict::Rejected(rejection),
    }
}

/// The first receipt, for ever. Sign-offs that may not enter are left out: who
/// sends them alone hears why.
fn judge_repeat(
    index: Index,
    later: Option<Submitted>,
    at: RecordingTime,
    registry: &Registry,
    known: &dyn Known,
) -> Verdict {
    let entering = later.and_then(|later| {
        let remarks = policy::decide(&later.envelope.content, at, registry, known).ok()?;
        Some((later, remarks))
    });
    Verdict::Repeats { index, later: entering }
}
