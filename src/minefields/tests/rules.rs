//! One test per rule.

use super::*;

use LandFindingCode::*;

#[test]
fn a_record_shows_what_its_opening_says_and_is_open() {
    let picture = Book::opened().picture();
    assert_eq!(&*picture.identity.place, "Open ocean");
    assert_eq!(picture.status, LandStatus::Open);
    assert_eq!(picture.parcels[0].account.closing, Some(1_000));
    assert_eq!(picture.danger_areas.len(), 1);
    assert_eq!(picture.history[0].signatures[0].said, None, "the author's");
    assert!(picture.findings.is_empty());
}

#[test]
fn a_part_says_that_its_content_was_erased_and_of_which_commitment() {
    let mut book = Book::default();
    let first = book.add(opening(vec![]), vec![withheld(2, PartKind::Remarks, "2030-01-01")]);
    let erased = |target: &EventReference, slots: &[u32], on: Option<&str>| {
        let (target, slots, erased) = (target.clone(), slots.to_vec(), on.and_then(date));
        let body = ContentErased { target, slots, basis: "an order".into(), ordered_by: "a court".into(), erased };
        Body::Shared(SharedBody::ContentErased(body))
    };
    book.add(erased(&first, &[2], Some("2026-05-30")), vec![]);
    let at = book.last().position;
    let shown = |position, on: Option<&str>, superseded| Erasure { position, erased: on.and_then(date), superseded };
    assert_eq!(book.picture().parts[0].erasures, [shown(at, Some("2026-05-30"), false)]);
    let again = book.add(corrected(first, None), vec![withheld(2, PartKind::Remarks, "2030-01-01")]);
    assert_eq!(book.picture().parts[0].erasures, [shown(at, Some("2026-05-30"), true)], "what stands now is there");
    book.add(erased(&again, &[3], None), vec![]);
    assert_eq!(book.picture().parts[0].erasures.len(), 1, "of another slot");
    book.add(erased(&again, &[2], None), vec![]);
    let newest = book.last().position;
    assert_eq!(book.picture().parts[0].erasures[1], shown(newest, None, false));
    book.last().standing = Standing::Waiting;
    assert_eq!(book.picture().parts[0].erasures.len(), 1, "not in effect");
}

#[test]
fn a_record_speaks_from_the_first_day_that_a_hazard_can_have_been() {
    let mut book = Book::default();
    book.add_dated(opening(vec![]), vec![open(1, danger(-495_000_000, 500))], Some("2026-05-20"));
    assert_eq!(book.at("2026-05-19"), None);
    assert!(book.at("2026-05-20").is_some());
    book.add(laying("2024-05", "2024-05/2024-06", vec![]), vec![]);
    assert_eq!(book.at("2024-04-30"), None);
    let early = book.at("2024-05-01").expect("the laying may have been then");
    assert_eq!(early.danger_areas.len(), 1, "the danger area holds from then on: the hazard was there");
}

#[test]
fn clearance_changes_the_account_and_no_status() {
    let mut book = Book::opened();
    book.add(cleared("P1", 400, "2026-06-02"), vec![]);
    let parcel = &book.picture().parcels[0];
    assert_eq!((parcel.status, parcel.account.cleared, parcel.account.closing), (LandStatus::Open, 400, Some(600)));
}

#[test]
fn clearance_of_an_uncertain_date_counts_from_its_last_day() {
    let mut book = Book::opened();
    book.0[0].recorded_at.0 += 365 * DAY;
    book.add(cleared("P1", 400, "2026-06"), vec![]);
    book.last().recorded_at.0 += 365 * DAY;
    assert_eq!(book.at("2026-06-29").unwrap().parcels[0].account.cleared, 0);
    assert_eq!(book.at("2026-06-30").unwrap().parcels[0].account.cleared, 400);
}

#[test]
fn a_release_counts_when_it_is_in_effect_and_until_then_says_what_it_waits_for() {
    let mut book = Book::opened();
    let clearance = book.add(cleared("P1", 1_000, "2026-06-02"), vec![]);
    book.add(released("P1", "2026-06-03", vec![clearance]), vec![]);
    book.last().standing = Standing::Waiting;
    let waiting = book.picture();
    assert_eq!(waiting.status, LandStatus::Open);
    assert_eq!(waiting.parcels[0].release_waiting, [book.last().position]);
    assert!(waiting.waiting[0].message.contains("shown as mined"));
    book.last().standing = Standing::Effective { since: Index(9), verified: true };
    let picture = book.picture();
    assert_eq!((picture.status, picture.parcels[0].status), (LandStatus::Released, LandStatus::Released));
    assert_eq!((picture.totals.open_m2, picture.totals.released_m2), (0, 1_000));
    assert!(picture.waiting.is_empty() && picture.findings.is_empty());
    assert_eq!(book.at("2026-06-02").unwrap().status, LandStatus::Open, "not before its date");
}

