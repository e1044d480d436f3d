//! Questions at sizes.

use jiff::civil::Date;
use proptest::prelude::*;

use super::samples::*;
use super::*;
use crate::domain::*;
use crate::limits::PACKED_ROWS;

fn ids<T: ToString>(items: impl IntoIterator<Item = T>) -> Vec<String> {
    items.into_iter().map(|item| item.to_string()).collect()
}

fn registry_ledger() -> Vec<(Entry, Vec<Finding>)> {
    ledger(&[
        &[founding()],
        &[admitted("xx-desk"), enrolled("xx-desk", "recorder-1"), key_enrolled("xx-desk", "recorder-1", 2)],
        &[mandated("xx-desk", Scope::Listed(vec!["untc:XXVI-5".parse().expect("valid")]))],
        &[key_ended("xx-desk", 2, KeyEnding::Retired)],
        &[adopted(2)],
    ])
}

#[test]
fn an_organisation_is_answered_as_it_stood() {
    let it = Models::of(&registry_ledger(), &[5]);
    let desk: OrganisationId = "xx-desk".parse().expect("valid");
    let at_size = |size| it.models.at(Size(size)).expect("held").organisation(&desk).expect("readable");
    assert_eq!(at_size(1), None);
    let admitted = at_size(2).expect("admitted");
    assert_eq!((admitted.admitted, admitted.founder, admitted.mandates.len()), (at(1, 0), false, 0));
    let member = &admitted.members[0];
    assert_eq!((member.enrolled, member.keys[0].enrolled), (at(1, 1), at(1, 2)));
    assert_eq!((&member.keys[0].key, member.keys[0].ended), (&key(2), None));
    assert_eq!(at_size(3).expect("admitted").mandates[0].granted, at(2, 0));
    let ended = at_size(4).expect("admitted").members[0].keys[0].ended.expect("ended");
    let expected = KeyEndState { ending: KeyEnding::Retired, position: at(3, 0), recorded_at: RecordingTime(35) };
    assert_eq!(ended, expected);
    assert_eq!(at_size(5), at_size(4));
}

#[test]
fn a_founder_has_post_and_key_from_the_founding() {
    let it = Models::of(&registry_ledger(), &[5]);
    let operator = it.models.now().organisation(&"operator".parse().expect("valid")).expect("readable");
    let operator = operator.expect("founded");
    assert!(operator.founder);
    assert_eq!(
        (&operator.members[0].roles[..], &operator.members[0].keys[0].key),
        (&[Role::Administrator][..], &key(1))
    );
}

#[test]
fn an_answer_says_which_time_and_policy_it_holds_for() {
    let it = Models::of(&registry_ledger(), &[2]);
    let holds = |size| it.models.at(Size(size)).expect("held").holds_at().expect("readable");
    assert_eq!(holds(0), HoldsAt { size: Size(0), recorded_at: None, policy: None, profile: None });
    assert_eq!(holds(4).policy, Some(PolicyNumber(1)));
    let (recorded_at, profile) = (Some(RecordingTime(45)), Some(CharterProfile::Solo));
    let newest = HoldsAt { size: Size(5), recorded_at, policy: Some(PolicyNumber(2)), profile };
    assert_eq!(holds(5), newest);
    assert_eq!(it.models.position().policy, newest.policy);
}

#[test]
fn a_time_is_resolved_to_the_entries_recorded_by_then() {
    let it = Models::of(&registry_ledger(), &[2]);
    let size_at = |time| it.models.size_at(RecordingTime(time)).expect("readable").0;
    assert_eq!([0, 4, 5, 14, 15, 44, 45, u64::MAX].map(size_at), [0, 0, 1, 1, 2, 4, 5, 5]);
}

#[test]
fn a_size_that_is_not_held_yet_is_no_answer() {
    let it = Models::of(&registry_ledger(), &[2]);
    assert!(matches!(it.models.at(Size(6)), Err(QueryError::NotYet { asked: Size(6), held: Size(5) })));
}

