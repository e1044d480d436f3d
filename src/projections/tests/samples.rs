//! Entries to fold: a small registry, two treaties, a few States, made up desks.

use proptest::prelude::*;

use crate::crypto::{KeyId, SigningKey};
use crate::domain::*;

/// An event before it has an entry: subject, date, body.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) subject: Subject,
    pub(super) occurred: Option<&'static str>,
    pub(super) body: Body,
}

pub(super) fn key(seed: u8) -> PublicKey {
    SigningKey::from_seed(&[seed; 32]).public().clone()
}

pub(super) fn founding() -> Draft {
    let founder = Founder {
        organisation: "operator".parse().expect("valid"),
        organisation_name: "Operator".into(),
        organisation_type: OrganisationType::Operator,
        country: "XX".parse().expect("valid"),
        member: "admin".parse().expect("valid"),
        post: "Administrator".into(),
        roles: vec![Role::Administrator],
        key: key(1),
    };
    let body = LedgerFounded {
        entropy: [7; 32],
        origin: "example.org/ledger".into(),
        checkpoint_key: key(200),
        founders: vec![founder],
        charter: charter(1),
    };
    registry("ledger", RegistryBody::LedgerFounded(Box::new(body)))
}

pub(super) fn charter(policy: u32) -> Charter {
    Charter {
        profile: CharterProfile::Solo,
        policy: PolicyNumber(policy),
        operator: "operator".parse().expect("valid"),
        admission_threshold: 1,
        charter_threshold: 1,
        enrolment_threshold: 1,
        late_work_grace_days: 30,
        public_tiles: true,
        witnesses: Vec::new(),
        sign_offs: SignOffRules::of(CharterProfile::Solo),
    }
}

pub(super) fn adopted(policy: u32) -> Draft {
    registry("ledger", RegistryBody::CharterAdopted(CharterAdopted { charter: charter(policy) }))
}

pub(super) fn admitted(organisation: &str) -> Draft {
    let body = OrganisationAdmitted {
        name: format!("The {organisation}").into(),
        organisation_type: OrganisationType::Desk,
        country: "XX".parse().expect("valid"),
    };
    registry(&format!("organisation/{organisation}"), RegistryBody::OrganisationAdmitted(body))
}

pub(super) fn enrolled(organisation: &str, member: &str) -> Draft {
    let body = MemberEnrolled {
        member: member.parse().expect("valid"),
        post: format!("Post {member}").into(),
        roles: vec![Role::Recorder, Role::Verifier],
    };
    registry(&format!("organisation/{organisation}"), RegistryBody::MemberEnrolled(body))
}

pub(super) fn key_enrolled(organisation: &str, member: &str, seed: u8) -> Draft {
    let body = KeyEnrolled {
        member: member.parse().expect("valid"),
        key: key(seed),
        possession: [0; 64],
        authorised_by: "letter".into(),
    };
    registry(&format!("organisation/{organisation}"), RegistryBody::KeyEnrolled(body))
}

pub(super) fn key_ended(organisation: &str, seed: u8, ending: KeyEnding) -> Draft {
    let body = KeyEnded { key: key(seed).id(), ending, reason: "end of tour".into() };
    registry(&format!("organisation/{organisation}"), RegistryBody::KeyEnded(body))
}

pub(super) fn mandated(organisation: &str, treaties: Scope<TreatyId>) -> Draft {
    let mandate = Mandate {
        mandate_type: MandateType::Transcribe,
        treaties,
        countries: Scope::Listed(vec!["XX".parse().expect("valid")]),
        since: Some("2025-01-01".parse().expect("valid")),
        until: None,
        basis: "charter".into(),
    };
    registry(&format!("organisation/{organisation}"), RegistryBody::MandateGranted(MandateGranted { mandate }))
}

pub(super) fn treaty(id: &str, short_names: &[&str]) -> Draft {
    let body = TreatyRegistered {
        title: "A treaty".into(),
        short_names: short_names.iter().map(|name| (*name).into()).collect(),
        adopted: Some("1997-09-18".parse().expect("valid")),
        adopted_at: "Oslo".into(),
        parent: None,
        registrations: Vec::new(),
        clauses: None,
    };
    draft(&format!("treaty/{id}"), Body::Treaty(TreatyBody::TreatyRegistered(Box::new(body))))
}

