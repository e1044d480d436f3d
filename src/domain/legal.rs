//! Remarks of law on what the acts under a treaty state. They are values of an
//! answer, made again for every answer from the events; they are never stored and
//! reject nothing.

use super::{EventReference, Position};

pinned! {
    /// Which legal rule remarks on an act.
    LegalRemark {
        /// Who withdraws was neither bound nor about to be when the notice was received.
        WithdrawalWithoutMembership = 1, "withdrawal_without_membership";
        /// The ledger does not hold that an addressee of the clauses was notified.
        AddresseeMissing = 2, "addressee_missing";
        /// The clauses ask for reasons, and the ledger does not hold that they came.
        ReasonsMissing = 3, "reasons_missing";
        /// A withdrawal is open already.
        SecondOpenWithdrawal = 4, "second_open_withdrawal";
        /// The instrument names a later date, and the clauses do not provide for one.
        LaterEffectWithoutBasis = 5, "later_effect_without_basis";
        /// The withdrawal had taken effect when the revocation was received.
        RevocationTooLate = 6, "revocation_too_late";
        /// Accession is for States that have not signed.
        AccessionBySignatory = 7, "accession_by_signatory";
        /// Ratification, acceptance and approval follow a signature; none is held before the deposit.
        DepositBeforeSignature = 8, "deposit_before_signature";
        /// A further instrument while the participant is bound.
        ConsentWhileBound = 9, "consent_while_bound";
        /// The treaty was not open for signature on that day.
        SignatureOutsideWindow = 10, "signature_outside_window";
        /// A stated effect is not the one that the clauses give.
        StatedVsComputed = 11, "stated_vs_computed";
        /// An effect is stated for a day before there was consent.
        EffectBeforeConsent = 12, "effect_before_consent";
        /// The effect of a withdrawal is stated, and no notification of it is held.
        WithdrawalEffectWithoutNotice = 13, "withdrawal_effect_without_notice";
        /// Who suspends was not bound.
        SuspensionWithoutMembership = 14, "suspension_without_membership";
        /// When the treaty itself entered into force is neither stated nor countable from what is held.
        TreatyInForceUnknown = 15, "treaty_in_force_unknown";
        /// The treaty was registered without the clause that the act needs.
        ClauseMissing = 16, "clause_missing";
        /// A reservation is declared, and the clauses permit none.
        ImpermissibleReservation = 17, "impermissible_reservation";
        /// A reservation made when signing was not confirmed with the consent.
        ReservationNotConfirmed = 18, "reservation_not_confirmed";
        /// Who declares had neither signed nor consented.
        DeclarationByOutsider = 19, "declaration_by_outsider";
        /// The first consent covers fewer protocols than the clauses ask for.
        NeedsTwoProtocols = 20, "needs_two_protocols";
        /// The predecessor was neither bound nor a signatory when it was succeeded.
        PredecessorNotBound = 21, "predecessor_not_bound";
        /// Provisional application is declared, and the clauses do not provide for it.
        ProvisionalApplicationNotProvided = 22, "provisional_application_not_provided";
        /// Provisional application is declared without an instrument of consent.
        ProvisionalWithoutInstrument = 23, "provisional_without_instrument";
        /// Who objects had neither signed nor consented.
        ObjectionByOutsider = 24, "objection_by_outsider";
        /// The time for the objection was over.
        ObjectionLate = 25, "objection_late";
        /// The clauses do not provide for suspension.
        SuspensionNotProvided = 26, "suspension_not_provided";
        /// Two notifications of the depositary have one reference.
        NotificationReferenceReused = 27, "notification_reference_reused";
        /// Thirty days after the act no notification of the depositary is held.
        NotNotified = 28, "not_notified";
        /// Two statements that may be about one act.
        PossibleDuplicate = 29, "possible_duplicate";
        /// The deposit is dated on the day of a step inside the State.
        DepositOnDomesticDay = 30, "deposit_on_domestic_day";
        /// A step inside the State is dated after what it leads to.
        StepsOutOfOrder = 31, "steps_out_of_order";
        /// The day was clamped to the end of the month.
        DayClamped = 32, "day_clamped";
        /// The instrument is dated after its deposit.
        InstrumentAfterDeposit = 33, "instrument_after_deposit";
        /// The treaty was adopted after it was opened for signature.
        AdoptedAfterOpening = 34, "adopted_after_opening";
        /// A further signature of one participant.
        SignatureRepeated = 35, "signature_repeated";
        /// A notice before the least time of membership.
        NoticeTooEarly = 36, "notice_too_early";
        /// The depositary's table shows the participant as withdrawn, and no notice is held.
        WithdrawnInTableOnly = 37, "withdrawn_in_table_only";
        /// An extension adds more than the clauses allow.
        ExtensionTooLong = 40, "extension_too_long";
        /// An extension was granted after the deadline that it extends.
        ExtensionDecidedLate = 41, "extension_decided_late";
        /// The clauses know no such duty, or no extension of it.
        ExtensionWithoutDuty = 42, "extension_without_duty";
        /// The treaty did not bind the participant when the extension was requested or decided.
        ExtensionWithoutMembership = 43, "extension_without_membership";
        /// A report or a declaration of completion that fulfils no duty of the clauses.
        ReportWithoutDuty = 44, "report_without_duty";
        /// The deadline that an extension says it extends is not the one that stood.
        OldDeadlineDiffers = 45, "old_deadline_differs";
        /// An act under the treaty is dated before the treaty was adopted.
        ActBeforeAdoption = 46, "act_before_adoption";
        /// A conflict is asserted until a day before it began.
        PeriodEndsBeforeItBegins = 47, "period_ends_before_it_begins";
        /// The instrument names a later date that lies before the end of the notice.
        LaterEffectTooEarly = 48, "later_effect_too_early";
        /// An instrument was deposited with a depositary that the clauses do not name.
        DepositaryNotNamed = 49, "depositary_not_named";
        /// A correction of an event that had been taken back.
        CorrectionOfRetracted = 50, "correction_of_retracted";
        /// The day that an extension names lies before the deadline that stood.
        ExtensionToEarlierDay = 51, "extension_to_earlier_day";
        /// An instrument names a protocol that is not registered as one of the treaty.
        ProtocolNotRegistered = 52, "protocol_not_registered";
    }
}

/// One legal remark on one act.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LegalFinding {
    pub code: LegalRemark,
    /// The act; `None` where it is about the treaty or its clauses.
    pub event: Option<CitedEvent>,
    /// The article that it rests on; empty where the clauses name none.
    pub article: Box<str>,
    /// A sentence for a person.
    pub message: Box<str>,
}

/// An event that an answer rests on: by name, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CitedEvent {
    pub reference: EventReference,
    pub position: Position,
}