#[test]
fn a_treaty_is_found_by_id_or_by_a_short_name_that_is_unique() {
    let it = Models::of(
        &ledger(&[
            &[record("XX-1"), treaty("untc:XXVI-5", &["APMBC", "Mine Ban"])],
            &[treaty("untc:XXVI-6", &["CCM", "mine ban"])],
        ]),
        &[2],
    );
    let find = |size, name: &str| it.models.at(Size(size)).expect("held").find_treaty(name);
    let first = Registered { id: "untc:XXVI-5".parse().expect("valid"), position: at(0, 1) };
    for name in ["untc:XXVI-5", "APMBC", "apmbc"] {
        assert_eq!(find(2, name).expect("unambiguous").as_ref(), Some(&first), "{name}");
    }
    assert_eq!(find(1, "Mine Ban").expect("one has it").as_ref(), Some(&first));
    assert!(matches!(find(2, "Mine Ban"), Err(QueryError::Ambiguous { ids, .. }) if ids.len() == 2));
    for name in ["APMB", "APMBCC", "", "untc:XXVI-7"] {
        assert_eq!(find(2, name).expect("unambiguous"), None, "{name}");
    }
    assert_eq!(find(0, "APMBC").expect("unambiguous"), None);
}

#[test]
fn a_participant_is_found_by_id_or_name() {
    let it = Models::of(&ledger(&[&[participant("AAA", "Aland")], &[participant("AA", "Other")]]), &[2]);
    for name in ["AAA", "Aland", "republic of aland"] {
        let found = it.models.now().find_participant(name).expect("unambiguous").expect("registered");
        assert_eq!(found.id.as_str(), "AAA", "{name}");
    }
}

#[test]
fn a_corrected_name_finds_beside_the_earlier_ones_from_its_entry_on() {
    let it = Models::of(
        &ledger(&[
            &[participant("AAA", "Aland"), treaty("untc:T", &["Ban"])],
            &[restated(participant("AAA", "New Aland")), restated(treaty("untc:T", &["AP Ban"]))],
        ]),
        &[2],
    );
    let (before, after) = (it.models.at(Size(1)).expect("held"), it.models.now());
    let participant =
        |view: View<'_>, name| view.find_participant(name).expect("unambiguous").map(|found| found.position);
    let treaty = |view: View<'_>, name| view.find_treaty(name).expect("unambiguous").map(|found| found.position);
    for name in ["Aland", "Republic of Aland", "New Aland", "republic of new aland"] {
        assert_eq!(participant(after, name), Some(at(0, 0)), "{name}");
    }
    for name in ["Ban", "AP Ban"] {
        assert_eq!(treaty(after, name), Some(at(0, 1)), "{name}");
    }
    assert_eq!((participant(before, "New Aland"), treaty(before, "AP Ban")), (None, None));
}

#[test]
fn pages_of_ids_are_in_order_and_leave_nothing_out() {
    let it = Models::of(&ledger(&[&[admitted("b"), admitted("a-1")], &[admitted("a")], &[admitted("c")]]), &[4]);
    let view = it.models.at(Size(2)).expect("held");
    let first = view.organisations(PageRequest { after: None, items: 2 }).expect("a page");
    assert_eq!(ids(first.items.iter().map(|organisation| &organisation.id)), ["a", "a-1"]);
    let next = PageRequest { after: first.next.as_deref(), items: 2 };
    let second = view.organisations(next).expect("a page");
    assert_eq!(ids(second.items.iter().map(|organisation| &organisation.id)), ["b"]);
    assert_eq!(second.next, None);
    for token in ["NOT AN ID", "nobody", "c"] {
        let bad = PageRequest { after: Some(token), items: 2 };
        assert!(matches!(view.organisations(bad), Err(QueryError::BadPageToken { .. })), "{token}");
    }
}