#[test]
fn a_laying_that_the_release_did_not_know_of_opens_the_parcel_again() {
    let mut book = Book::opened();
    let clearance = book.add(cleared("P1", 1_000, "2026-06-02"), vec![]);
    book.add(released("P1", "2026-06-03", vec![clearance]), vec![]);
    book.add(laying("2020", "2020", vec![parcel("P1", None)]), vec![open(1, points(2))]);
    let picture = book.picture();
    assert_eq!(picture.parcels[0].status, LandStatus::Reopened);
    assert_eq!(picture.status, LandStatus::Reopened);
    assert_eq!(book.codes(), [LaidAfterRelease]);
}

#[test]
fn a_phoney_minefield_is_a_minefield_until_it_is_released() {
    let mut book = Book::opened();
    if let Body::Minefield(MinefieldBody::RecordOpened(body)) = &mut book.last().event.body {
        body.area_kind = Some(AreaKind::PhoneyMinefield);
    }
    assert_eq!(book.picture().status, LandStatus::Open);
}

#[test]
fn later_statements_add_and_a_survey_that_found_less_corrects() {
    let mut book = Book::opened();
    book.add(laying("2026-05", "2026-05", vec![parcel("P1", Some(1_500))]), vec![open(1, points(2))]);
    book.add(survey(vec![parcel("P1", Some(1_200)), parcel("P2", Some(70))]), vec![]);
    let picture = book.picture();
    let account = picture.parcels[0].account;
    assert_eq!((account.opening, account.added, account.corrected), (Some(1_000), 500, -300));
    assert_eq!(account.closing, Some(1_200));
    assert_eq!(picture.totals.account.closing, Some(1_270));
}

#[test]
fn an_unknown_area_stays_unknown_and_is_never_nothing() {
    let mut book = Book::opened();
    book.add(survey(vec![parcel("P2", None)]), vec![]);
    book.add(cleared("P2", 30, "2026-06-02"), vec![]);
    let picture = book.picture();
    assert_eq!((picture.parcels[1].account.opening, picture.parcels[1].account.closing), (None, None));
    assert_eq!((picture.totals.account.closing, picture.totals.unknown_parcels), (None, 1));
    assert_eq!(picture.totals.open_m2, 1_000, "of the one that is known");
}

#[test]
fn a_correction_replaces_what_it_restates_and_has_its_own_line_in_the_account() {
    let mut book = Book::opened();
    let opened = book.0[0].reference();
    book.add(
        corrected(opened.clone(), Some(opening(vec![parcel("P1", Some(900))]))),
        vec![open(1, danger(-495_000_000, 600))],
    );
    let picture = book.picture();
    let account = picture.parcels[0].account;
    assert_eq!((account.opening, account.corrected, account.closing), (Some(1_000), -100, Some(900)));
    assert!(matches!(
        picture.danger_areas[..],
        [DangerAreaInForce { area: DangerArea::Circle { radius_m: 600, .. }, .. }]
    ));
    book.last().standing = Standing::Waiting;
    let picture = book.picture();
    assert_eq!(picture.parcels[0].account.closing, Some(1_000), "the more cautious picture stands");
    assert!(matches!(
        picture.danger_areas[..],
        [DangerAreaInForce { area: DangerArea::Circle { radius_m: 500, .. }, .. }]
    ));
}

#[test]
fn a_parcel_that_a_correction_takes_out_is_withdrawn_and_its_account_closes_at_nothing() {
    let mut book = Book::opened();
    let opened = book.0[0].reference();
    book.add(corrected(opened, Some(opening(vec![parcel("P2", Some(50))]))), vec![]);
    let picture = book.picture();
    assert!(picture.parcels[0].withdrawn && !picture.parcels[1].withdrawn);
    assert_eq!((picture.parcels[0].account.corrected, picture.parcels[0].account.closing), (-1_000, Some(0)));
}