pub(super) fn participant(id: &str, name: &str) -> Draft {
    let body = ParticipantRegistered {
        name: name.into(),
        participant_type: ParticipantType::State,
        iso_code: None,
        other_names: vec![format!("Republic of {name}").into()],
        predecessors: Vec::new(),
    };
    draft(&format!("participant/{id}"), Body::Treaty(TreatyBody::ParticipantRegistered(body)))
}

/// A correction of a registration that restates it.
pub(super) fn restated(registration: Draft) -> Draft {
    let Draft { subject, occurred: _, body } = registration;
    let target =
        EventReference { organisation: "desk".parse().expect("valid"), event: EventId(uuid::Uuid::from_u128(1)) };
    let restated = Some(Box::new(Restated { occurred: None, not_stated: Vec::new(), body }));
    let body = EventCorrected { target, reason: "renamed".into(), restated };
    Draft { subject, occurred: None, body: Body::Shared(SharedBody::EventCorrected(body)) }
}

pub(super) fn signed(treaty: &str, participant: &str, date: Option<&str>) -> Draft {
    let body = SignatureAffixed {
        signed: date.map(|date| date.parse().expect("valid")),
        place: "".into(),
        signature_type: SignatureType::Simple,
    };
    let subject = format!("participation/{treaty}/{participant}");
    draft(&subject, Body::Treaty(TreatyBody::SignatureAffixed(body)))
}

pub(super) fn withdrawn(treaty: &str, participant: &str, received: Option<&str>) -> Draft {
    let body = WithdrawalNotified {
        styled: WithdrawalStyle::Withdrawal,
        received_by_depositary: received.map(|date| date.parse().expect("valid")),
        other_parties_notified: None,
        security_council_notified: None,
        reasons: None,
        later_effect: None,
    };
    let subject = format!("participation/{treaty}/{participant}");
    draft(&subject, Body::Treaty(TreatyBody::WithdrawalNotified(body)))
}

pub(super) fn record(id: &str) -> Draft {
    let body = RecordOpened {
        country: Some("XX".parse().expect("valid")),
        area_kind: Some(AreaKind::Minefield),
        classification: Some(Classification::Suspected),
        place: "".into(),
        regimes: Vec::new(),
        other_ids: Vec::new(),
        parcels: Vec::new(),
    };
    draft(&format!("record/{id}"), Body::Minefield(MinefieldBody::RecordOpened(body)))
}

fn registry(subject: &str, body: RegistryBody) -> Draft {
    draft(subject, Body::Registry(body))
}

pub(super) fn draft(subject: &str, body: Body) -> Draft {
    Draft { subject: subject.parse().expect("valid"), occurred: None, body }
}

/// The entry of one submission. Its time is ten times the index, and 5.
pub(super) fn entry(index: u64, organisation: &str, drafts: &[Draft]) -> Entry {
    let events: Vec<Event> = (0..).zip(drafts).map(|(ordinal, draft)| event(index, ordinal, draft)).collect();
    let submission = Submission {
        ledger_id: None,
        id: SubmissionId(uuid::Uuid::from_u128(u128::from(index))),
        author: signer(organisation),
        signed_at: RecordingTime(0),
        event_digests: Vec::new(),
        seen: None,
        require_unmoved: false,
    };
    let digest = SubmissionDigest([index as u8; 32]);
    let submitted = SubmittedEvents { digest, submission, events, sign_offs: Vec::new() };
    entry_of(index, EnvelopeContent::Submission(Box::new(submitted)))
}

/// The entry of sign-offs that came later.
pub(super) fn sign_offs(index: u64, organisations: &[&str]) -> Entry {
    let submission = SubmissionDigest([0; 32]);
    let sign_off = |organisation: &&str| SignOff {
        ledger_id: LedgerId([0; 32]),
        submission,
        signer: signer(organisation),
        capacity: Capacity::Verifier,
        verdict: Verdict::Approve { remark: "".into() },
        accepted_findings: Vec::new(),
        signed_at: RecordingTime(0),
    };
    let sign_offs = organisations.iter().map(sign_off).collect();
    entry_of(index, EnvelopeContent::SignOffs { submission, sign_offs })
}

fn entry_of(index: u64, content: EnvelopeContent) -> Entry {
    let envelope = Envelope { digest: EnvelopeDigest([index as u8; 32]), content };
    Entry { index: Index(index), recorded_at: RecordingTime(index * 10 + 5), envelope }
}