fn timeline_ledger() -> Vec<(Entry, Vec<Finding>)> {
    ledger(&[
        &[withdrawn("untc:XXVI-5", "AAA", Some("2025-08-20")), signed("untc:XXVI-5", "BBB", Some("1997-12-03"))],
        &[signed("untc:XXVI-5", "AAA", Some("1997-12-03")), withdrawn("untc:XXVI-5", "BBB", None)],
        &[treaty("untc:XXVI-5", &[])],
        &[signed("untc:XXVI-50", "AAA", Some("1998"))],
    ])
}

/// A timeline of acts that nobody corrected.
fn page_of(
    view: View<'_>,
    treaty: &TreatyId,
    (participant, until): (Option<&ParticipantId>, Option<Date>),
    page: PageRequest<'_>,
) -> Result<Page<Act>, QueryError> {
    view.timeline(&Timeline { treaty, participant, until, dates: &DatesThatStand::new() }, page)
}

#[test]
fn a_timeline_is_in_order_of_the_world_and_undated_acts_come_last() {
    let it = Models::of(&timeline_ledger(), &[4]);
    let treaty = "untc:XXVI-5".parse().expect("valid");
    let acts = page_of(it.models.now(), &treaty, (None, None), PageRequest::default()).expect("a page").items;
    let positions: Vec<_> = acts.iter().map(|act| act.position).collect();
    assert_eq!(positions, [at(2, 0), at(0, 1), at(1, 0), at(0, 0), at(1, 1)]);
    assert_eq!((acts[0].participant.as_ref(), acts[4].date.as_ref()), (None, None));
    assert_eq!(acts[3].kind.name(), "withdrawal_notified");
    let one = "AAA".parse().expect("valid");
    let of_one = page_of(it.models.now(), &treaty, (Some(&one), None), PageRequest::default()).expect("a page").items;
    assert_eq!(of_one.iter().map(|act| act.position).collect::<Vec<_>>(), [at(1, 0), at(0, 0)]);
    let early = page_of(it.models.at(Size(1)).expect("held"), &treaty, (None, None), PageRequest::default());
    assert_eq!(early.expect("a page").items.len(), 2);
}

#[test]
fn a_timeline_up_to_a_day_leaves_out_what_cannot_have_come() {
    let it = Models::of(&timeline_ledger(), &[4]);
    let (treaty, day) = ("untc:XXVI-5".parse().expect("valid"), "2025-08-19".parse().expect("a day"));
    let upto =
        |day| page_of(it.models.now(), &treaty, (None, Some(day)), PageRequest::default()).expect("a page").items;
    let positions: Vec<_> = upto(day).iter().map(|act| act.position).collect();
    assert_eq!(positions, [at(2, 0), at(0, 1), at(1, 0), at(1, 1)], "what is undated can have come");
    let later = |day, participant: Option<&ParticipantId>| {
        let dates = &DatesThatStand::new();
        let asked = Timeline { treaty: &treaty, participant, until: Some(day), dates };
        it.models.now().later_acts(&asked).expect("readable")
    };
    assert_eq!(later(day, None).into_iter().collect::<Vec<_>>(), [at(0, 0)]);
    let next = "2025-08-20".parse().expect("a day");
    assert_eq!((upto(next).len(), later(next, None).len()), (5, 0));
    let other = "BBB".parse().expect("valid");
    assert!(later(day, Some(&other)).is_empty());
}

