//! What becomes of one submission: the pure core that the sequencer's thread and
//! a dry run share, so that they cannot differ.

use crate::{
    domain::{Capacity, EnvelopeContent, Index, RecordingTime, SignOff, Signer},
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
        /// Those of them that may not enter.
        left_out: Vec<LeftOut>,
    },
    Rejected(Rejection),
}

/// A sign-off that came with bytes which are on record, and may not enter.
#[derive(Clone, Debug, PartialEq)]
pub struct LeftOut {
    pub signer: Signer,
    pub capacity: Capacity,
    pub rejection: Rejection,
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
        let new: Vec<&SignOff> = submission.sign_offs.iter().filter(|sign_off| new(sign_off)).collect();
        let decide = |later: &Submitted| policy::decide(&later.envelope.content, at, registry, known);
        let (later, left_out) = judge_later(submitted, &new, decide);
        return Verdict::Repeats { index, later, left_out };
    }
    if let EnvelopeContent::SignOffs { .. } = content
        && let Some(index) = known.sign_off_envelope(submitted.envelope.digest)
    {
        return Verdict::Repeats { index, later: None, left_out: Vec::new() };
    }
    match policy::decide(content, at, registry, known) {
        Ok(remarks) => Verdict::Enters(remarks),
        Err(rejection) => Verdict::Rejected(rejection),
    }
}

/// Which of the new sign-offs enter: all of them where they may, otherwise each that may
/// together with those before it. The receipt is the first, for ever, so what may not enter
/// takes nothing from the others, and whoever sends it hears why.
fn judge_later(
    submitted: &Submitted,
    new: &[&SignOff],
    decide: impl Fn(&Submitted) -> Result<Remarks, Rejection>,
) -> (Option<(Submitted, Remarks)>, Vec<LeftOut>) {
    let enters = |picked: &[&SignOff]| {
        let is_picked = |sign_off: &SignOff| picked.iter().any(|picked| std::ptr::eq(*picked, sign_off));
        let later = submitted.later_sign_offs(is_picked)?;
        Some(decide(&later).map(|remarks| (later, remarks)))
    };
    match enters(new) {
        None => return (None, Vec::new()),
        Some(Ok(entering)) => return (Some(entering), Vec::new()),
        Some(Err(_)) => {}
    }
    let (mut picked, mut entering, mut left_out) = (Vec::new(), None, Vec::new());
    for &sign_off in new {
        picked.push(sign_off);
        match enters(&picked) {
            Some(Ok(more)) => entering = Some(more),
            Some(Err(rejection)) => {
                picked.pop();
                let (signer, capacity) = (sign_off.signer.clone(), sign_off.capacity);
                left_out.push(LeftOut { signer, capacity, rejection });
            }
            None => {}
        }
    }
    (entering, left_out)
}
