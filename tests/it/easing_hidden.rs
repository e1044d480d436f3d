//! Ways around a signature that were found by looking for them: each waits now, or opens
//! what was released.

use merestone::wire::proto::{self, minefields_client::MinefieldsClient, sign_offs_client::SignOffsClient};

use super::*;

fn unsized_parcel(body: &mut Body, parcel: &str) {
    let parcels = vec![Parcel { id: parcel.parse().unwrap(), area_m2: None }];
    match body {
        Body::Minefield(MinefieldBody::PositionSurveyed(body)) => body.parcels = parcels,
        Body::Minefield(MinefieldBody::LayingRecorded(body)) => body.parcels = parcels,
        other => panic!("no parcels in {other:?}"),
    }
}

fn laid(field: &Field, parcels: &[(&str, u64)], completed: &str) -> Event {
    let body = LayingRecorded {
        method: Some(LayingMethod::ByHand),
        began: Some("2022-01-01".parse().unwrap()),
        completed: Some(completed.parse().unwrap()),
        laid_by: "A unit".into(),
        parcels: stated(parcels),
    };
    field.on_record(MinefieldBody::LayingRecorded(body))
}

impl Field {
    /// The remarks that the sign-offs and the history of the land show on the last release.
    pub(super) async fn remarks(&self, served: &Served) -> [Vec<String>; 2] {
        let size = self.ledger.node.sequencer().published().head.tree.size;
        self.ledger.node.wait_for_models(size).await.unwrap();
        let read_at = || Some(proto::ReadAt { minimum_size: size.0, known_at: None });
        let Subject::Record(record) = &self.record else { unreachable!("the field is a record") };
        let history = proto::RecordHistoryRequest {
            record: record.to_string(),
            read_at: read_at(),
            ..proto::RecordHistoryRequest::default()
        };
        let history = MinefieldsClient::new(served.channel.clone()).history(history).await.unwrap().into_inner();
        let last = history.items.last().unwrap();
        let index = last.position.as_ref().unwrap().index;
        let wanted = proto::GetSignOffsRequest {
            submission: Some(proto::get_sign_offs_request::Submission::Index(index)),
            read_at: read_at(),
            ..proto::GetSignOffsRequest::default()
        };
        let told = SignOffsClient::new(served.channel.clone()).get(wanted).await.unwrap().into_inner();
        let codes = |findings: &[proto::Finding]| findings.iter().map(|it| it.code.clone()).collect();
        [codes(&told.state.unwrap().findings), codes(&last.findings)]
    }

    fn signed(&self, event: Event) -> SignedSubmission {
        self.ledger.sign(&self.ledger.recorder, vec![event])
    }

    async fn acts(&self, signed: &SignedSubmission) {
        let p = self.enters(signed).await;
        assert_eq!(self.state_at(signed, Size(p.0 + 1)).await, None, "effective at once");
    }