#[test]
fn an_act_is_placed_and_cut_by_the_date_that_stands() {
    let it = Models::of(&timeline_ledger(), &[4]);
    let (treaty, view) = ("untc:XXVI-5".parse().expect("valid"), it.models.now());
    let stands = |date: &str| Some(date.parse().expect("a date"));
    let dates = DatesThatStand::from([(at(0, 1), stands("2025-09-01")), (at(0, 0), None), (at(1, 1), stands("1999"))]);
    let timeline = |until| Timeline { treaty: &treaty, participant: None, until, dates: &dates };
    let acts = |until: Option<Date>| {
        let (mut token, mut acts) = (None, Vec::new());
        loop {
            let page = PageRequest { after: token.as_deref(), items: 2 };
            let page = view.timeline(&timeline(until), page).expect("a page");
            acts.extend(page.items.into_iter().map(|act| (act.position, act.date)));
            token = page.next;
            if token.is_none() {
                return acts;
            }
        }
    };
    let whole = acts(None);
    assert_eq!(whole.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [at(2, 0), at(1, 0), at(1, 1), at(0, 1), at(0, 0)]);
    assert_eq!(whole[3].1, stands("2025-09-01"));
    let day = Some("2025-08-31".parse().expect("a day"));
    let (told, later) = (acts(day), view.later_acts(&timeline(day)).expect("readable"));
    assert_eq!(told.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [at(2, 0), at(1, 0), at(1, 1), at(0, 0)]);
    assert_eq!(later.into_iter().collect::<Vec<_>>(), [at(0, 1)]);
}

#[test]
fn pages_of_a_timeline_join_to_the_whole() {
    let it = Models::of(&timeline_ledger(), &[4]);
    let (treaty, view) = ("untc:XXVI-5".parse().expect("valid"), it.models.now());
    let whole = page_of(view, &treaty, (None, None), PageRequest::default()).expect("a page").items;
    let (mut token, mut joined) = (None, Vec::new());
    loop {
        let page =
            page_of(view, &treaty, (None, None), PageRequest { after: token.as_deref(), items: 2 }).expect("a page");
        joined.extend(page.items);
        token = page.next;
        if token.is_none() {
            break;
        }
    }
    assert_eq!(joined, whole);
    for token in ["", "2025", "2025-08-20/1", "2025-13-01/1/1", "undated/x/0"] {
        let page = page_of(view, &treaty, (None, None), PageRequest { after: Some(token), items: 2 });
        assert!(matches!(page, Err(QueryError::BadPageToken { .. })), "{token}");
    }
}

#[test]
fn later_sign_offs_are_in_the_history_of_their_organisations() {
    let mut entries = ledger(&[&[record("XX-1")]]);
    entries.push((sign_offs(1, &["xx-unit"]), Vec::new()));
    let it = Models::of(&entries, &[2]);
    let of = |organisation: &str| {
        let filter = EntryFilter { organisation: Some(organisation.parse().expect("valid")), ..EntryFilter::default() };
        it.models.now().entries(&filter, Index(0)).collect::<Result<Vec<_>, _>>().expect("readable")
    };
    assert_eq!((of("xx-desk"), of("xx-unit"), of("xx")), (vec![Index(0)], vec![Index(1)], vec![]));
}

#[test]
fn findings_are_answered_for_their_event() {
    let finding = |ordinal, field: &str| Finding {
        code: FindingCode::BasedOnUnknown,
        ordinal,
        field: field.into(),
        message: "It names an event that is not here.".into(),
    };
    let mut entries = ledger(&[&[record("XX-1"), record("XX-2")], &[record("XX-3")]]);
    entries[0].1 = vec![finding(1, "based_on[0]"), finding(0, "based_on[1]"), finding(1, "based_on[2]")];
    let it = Models::of(&entries, &[2]);
    let view = it.models.now();
    assert_eq!(view.findings(at(0, 1)).expect("readable"), [finding(1, "based_on[0]"), finding(1, "based_on[2]")]);
    assert_eq!(view.findings_of_entry(Index(0)).expect("readable").len(), 3);
    assert!(view.findings(at(1, 0)).expect("readable").is_empty());
    assert!(it.models.at(Size(0)).expect("held").findings(at(0, 1)).expect("readable").is_empty());
}