#[test]
fn a_danger_area_that_covers_the_one_before_stands_alone_and_a_doubtful_date_shows_both() {
    let mut book = Book::opened();
    book.add(survey(vec![]), vec![open(1, danger(-495_000_000, 700))]);
    assert_eq!(book.picture().danger_areas.len(), 1);
    let mut doubtful = Book::opened();
    doubtful.add_dated(
        laying("2026-05", "2026-05", vec![]),
        vec![open(1, points(2)), open(2, danger(-495_000_000, 700))],
        None,
    );
    assert_eq!(doubtful.at("2026-05-15").unwrap().danger_areas.len(), 2);
    book.last().author.organisation = "other".parse().unwrap();
    assert_eq!(book.picture().danger_areas.len(), 2, "one of each author");
}

#[test]
fn ground_that_was_shown_as_dangerous_stays_so_until_a_correction_redraws_it() {
    let with = |latitude, radius_m| {
        let mut book = Book::opened();
        book.add(survey(vec![]), vec![open(1, danger(latitude, radius_m))]);
        (book.picture().danger_areas.len(), book.codes())
    };
    assert_eq!(with(-495_000_000, 500), (1, vec![]), "the same");
    assert_eq!(with(-495_000_000, 501), (1, vec![]), "larger");
    assert_eq!(with(-495_010_000, 700), (1, vec![]), "larger, and moved a little");
    assert_eq!(with(-495_000_000, 499), (2, vec![DangerAreaLeavesOut]));
    assert_eq!(with(-495_100_000, 600), (2, vec![DangerAreaLeavesOut]), "moved");
    let mut redrawn = Book::opened();
    let opened = redrawn.0[0].reference();
    redrawn.add(corrected(opened, None), vec![open(1, danger(-495_000_000, 100))]);
    assert!(matches!(
        redrawn.picture().danger_areas[..],
        [DangerAreaInForce { area: DangerArea::Circle { radius_m: 100, .. }, .. }]
    ));
}

#[test]
fn what_is_stated_again_or_larger_after_a_release_opens_it_and_how_much_is_not_known() {
    let released_book = || {
        let mut book = Book::opened();
        book.add(cleared("P1", 1_000, "2026-06-02"), vec![]);
        book.add(released("P1", "2026-06-03", vec![]), vec![]);
        assert_eq!(book.picture().parcels[0].status, LandStatus::Released);
        book
    };
    let again = |body: Body| {
        let mut book = released_book();
        book.add(body, vec![]);
        let picture = book.picture();
        (picture.parcels[0].status, picture.parcels[0].account.closing, picture.totals.open_m2)
    };
    let reopened = (LandStatus::Reopened, None, 0);
    assert_eq!(again(survey(vec![parcel("P1", Some(3_000))])), reopened);
    assert_eq!(again(laying("2026-06-01", "2026-06-01", vec![parcel("P1", None)])), reopened);
    let opened = released_book().0[0].reference();
    assert_eq!(again(corrected(opened.clone(), Some(opening(vec![parcel("P1", Some(3_000))])))), reopened);
    let same = again(corrected(opened, Some(opening(vec![parcel("P1", Some(1_000))]))));
    assert_eq!(same, (LandStatus::Released, Some(0), 0));
}

#[test]
fn nothing_is_shown_of_a_committed_part_but_that_it_is_there() {
    let mut book = Book::opened();
    let survey = book.add(survey(vec![]), vec![withheld(1, PartKind::Extent, "2030-01-01")]);
    let before = book.picture();
    let part = &before.parts[1];
    assert_eq!((part.form, part.commitments, part.opened, &part.content), (PartForm::Withheld, 1, 0, &None));
    assert_eq!(before.danger_areas.len(), 1, "no shape is derived from it");
    book.add(disclosed(survey, 1, extent(None)), vec![]);
    let after = book.picture();
    let part = &after.parts[1];
    assert_eq!((part.commitments, part.opened, part.disclosed.len()), (1, 1, 1));
    assert_eq!(part.content, Some(extent(None)));
    assert_eq!(after.history[2].about, Some(after.history[1].position));
}