    async fn waits(&self, signed: &SignedSubmission) {
        self.enters(signed).await;
        assert_eq!(self.state(signed).await.class, SignOffClass::Eases);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parcel_named_without_an_area_stays_as_large_as_it_was() {
    let field = Field::new().await;
    let mut silent = field.surveyed(&[]);
    unsized_parcel(&mut silent.body, "P1");
    field.acts(&field.signed(silent.clone())).await;
    field.waits(&field.signed(field.surveyed(&[("P1", 10)]))).await;
    field.waits(&field.corrected(&silent, field.surveyed(&[("P1", 10)]).body)).await;
    let mut laying = laid(&field, &[], "2022-02-01");
    unsized_parcel(&mut laying.body, "P2");
    let together = field.ledger.sign(&field.ledger.recorder, vec![laying]);
    field.acts(&together).await;
    field.waits(&field.signed(field.surveyed(&[("P2", 10)]))).await;
    field.ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_and_a_small_number_in_one_submission_ease_all_the_same() {
    let field = Field::new().await;
    let mut silent = field.surveyed(&[]);
    unsized_parcel(&mut silent.body, "P1");
    let mixed = field.ledger.sign(&field.ledger.recorder, vec![silent, field.surveyed(&[("P1", 10)])]);
    assert_eq!(field.refusal(&mixed).await, "WarningMustNotWait");
    field.ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_to_no_area_does_not_make_room_for_a_small_one() {
    let field = Field::new().await;
    let survey = field.surveyed(&[("P1", 1_200)]);
    field.acts(&field.signed(survey.clone())).await;
    let mut silent = survey.body.clone();
    unsized_parcel(&mut silent, "P1");
    field.acts(&field.corrected(&survey, silent)).await;
    field.waits(&field.corrected(&survey, field.surveyed(&[("P1", 10)]).body)).await;
    field.waits(&field.signed(field.surveyed(&[("P1", 1_100)]))).await;
    field.ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hazard_corrected_to_a_later_day_or_to_fewer_parcels_waits() {
    let field = Field::new().await;
    let survey = field.surveyed(&[("P3", 10)]);
    field.acts(&field.signed(survey.clone())).await;
    let dated = |on: &str| {
        let mut body = survey.body.clone();
        if let Body::Minefield(MinefieldBody::PositionSurveyed(body)) = &mut body {
            body.surveyed = Some(on.parse().unwrap());
        }
        body
    };
    field.waits(&field.corrected(&survey, dated("2026-01-05"))).await;
    field.acts(&field.corrected(&survey, dated("2025-12-01"))).await;
    assert_eq!(field.refusal(&field.corrected(&survey, dated("2035-01-01"))).await, "DateMustNotLieInFuture");
    let whole = laid(&field, &[], "2022-02-01");
    field.acts(&field.signed(whole.clone())).await;
    field.waits(&field.corrected(&whole, laid(&field, &[("P2", 2_000)], "2022-02-01").body)).await;
    field.ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_is_compared_with_what_other_events_state() {
    let field = Field::new().await;
    let survey = field.surveyed(&[("P9", 5)]);
    field.acts(&field.signed(survey.clone())).await;
    field.waits(&field.corrected(&survey, field.surveyed(&[("P1", 10), ("P9", 5)]).body)).await;
    field.acts(&field.corrected(&survey, field.surveyed(&[("P1", 1_500), ("P9", 5)]).body)).await;
    let laying = laid(&field, &[("P2", 2_000)], "2022-02-01");
    field.acts(&field.signed(laying.clone())).await;
    let nameless = field.corrected(&laying, laid(&field, &[], "2022-02-01").body);
    assert_eq!(field.refusal(&nameless).await, "WarningMustNotWait", "it warns of the whole and drops an area");
    field.ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_of_an_older_statement_is_no_yardstick_for_its_siblings() {
    let field = Field::new().await;
    let older = field.surveyed(&[("P3", 10)]);
    field.acts(&field.signed(older.clone())).await;
    field.acts(&field.signed(field.surveyed(&[("P3", 100)]))).await;
    let body = EventCorrected {
        target: EventReference { organisation: "desk".parse().unwrap(), event: older.id },
        reason: "the same again".into(),
        restated: Some(Box::new(Restated { occurred: None, not_stated: Vec::new(), body: older.body.clone() })),
    };
    let mut again = event(&field.record.to_string(), Body::Shared(SharedBody::EventCorrected(body)));
    again.source = Some(source(SourceClass::OwnAct));
    let together = field.ledger.sign(&field.ledger.recorder, vec![again, field.surveyed(&[("P3", 10)])]);
    assert_eq!(field.refusal(&together).await, "WarningMustNotWait");
    field.ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_that_becomes_earlier_or_dated_waits() {
    let field = Field::new().await;
    let release = field.release(&["P1"]);
    let signed = field.signed(release.clone());
    field.enters(&signed).await;
    field.verifies(&signed).await;
    field.certifies(&signed, &field.authority).await;
    let dated = |on: Option<&str>| {
        let mut body = release.body.clone();
        if let Body::Minefield(MinefieldBody::LandReleased(body)) = &mut body {
            body.released = on.map(|on| on.parse().unwrap());
        }
        body
    };
    field.waits(&field.corrected(&release, dated(Some("2026-01-01")))).await;
    field.acts(&field.corrected(&release, dated(Some("2026-01-03")))).await;
    field.ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_is_stated_by_the_founders_alone() {
    let field = Field::new().await;
    let withheld = crate::references::record(field.ledger.id);
    field.acts(&field.signed(withheld.clone())).await;
    let stranger = post("stranger", "head");
    admit(&field.ledger, &stranger, Role::Administrator, Vec::new()).await;
    let erased = SharedBody::ContentErased(ContentErased {
        target: EventReference { organisation: "desk".parse().unwrap(), event: withheld.id },
        slots: vec![2],
        basis: "an order".into(),
        ordered_by: "a court".into(),
        erased: Some("2026-01-01".parse().unwrap()),
    });
    let stated = || {
        let mut event = event(&withheld.subject.to_string(), Body::Shared(erased.clone()));
        event.source = Some(source(SourceClass::OwnAct));
        event
    };
    let by_stranger = field.ledger.sign(&stranger, vec![stated()]);
    assert_eq!(field.refusal(&by_stranger).await, "GovernorMustBeEntitled");
    field.enters(&field.ledger.sign(&field.ledger.registrar, vec![stated()])).await;
    field.ledger.audited().await;
}