fn event(index: u64, ordinal: u16, draft: &Draft) -> Event {
    Event {
        id: EventId(uuid::Uuid::from_u128(u128::from(index) << 16 | u128::from(ordinal))),
        nonce: [0; 16],
        subject: draft.subject.clone(),
        based_on: Vec::new(),
        act: None,
        occurred: draft.occurred.map(|date| date.parse().expect("valid")),
        source: None,
        parts: Vec::new(),
        not_stated: Vec::new(),
        documents: Vec::new(),
        body: draft.body.clone(),
    }
}

fn signer(organisation: &str) -> Signer {
    let member = "recorder-1".parse().expect("valid");
    Signer { organisation: organisation.parse().expect("valid"), member, key: KeyId([0; 32]) }
}

/// One submission per slice, in order, all by one desk, without findings.
pub(super) fn ledger(submissions: &[&[Draft]]) -> Vec<(Entry, Vec<Finding>)> {
    (0..).zip(submissions).map(|(index, drafts)| (entry(index, "xx-desk", drafts), Vec::new())).collect()
}

const DATES: &[Option<&str>] =
    &[None, Some("1997-12-03"), Some("2005"), Some("2005-05"), Some("../2025-12-02"), Some("2025-12-05/..")];

fn any_draft() -> impl Strategy<Value = Draft> {
    let organisation = prop::sample::select(vec!["xx-desk", "xx-unit", "xx"]);
    let member = prop::sample::select(vec!["a", "a-1", "b"]);
    let treaties = prop::sample::select(vec!["untc:XXVI-5", "untc:XXVI-50"]);
    let states = prop::sample::select(vec!["AAA", "AA", "BBB"]);
    let date = prop::sample::select(DATES);
    let ending = prop_oneof![
        Just(KeyEnding::Retired),
        any::<u64>().prop_map(|since| KeyEnding::Compromised { since: RecordingTime(since) })
    ];
    let (o, m, t, s) = (organisation, member, treaties, states);
    prop_oneof![
        Just(founding()),
        (1..9u32).prop_map(adopted),
        o.clone().prop_map(admitted),
        (o.clone(), m.clone()).prop_map(|(o, m)| enrolled(o, m)),
        (o.clone(), m, 2..6u8).prop_map(|(o, m, seed)| key_enrolled(o, m, seed)),
        (o.clone(), 1..6u8, ending).prop_map(|(o, seed, ending)| key_ended(o, seed, ending)),
        o.prop_map(|o| mandated(o, Scope::All)),
        (t.clone(), "[a-zA-Z]{1,2}").prop_map(|(t, name)| treaty(t, &[&name, "T"])),
        (s.clone(), "[a-z]{1,2}").prop_map(|(s, name)| participant(s, &name)),
        (t.clone(), s.clone(), date.clone()).prop_map(|(t, s, date)| signed(t, s, date)),
        (t, s, date).prop_map(|(t, s, date)| withdrawn(t, s, date)),
        "[A-C]{1,2}".prop_map(|id| record(&id)),
    ]
}

fn any_findings() -> impl Strategy<Value = Vec<Finding>> {
    let finding = (prop::sample::select(FindingCode::ALL), 0..3u16, "[a-z]{0,3}");
    let finding = finding.prop_map(|(code, ordinal, field)| Finding {
        code,
        ordinal,
        field: field.into(),
        message: "Look here.".into(),
    });
    prop::collection::vec(finding, 0..3)
}

/// Any ledger of up to 24 entries, whether a policy would accept it or not: the fold is total.
pub(super) fn any_ledger() -> impl Strategy<Value = Vec<(Entry, Vec<Finding>)>> {
    let submission = prop::collection::vec(any_draft(), 1..4).prop_map(Some);
    let content = prop_oneof![9 => submission, 1 => Just(None)];
    let author = prop::sample::select(vec!["xx-desk", "xx-unit"]);
    prop::collection::vec((content, author, any_findings()), 1..24).prop_map(|entries| {
        let made = (0..).zip(entries).map(|(index, (content, author, findings))| match content {
            Some(drafts) => (entry(index, author, &drafts), findings),
            None => (sign_offs(index, &[author, "xx"]), findings),
        });
        made.collect()
    })
}