#[test]
fn a_slot_that_was_committed_anew_counts_both_commitments() {
    let mut book = Book::opened();
    let first = book.add(survey(vec![]), vec![withheld(1, PartKind::Extent, "2030-01-01")]);
    let anew = book.add(corrected(first.clone(), None), vec![withheld(1, PartKind::Extent, "2030-01-01")]);
    book.add(disclosed(first.clone(), 1, extent(None)), vec![]);
    let part = book.picture().parts[1].clone();
    assert_eq!((part.commitments, part.opened), (2, 1));
    assert_eq!(part.content, None, "the slot holds the newer one, which nobody opened");
    book.add(disclosed(anew, 1, extent(None)), vec![]);
    let part = book.picture().parts[1].clone();
    assert_eq!((part.commitments, part.opened, part.content), (2, 2, Some(extent(None))));
}

#[test]
fn a_record_without_a_danger_area_has_an_open_duty() {
    let mut book = Book::default();
    book.add(opening(vec![]), vec![]);
    assert_eq!(book.codes(), [NoDangerArea]);
}

#[test]
fn a_laying_asks_for_two_reference_points_and_counts_committed_ones_as_given() {
    let with = |part: Option<Part>| {
        let mut book = Book::opened();
        book.add(laying("2026-05", "2026-05", vec![]), part.into_iter().collect());
        book.codes()
    };
    assert_eq!(with(None), [ReferencePointsMissing]);
    assert_eq!(with(Some(open(1, points(1)))), [ReferencePointsMissing]);
    assert!(with(Some(open(1, points(2)))).is_empty());
    assert!(with(Some(withheld(1, PartKind::ReferencePoints, "2030-01-01"))).is_empty());
}

#[test]
fn clearing_more_than_was_reported_is_kept_apart_and_remarked() {
    let mut book = Book::opened();
    book.add(cleared("P1", 1_200, "2026-06-02"), vec![]);
    let account = book.picture().parcels[0].account;
    assert_eq!((account.cleared, account.cleared_outside, account.closing), (1_000, 200, Some(0)));
    assert_eq!(book.codes(), [ClearedBeyondReported]);
}

#[test]
fn a_release_names_a_clearance_and_covers_no_more_than_was_cleared() {
    let mut book = Book::opened();
    let clearance = book.add(cleared("P1", 400, "2026-06-02"), vec![]);
    book.add(released("P1", "2026-06-03", vec![]), vec![]);
    assert_eq!(book.codes(), [ReleaseNamesNoClearance, ReleasedBeyondCleared]);
    book.0.pop();
    book.add(released("P1", "2026-06-03", vec![clearance]), vec![]);
    assert_eq!(book.codes(), [ReleasedBeyondCleared]);
    book.add(cleared("P1", 600, "2026-06-02"), vec![]);
    assert!(book.codes().is_empty());
}

#[test]
fn a_part_whose_content_was_erased_is_not_asked_for_beyond_its_review() {
    let mut book = Book::opened();
    let survey = book.add(survey(vec![]), vec![withheld(1, PartKind::Extent, "2026-09-01")]);
    let past_review = |book: &Book| {
        let findings = book.at("2026-09-02").unwrap().findings;
        findings.iter().filter(|finding| finding.code == WithheldPastReview).count()
    };
    let erased = |target: &EventReference, slot| {
        let (basis, ordered_by) = ("an order".into(), "a court".into());
        let body = ContentErased { target: target.clone(), slots: vec![slot], basis, ordered_by, erased: None };
        Body::Shared(SharedBody::ContentErased(body))
    };
    book.add(erased(&survey, 2), vec![]);
    assert_eq!(past_review(&book), 1, "another slot was erased");
    book.add(erased(&survey, 1), vec![]);
    assert_eq!(past_review(&book), 0, "nobody can disclose it any more");
    book.add(corrected(survey, None), vec![withheld(1, PartKind::Extent, "2026-09-01")]);
    assert_eq!(past_review(&book), 1, "given anew, it is there again");
}

#[test]
fn a_part_withheld_beyond_its_review_is_remarked_as_of_the_date_asked() {
    let mut book = Book::opened();
    let survey = book.add(survey(vec![]), vec![withheld(1, PartKind::Extent, "2026-09-01")]);
    assert!(book.at("2026-09-01").unwrap().findings.is_empty());
    let late = book.at("2026-09-02").unwrap();
    assert_eq!(late.findings[0].code, WithheldPastReview);
    book.add(disclosed(survey, 1, extent(None)), vec![]);
    assert!(book.at("2026-09-02").unwrap().findings.is_empty(), "opened: nothing is withheld");
}

