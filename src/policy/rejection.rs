//! The ledger's no: a value with a pinned code that states the rule.

use std::fmt;

/// Declares the rules with their pinned codes and what to do about each.
macro_rules! rules {
    ($($(#[$doc:meta])* $rule:ident, $advice:literal;)+) => {
        /// The rules of the ledger. The name of a variant is its pinned code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum RejectionRule { $($(#[$doc])* $rule,)+ }

        impl RejectionRule {
            /// All rules in the order of `docs/rejections.md`.
            pub const ALL: &'static [Self] = &[$(Self::$rule),+];
            /// The pinned code.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$rule => stringify!($rule),)+ }
            }
            /// What the partner can do.
            pub const fn advice(self) -> &'static str {
                match self { $(Self::$rule => $advice,)+ }
            }
        }
    };
}

rules! {
    /// The submission or sign-off names another ledger.
    LedgerMustMatch, "sign for this ledger's id (`merestone status`)";
    /// A founding submission on a ledger that exists.
    LedgerMustBeFoundedOnce, "found a new ledger with `merestone init`";
    /// The id stands on other bytes.
    SubmissionIdMustBeFresh, "give the changed submission a new id";
    /// An event id of the organisation is used again.
    EventIdMustBeFresh, "give the event a new id";
    /// The checkpoint that the author saw is no prefix of this journal.
    SeenMustBePrefix, "keep that checkpoint and tell the auditors: it does not belong to this history";
    /// The key is not in the registry.
    KeyMustBeEnrolled, "have an administrator enrol the key, or sign with an enrolled one";
    /// The key is enrolled for another post.
    KeyMustBelongToMember, "name the post that the key is enrolled for";
    /// The key was ended.
    KeyMustBeActive, "sign with an active key, or have a colleague vouch for late work";
    /// The organisation is suspended or was succeeded by another.
    OrganisationMustBeActive, "ask the founders to resume the organisation, or have its successor sign";
    /// The post has no role for this.
    RoleMustAllowKind, "have a post with one of the roles sign";
    /// No mandate covers the treaty.
    MandateMustCoverTreaty, "ask for a mandate for the treaty";
    /// No mandate covers the country.
    MandateMustCoverCountry, "ask for a mandate for the country";
    /// The subject exists already.
    SubjectMustBeNew, "record on the existing subject, or choose another id";
    /// The subject, or what it consists of, does not exist.
    SubjectMustExist, "record what opens the subject first";
    /// Somebody recorded on the subject since the author looked.
    SubjectMustNotHaveMoved, "look at the subject again and decide anew";
    /// An act that must be past lies in the future.
    DateMustNotLieInFuture, "correct the date; what is only planned is not recorded";
    /// What an event names was never recorded.
    ReferenceMustExist, "record that event first, or correct the reference";
    /// What an event names is on another subject, of a kind that it cannot be about, or what the
    /// event is itself about.
    ReferenceMustFit, "name what an event of this kind can be about";
    /// The event that is corrected or disclosed was recorded by another organisation.
    TargetMustBeOwn, "ask the organisation that recorded it";
    /// What is restated does not fit the event that is corrected.
    CorrectionMustFitTarget, "restate the same kind, and parts of the same kind in the same or a stricter form";
    /// Salt and content do not give the commitment that was recorded.
    DisclosureMustMatch, "disclose exactly the salt and content that were kept when the event was made";
    /// The extent of a survey that is disclosed, or that a correction gives, has a fault.
    SurveyedOutlineMustBeSimple, "give the positions in their order along the outline; what was committed to otherwise is corrected, not disclosed";
    /// The parcel was never reported.
    ParcelMustBeReported, "name a parcel of the record, or report it with a survey first";
    /// The form of a part is not accepted by the policy in force.
    PartFormMustBeAccepted, "use the form open or withheld";
    /// An organisation that is named is not admitted, or is the subject itself.
    OrganisationMustBeAdmitted, "name another organisation that is admitted and active";
    /// The organisation's standing does not allow the change.
    StandingMustAllowChange, "look at the organisation's standing: suspend what is active, resume what is suspended";
    /// The post exists already.
    MemberMustBeNew, "choose another member id";
    /// The post does not exist.
    MemberMustBeEnrolled, "enrol the post first";
    /// The key was enrolled before. One key, one post, for ever.
    KeyMustBeNew, "make a fresh key";
    /// The new key's signature over its possession statement is not valid.
    PossessionMustVerify, "sign the possession statement with the new key";
    /// The key to end is not one of this organisation's, or has ended.
    KeyToEndMustBeActive, "name an active key of this organisation";
    /// The charter names a policy that is unknown or older than the one in force.
    PolicyMustBeKnown, "name the policy in force or a newer one that the service knows";
    /// The operator that the charter names is not admitted.
    OperatorMustBeAdmitted, "admit the operator first";
    /// A threshold that can never be met, or none at all.
    ThresholdMustBeReachable, "set thresholds between 1 and the number of founding administrators";
    /// Too few entitled administrators signed.
    SignOffsMustMeetThreshold, "gather the missing sign-offs with capacity governor";
    /// Who governs is not entitled to govern this subject.
    GovernorMustBeEntitled, "have an administrator of the organisation, or of a founder, sign";
    /// A founder did not sign the founding.
    FoundersMustSign, "gather a sign-off with capacity governor from every other founder";
    /// The charter's profile promises other sign-offs than the charter asks for.
    ProfileMustFitSignOffs, "ask for what the profile promises: nobody for solo, a verifier, an authority and the counterparty for national, a verifier of another organisation too for coalition";
    /// What waits for sign-offs would hold up a warning, or another act that is effective at once.
    WarningMustNotWait, "submit what eases in a submission of its own, as the command line does by kind; where one event does both, write two events, each in a file of its own";
    /// A submission that waits for two sorts of sign-offs.
    ClassesMustNotMix, "submit what eases and what is transferred each in a submission of its own";
    /// A sign-off by the author of the submission.
    SignOffMustBeByAnother, "have another post sign off";
    /// The post signed off this submission before, with this key or another.
    SignOffMustBeNew, "nothing: a sign-off of the post is on record";
    /// A sign-off on a submission that the ledger does not hold.
    SignOffMustNameSubmission, "submit the submission first";
    /// The signer's roles or organisation do not allow the capacity.
    CapacityMustBeAllowed, "sign in a capacity that the post's roles allow";
    /// The verifier's organisation is neither the author's nor one that it named.
    VerifierMustBeNamed, "have the author's administrators name the verifier's organisation (organisation_changed); where the charter does not ask for another organisation, another post of the author's own may verify instead";
    /// Nobody waits for a sign-off in this capacity.
    CapacityMustBeNeeded, "sign in a capacity that is waited for, and as governor only within the envelope of what governs";
    /// The submission took effect, lapsed, was declined or was withdrawn.
    SubmissionMustWait, "nothing: what was decided stands; its author may submit anew";
    /// The submission waited longer than the charter allows.
    SignOffsMustComeInTime, "ask the author to submit it anew";
    /// A withdrawal of an approval that the post did not give, took back, or that took effect.
    ApprovalMustStand, "withdraw your own approval, in its capacity, while the submission waits";
    /// No mandate as national authority covers anything in the submission.
    AuthorityMustCoverSubmission, "have the national authority for the country or treaty sign, or ask a founder for the mandate";
}

impl fmt::Display for RejectionRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

/// Why an envelope does not enter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{rule}: {message} ({field}); {}", .rule.advice())]
pub struct Rejection {
    pub rule: RejectionRule,
    /// Where, as in the proto files: `envelope.submission.key_id`, `events[3].subject`.
    pub field: String,
    /// A sentence for a person.
    pub message: String,
}

impl Rejection {
    pub(super) fn new(rule: RejectionRule, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { rule, field: field.into(), message: message.into() }
    }
}