/// Everything that a view can be asked, as text.
fn answers(view: View<'_>) -> String {
    let page = PageRequest::default();
    let mut text = format!("{:?}", view.holds_at().expect("readable"));
    text += &format!("{:?}", view.organisations(page).expect("a page"));
    text += &format!("{:?}", view.treaties(page).expect("a page"));
    text += &format!("{:?}", view.participants(page).expect("a page"));
    text += &format!("{:?}", view.find_treaty("T").map_err(|e| e.to_string()));
    for treaty in ["untc:XXVI-5", "untc:XXVI-50"] {
        text += &format!("{:?}", page_of(view, &treaty.parse().expect("valid"), (None, None), page).expect("a page"));
    }
    for kind in KINDS {
        let filter = EntryFilter { kind: Some(kind.kind), ..EntryFilter::default() };
        text += &format!("{:?}", view.entries(&filter, Index(0)).collect::<Result<Vec<_>, _>>().expect("readable"));
    }
    for index in 0..24 {
        text += &format!("{:?}", view.findings_of_entry(Index(index)).expect("readable"));
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn an_answer_at_an_old_size_ignores_newer_rows(entries in any_ledger(), cut in any::<prop::sample::Index>()) {
        let size = cut.index(entries.len() + 1);
        let then = Models::of(&entries[..size], &[4]);
        let now = Models::of(&entries, &[4]);
        let size = Size(size as u64);
        prop_assert_eq!(answers(then.models.now()), answers(now.models.at(size).expect("held")));
    }

    #[test]
    fn a_filter_finds_what_a_look_at_every_entry_finds(entries in any_ledger(), from in 0..24u64, cut in any::<prop::sample::Index>()) {
        let it = Models::of(&entries, &[24]);
        let size = cut.index(entries.len() + 1);
        let view = it.models.at(Size(size as u64)).expect("held");
        let filter = EntryFilter {
            subject: Some("participation/untc:XXVI-5/AAA".parse().expect("valid")),
            organisation: Some("xx-desk".parse().expect("valid")),
            kind: Some(Kind::Treaty(TreatyKind::SignatureAffixed)),
        };
        for (subject, organisation, kind) in [(true, false, false), (false, true, true), (true, true, true), (false, false, false)] {
            let filter = EntryFilter {
                subject: filter.subject.clone().filter(|_| subject),
                organisation: filter.organisation.clone().filter(|_| organisation),
                kind: filter.kind.filter(|_| kind),
            };
            let expected: Vec<Index> = entries[..size].iter().map(|(entry, _)| entry)
                .filter(|entry| entry.index.0 >= from && meets(&filter, entry)).map(|entry| entry.index).collect();
            let found: Result<Vec<Index>, _> = view.entries(&filter, Index(from)).collect();
            prop_assert_eq!(found.expect("readable"), expected);
        }
    }
}

#[test]
fn histories_of_several_stored_rows_are_answered_at_every_size_and_from_every_index() {
    let count = 3 * PACKED_ROWS + 2;
    // Every entry by one desk, every third by the other, every fifth of another kind.
    let entry = |index: u64| {
        let desk = if index.is_multiple_of(3) { "xx-desk" } else { "xx-unit" };
        let act = withdrawn("untc:XXVI-5", "AAA", None);
        let draft = if index.is_multiple_of(5) { act } else { record(&format!("XX-{index}")) };
        (samples::entry(index, desk, &[draft]), Vec::new())
    };
    let entries: Vec<(Entry, Vec<Finding>)> = (0..count).map(entry).collect();
    let it = Models::of(&entries, &[50, 1]);
    let organisation = EntryFilter { organisation: Some("xx-desk".parse().expect("valid")), ..EntryFilter::default() };
    let kind = Some(Kind::Treaty(TreatyKind::WithdrawalNotified));
    let both = EntryFilter { kind, ..organisation.clone() };
    for (size, from) in (0..=count).step_by(7).flat_map(|size| (0..count).step_by(11).map(move |from| (size, from))) {
        let view = it.models.at(Size(size)).expect("held");
        for filter in [&organisation, &both] {
            let meets = |(entry, _): &&(Entry, Vec<Finding>)| entry.index.0 >= from && meets(filter, entry);
            let expected = entries[..size as usize].iter().filter(meets).map(|(entry, _)| entry.index);
            let found: Result<Vec<Index>, _> = view.entries(filter, Index(from)).collect();
            assert_eq!(found.expect("readable"), expected.collect::<Vec<_>>(), "size {size}, from {from}");
        }
    }
    for (entry, _) in &entries {
        assert_eq!(it.models.now().recorded_at(entry.index).expect("readable"), Some(entry.recorded_at));
        assert_eq!(it.models.size_at(entry.recorded_at).expect("readable"), entry.index.size_with());
    }
}

fn meets(filter: &EntryFilter, entry: &Entry) -> bool {
    let (events, organisations) = match &entry.envelope.content {
        EnvelopeContent::Submission(it) => (it.events.as_slice(), vec![&it.submission.author.organisation]),
        EnvelopeContent::SignOffs { sign_offs, .. } => {
            (&[][..], sign_offs.iter().map(|sign_off| &sign_off.signer.organisation).collect())
        }
    };
    filter.subject.as_ref().is_none_or(|subject| events.iter().any(|event| event.subject == *subject))
        && filter.kind.is_none_or(|kind| events.iter().any(|event| event.kind() == kind))
        && filter.organisation.as_ref().is_none_or(|organisation| organisations.contains(&organisation))
}

#[test]
fn what_bears_on_others_is_found_across_a_treaty() {
    let made = |participant: &str, signature_type| {
        let body =
            SignatureAffixed { signed: Some("1997-12-03".parse().expect("valid")), place: "".into(), signature_type };
        draft(&format!("participation/untc:XXVI-5/{participant}"), Body::Treaty(TreatyBody::SignatureAffixed(body)))
    };
    let it = Models::of(
        &ledger(&[
            &[made("AAA", SignatureType::Simple), made("BBB", SignatureType::Definitive)],
            &[made("CCC", SignatureType::AdReferendum), made("DDD", SignatureType::Definitive)],
        ]),
        &[2],
    );
    let treaty = "untc:XXVI-5".parse().expect("valid");
    let found = |size| {
        let view = it.models.at(Size(size)).expect("held");
        let acts = view.acts_of_kind(&treaty, Kind::Treaty(TreatyKind::SignatureAffixed)).expect("readable");
        ids(acts.into_iter().filter_map(|act| act.participant))
    };
    assert_eq!((found(1), found(2)), (vec!["BBB".to_owned()], vec!["BBB".to_owned(), "DDD".to_owned()]));
}

#[test]
fn instruments_are_found_by_the_protocols_that_they_name() {
    let instrument = |protocols: &[&str]| InstrumentDeposited {
        mode: ConsentMode::Accession,
        deposited: Some("1998-06-03".parse().expect("valid")),
        instrument_dated: None,
        depositary_sequence: None,
        protocols: protocols.iter().map(|id| id.parse().expect("valid")).collect(),
        provisional_application: false,
        depositary: "".into(),
    };
    let under = |participant: &str, body| draft(&format!("participation/untc:XXVI-2/{participant}"), body);
    let deposited = |participant, protocols: &[&str]| {
        under(participant, Body::Treaty(TreatyBody::InstrumentDeposited(instrument(protocols))))
    };
    let restated = Body::Treaty(TreatyBody::InstrumentDeposited(instrument(&["untc:XXVI-2-b"])));
    let correction = EventCorrected {
        target: EventReference {
            organisation: "xx-desk".parse().expect("valid"),
            event: EventId(uuid::Uuid::from_u128(1)),
        },
        reason: "incomplete".into(),
        restated: Some(Box::new(Restated { occurred: None, not_stated: Vec::new(), body: restated })),
    };
    let it = Models::of(
        &ledger(&[
            &[deposited("AAA", &["untc:XXVI-2-b", "untc:XXVI-2-a", "untc:XXVI-2-b"]), deposited("BBB", &[])],
            &[under("BBB", Body::Shared(SharedBody::EventCorrected(correction)))],
        ]),
        &[2],
    );
    let protocol = "untc:XXVI-2-b".parse().expect("valid");
    let found = |size, participant: Option<&str>| {
        let participant = participant.map(|id| id.parse().expect("valid"));
        let found = it.models.at(Size(size)).expect("held").instruments_naming(&protocol, participant.as_ref());
        let each = found.expect("readable").into_iter();
        each.map(|(treaty, act)| (treaty.to_string(), act.position)).collect::<Vec<_>>()
    };
    let under_convention = |position| ("untc:XXVI-2".to_owned(), position);
    assert_eq!(found(1, None), [under_convention(at(0, 0))]);
    assert_eq!(found(2, None), [under_convention(at(0, 0)), under_convention(at(1, 0))]);
    assert_eq!((found(2, Some("BBB")), found(1, Some("BBB"))), (vec![under_convention(at(1, 0))], Vec::new()));
}

#[test]
fn subjects_of_treaties_are_found_from_an_entry_on() {
    let it = Models::of(
        &ledger(&[
            &[treaty("untc:XXVI-5", &[]), participant("AAA", "Aland")],
            &[signed("untc:XXVI-5", "AAA", None), record("XX-1"), admitted("xx-other")],
            &[withdrawn("untc:XXVI-5", "AAA", None), participant("BBB", "Boland")],
        ]),
        &[3],
    );
    let found = |from, size| {
        let view = it.models.at(Size(size)).expect("held");
        ids(view.treaty_subjects_since(Index(from)).expect("readable")).into_iter().collect::<Vec<_>>()
    };
    let (aaa, bbb) = ("participation/untc:XXVI-5/AAA", "participant/BBB");
    assert_eq!(found(0, 1), ["treaty/untc:XXVI-5", "participant/AAA"]);
    assert_eq!((found(1, 2), found(1, 3)), (vec![aaa.to_owned()], vec![bbb.to_owned(), aaa.to_owned()]));
    assert_eq!((found(2, 2), found(3, 3)), (Vec::new(), Vec::new()));
}

#[test]
fn protocols_are_found_by_the_treaty_that_a_registration_names() {
    let body = |parent: Option<&str>| TreatyRegistered {
        title: "A protocol".into(),
        short_names: Vec::new(),
        adopted: None,
        adopted_at: "".into(),
        parent: parent.map(|id| id.parse().expect("valid")),
        registrations: Vec::new(),
        clauses: None,
    };
    let registered = |id: &str, parent| {
        let body = Body::Treaty(TreatyBody::TreatyRegistered(Box::new(body(parent))));
        draft(&format!("treaty/{id}"), body)
    };
    let correction = EventCorrected {
        target: EventReference {
            organisation: "xx-desk".parse().expect("valid"),
            event: EventId(uuid::Uuid::from_u128(1)),
        },
        reason: "incomplete".into(),
        restated: Some(Box::new(Restated {
            occurred: None,
            not_stated: Vec::new(),
            body: Body::Treaty(TreatyBody::TreatyRegistered(Box::new(body(Some("a:1"))))),
        })),
    };
    let corrected = draft("treaty/a:3", Body::Shared(SharedBody::EventCorrected(correction)));
    let it = Models::of(
        &ledger(&[
            &[registered("a:1", None), registered("a:2", Some("a:1"))],
            &[registered("a:3", None)],
            &[corrected],
        ]),
        &[3],
    );
    let found = |size, parent: &str| {
        ids(it.models.at(Size(size)).expect("held").protocols_of(&parent.parse().expect("valid")).expect("readable"))
    };
    assert_eq!((found(2, "a:1"), found(3, "a:1")), (vec!["a:2".to_owned()], vec!["a:2".to_owned(), "a:3".to_owned()]));
    assert_eq!(found(3, "a:2"), Vec::<String>::new());
}