#[test]
fn a_passed_time_to_self_destruction_changes_nothing_but_the_remarks() {
    let mut book = Book::opened();
    let item = OrdnanceItem {
        category: OrdnanceCategory::MineOther,
        designation: "type A".into(),
        count: Count::Unknown,
        anti_handling: Presence::Unknown,
        self_destruct_hours: Some(48),
    };
    book.add(
        laying("2026-06-01", "2026-06-01", vec![]),
        vec![open(1, points(2)), open(2, PartContent::Ordnance(vec![item]))],
    );
    let (before, after) = (book.at("2026-06-03").unwrap(), book.at("2026-06-04").unwrap());
    assert!(before.findings.is_empty());
    assert_eq!(after.findings[0].code, SelfDestructPassed);
    assert_eq!((before.status, before.parcels), (after.status, after.parcels));
}

#[test]
fn a_position_far_from_the_others_is_remarked_and_swapped_coordinates_are_named() {
    let mut book = Book::opened();
    let swapped = DangerArea::Circle { centre: place(-800_000_000, -495_000_000), radius_m: 100 };
    book.add(survey(vec![]), vec![open(1, PartContent::DangerArea(swapped))]);
    assert_eq!(book.codes(), [PositionFarOff, DangerAreaLeavesOut]);
    let mut book = Book::default();
    let centre = place(-495_000_000, -850_000_000);
    book.add(opening(vec![]), vec![open(1, PartContent::DangerArea(DangerArea::Circle { centre, radius_m: 100 }))]);
    let turned = DangerArea::Circle { centre: place(-850_000_000, -495_000_000), radius_m: 100 };
    book.add(survey(vec![]), vec![open(1, PartContent::DangerArea(turned))]);
    let picture = book.picture();
    assert!(picture.findings.iter().any(|finding| finding.message.contains("swapped")), "{:?}", picture.findings);
}

#[test]
fn a_stated_area_is_compared_with_the_extent_within_a_hundredth_or_ten_square_metres() {
    let with = |area| {
        let mut book = Book::opened();
        book.add(survey(vec![parcel("P1", Some(area))]), vec![open(1, extent(Some("P1")))]);
        book.codes()
    };
    let PartContent::Extent(extent) = extent(None) else { unreachable!() };
    let exact = ring_area_m2(&extent.polygons[0]);
    assert!(with(exact).is_empty() && with(exact + exact / 101).is_empty());
    assert_eq!(with(exact + exact / 50), [DeclaredAreaDiffers]);
}

#[test]
fn dates_in_an_order_that_cannot_be_are_remarked_and_uncertain_ones_are_not() {
    let with = |began, completed| {
        let mut book = Book::opened();
        book.add(laying(began, completed, vec![]), vec![open(1, points(2))]);
        book.codes()
    };
    assert_eq!(with("2026-05-10", "2026-05-09"), [DatesOutOfOrder]);
    assert!(with("2026-05", "2026-05-09").is_empty());
    let mut book = Book::opened();
    let clearance = book.add(cleared("P1", 1_000, "2026-06-02"), vec![]);
    book.add(released("P1", "2026-05-30", vec![clearance]), vec![]);
    assert_eq!(book.codes(), [DatesOutOfOrder]);
}

#[test]
fn a_legacy_extent_with_a_fault_is_accepted_and_remarked() {
    let mut book = Book::opened();
    let corner = |north: i32, east: i32| place(-495_000_000 + north * 1_000, -1_235_000_000 + east * 1_000);
    let crossing = vec![corner(0, 0), corner(1, 1), corner(1, 0), corner(0, 1)];
    let extent = PartContent::Extent(Extent { parcel: None, polygons: vec![crossing] });
    book.add(laying("2026-05", "2026-05", vec![]), vec![open(1, points(2)), open(2, extent)]);
    assert_eq!(book.codes(), [ExtentFaulty]);
}

#[test]
fn an_extent_beyond_the_danger_area_is_remarked() {
    let mut book = Book::default();
    book.add(opening(vec![]), vec![open(1, danger(-495_000_000, 100))]);
    book.add(survey(vec![]), vec![open(1, extent(None))]);
    assert_eq!(book.codes(), [ExtentNotCovered]);
    assert!(!book.picture().parcels.iter().any(|parcel| parcel.numeric_only));
}
