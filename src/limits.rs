//! Every bound of the service in one place, with its arithmetic (I8).
//!
//! A limit that a client meets is also told by `Ledger.Status` and in
//! `docs/format.md`. Changing one that a decision depends on (`EVENT_BYTES`,
//! `ENVELOPE_BYTES`, `EVENTS_PER_SUBMISSION`, text lengths) is a new policy number (I11).

use std::{num::NonZeroUsize, time::Duration};

/// Bytes of one encoded `Event`, at the most.
pub const EVENT_BYTES: usize = 256 * 1024;
/// Bytes that an event which discloses one part needs beside the content, at the most:
/// target and salt under 200, source 1,100, `based_on` 1,300, texts of the body 700.
pub const DISCLOSURE_FRAME_BYTES: usize = 4 * 1024;
/// Bytes of one encoded `Envelope`, at the most. 1,000 digests of 34 bytes are
/// 34 kB and 64 sign-offs of about 400 bytes are 26 kB, so this is ample.
pub const ENVELOPE_BYTES: usize = 1024 * 1024 - 1;
/// Events in one submission, at the most.
pub const EVENTS_PER_SUBMISSION: usize = 1_000;
/// Sign-offs in one envelope, at the most.
pub const SIGN_OFFS_PER_ENVELOPE: usize = 64;
/// Envelope and events of one submission together: 4 MiB less room for framing,
/// so that one submission always fits into one batch and one gRPC message.
pub const SUBMISSION_BYTES: usize = 4 * 1024 * 1024 - 64 * 1024;

/// Bytes of a short text (names, ids in words, references).
pub const SHORT_TEXT_BYTES: usize = 512;
/// Bytes of a long text (remarks, reasons).
pub const LONG_TEXT_BYTES: usize = 64 * 1024;
/// Bytes of the name that rival statements about one act share.
pub const ACT_BYTES: usize = 128;
/// Characters of an identifier of an organisation, member, treaty, participant or record.
pub const IDENTIFIER_BYTES: usize = 64;
/// Members of any repeated field of a body.
pub const LIST_ITEMS: usize = 1_000;
/// Ids that one event may be based on.
pub const BASED_ON: usize = 32;
/// Parts and documents of one event.
pub const PARTS_PER_EVENT: usize = 64;

/// Messages in messages, at the most: what the decoder takes. The deepest that a kind
/// needs is about ten; a correction may hold an event, which bytes could repeat without end.
pub const MESSAGE_DEPTH: usize = 100;

/// Days after a key is retired during which work signed with it still enters, at
/// the most: a season in the field and a leap year's wait for a line. Later work
/// needs a colleague who vouches for it.
pub const LATE_WORK_GRACE_DAYS: u32 = 366;

/// One gRPC message in either direction: a submission with its framing, or a
/// chunk of a replay (256 KiB) with one more entry of the largest size.
pub const MESSAGE_BYTES: usize = 4 * 1024 * 1024 + 512 * 1024;

/// A service, or a client of one, that takes and sends messages up to `MESSAGE_BYTES`.
macro_rules! messages_bounded {
    ($over:expr) => {
        $over
            .max_decoding_message_size($crate::limits::MESSAGE_BYTES)
            .max_encoding_message_size($crate::limits::MESSAGE_BYTES)
    };
}
pub(crate) use messages_bounded;
/// Connections at once; one more waits in the listener's backlog until another
/// ends. Each takes a file descriptor (of 1,024 that a program commonly has), a
/// window of bytes that nobody has read yet (`WINDOW_BYTES`: 256 MiB in all) and
/// calls (`CALLS_PER_CONNECTION`).
pub const CONNECTIONS: usize = 256;
/// Calls at once on one connection; more wait at the client. A call that waits
/// takes about 8 kB: with all connections 65,536 calls and 512 MiB.
pub const CALLS_PER_CONNECTION: u32 = 256;
/// Bytes that a client may send before somebody reads them, on a stream and on
/// all streams of a connection together.
pub const WINDOW_BYTES: u32 = 1024 * 1024;
/// Bytes of the headers of one call: ours have under 1 kB, proxies add theirs.
pub const HEADER_BYTES: u32 = 16 * 1024;
/// Characters of a refusal that a client is told, and of the field that it names: it
/// travels in headers, once as text, where a character takes up to 12 bytes, and once
/// in base64; with 4 bytes a character both have at most 14 kB of the 16 kB that
/// clients take (`HEADER_BYTES`), mostly under 3 kB.
pub const REFUSAL_CHARACTERS: usize = 640;
/// Characters of the field that a refusal names.
pub const REFUSAL_FIELD_CHARACTERS: usize = 160;
/// Bytes of all requests that have arrived in part: 28 of the largest size, or
/// 65,536 calls at once with 2 kB each. Beyond it a client is told to come back.
pub const RECEIVING_BYTES: usize = 128 * 1024 * 1024;
/// Streams (`SubmitStream`, `Replay`) open at once on all connections. A replay
/// keeps five chunks of 256 KiB, a stream of submissions 2,048 answers of 1 kB:
/// at most 2 MiB each, 512 MiB in all; larger chunks are counted (`REPLAY_AHEAD_BYTES`).
pub const STREAMS: usize = 256;
/// Bytes of submissions that came on streams and are not answered, on all streams
/// together: as much as the queue takes. One more waits, and holds its stream back.
pub const STREAMED_BYTES: usize = QUEUE_BYTES;
/// Bytes of entries that were read for clients and are not sent yet: 30 of the
/// largest size. `GetEntry` is busy beyond it.
pub const ANSWER_BYTES: usize = 128 * 1024 * 1024;
/// Bytes of an answer that are not counted: what its call is reckoned at.
pub const SMALL_ANSWER_BYTES: usize = 8 * 1024;
/// How long a connection may send nothing. It is pinged at a third of this, so a
/// client that lives is never silent; one that is gone, or that never began to
/// speak, gives its place back.
pub const CONNECTION_SILENCE: Duration = Duration::from_secs(60);
/// How long a call may take until its answer begins: the largest request over a
/// line of 1 Mbit/s takes 38 s. Streams begin at once and may last.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(60);
/// Bytes of submissions that wait for the sequencer. At 60 MB/s to disk this is
/// about half a second of work; beyond it a client is told to come back.
pub const QUEUE_BYTES: usize = 32 * 1024 * 1024;
/// Submissions that wait for the sequencer.
pub const QUEUE_SUBMISSIONS: usize = 8_192;
/// Submissions of one stream that are under way at once; more wait in the
/// transport, which holds the client back.
pub const STREAM_IN_FLIGHT: usize = 1_024;
/// Dry runs under way at once; more are told to come back. Anybody may ask for
/// one, so they have no place in the queue. Each takes a thread of its own while
/// it is decided and at most a batch's commit to be answered, with 4 MiB of draft
/// at the most: 16 MiB in all.
pub const DRY_RUNS: usize = 4;
/// Questions to the read models that are answered at once; more wait until a place is free. Each
/// takes a thread of its own meanwhile, and an answer of `MESSAGE_BYTES` at the most with what it
/// is made from: some 20 MiB, 160 MiB in all. A usual one takes under 1 ms, the dearest under a second.
pub const READS: usize = 8;
/// How long a client that met a full queue is asked to wait.
pub const RETRY_AFTER: Duration = Duration::from_millis(250);

/// Envelope files that `submit` sends at once: enough to fill batches over a slow
/// line, few enough to leave the queue to others.
pub const SENT_AT_ONCE: usize = 64;
/// Bytes of envelope files that `submit` holds at once; base64 makes them a third
/// larger than what is sent, so a quarter of the queue.
pub const SENT_BYTES_AT_ONCE: usize = 8 * 1024 * 1024;

/// Entries of a run of `submit` of which is asked which legal findings came with them: some
/// 20 ms each, so two seconds.
pub const SUBMISSIONS_ASKED_ABOUT: usize = 100;
/// How long a run asks about them altogether, while the ledger is busy with others.
pub const ASKED_ABOUT_WITHIN: Duration = Duration::from_secs(5);

/// Payload bytes of one batch: one submission of the largest size always fits.
pub const BATCH_BYTES: usize = 4 * 1024 * 1024;
/// Entries of one batch.
pub const BATCH_ENTRIES: usize = 4_096;
/// Default size of a journal segment file. At start only the last segment is
/// read whole; at 1 GB/s that is 64 ms.
pub const SEGMENT_BYTES: u64 = 64 * 1024 * 1024;
/// Smallest segment: one full batch with its frame.
pub const SEGMENT_BYTES_MIN: u64 = BATCH_BYTES as u64 + 64 * 1024;

/// Sealed segments whose batch tables and files are held open for reading. A
/// table has 16 bytes per batch: with 1 kB batches 64k of them, 1 MiB.
pub const OPEN_SEGMENTS: usize = 16;

/// Ids in memory before they are written as a sorted run beside the segments:
/// 2^19 ids of 24 bytes are 12 MiB, about 150,000 single-event entries.
pub const ID_RUN_KEYS: usize = 1 << 19;

/// Entries that are kept at hand, the newest and those that were read back from the
/// journal: one decision about a sign-off looks at what it signs, at the opening of its
/// record, and at what was signed before, and so does the fold of it a moment later.
pub const READ_BACK_ENTRIES: NonZeroUsize = NonZeroUsize::new(4_096).expect("more than none");
/// Bytes of an entry up to which it is kept.
pub const READ_BACK_BYTES: usize = 8 * 1024;
/// Memory of the entries at hand, by an estimate that no shape of an entry exceeds: usual
/// entries, 800 bytes counted as 30 kB, all fit, and take some 2 kB each; of those with many
/// small events, 8 KiB counted as 360 kB, some 370 fit.
pub const READ_BACK_MEMORY: usize = 128 * 1024 * 1024;
/// Memory of the entries that answers were told from lately, by the same estimate: acts of one
/// page often entered together, 200 in an entry that is counted as 4.5 MB.
pub const READ_LATELY_MEMORY: usize = 64 * 1024 * 1024;

/// Bytes of entries in one message of a replay stream.
pub const REPLAY_CHUNK_BYTES: usize = 256 * 1024;
/// Entries in one message of a replay stream.
pub const REPLAY_CHUNK_ENTRIES: usize = 1_024;

/// Messages of a replay stream that are made ahead of the client.
pub const REPLAY_CHUNKS_AHEAD: usize = 4;
/// Bytes of replay messages that are larger than a chunk (one entry may have 4 MiB)
/// and are not sent yet, on all streams together: 30 of the largest size, and as
/// much again where the transport has encoded them. More wait unread.
pub const REPLAY_AHEAD_BYTES: usize = 128 * 1024 * 1024;

/// Items of a page when the client does not say.
pub const PAGE_ITEMS_DEFAULT: usize = 100;
/// Items of a page at the most.
pub const PAGE_ITEMS_MAX: usize = 1_000;
/// Bytes of the items of a page, the first not counted: with the largest event as
/// the first item still far below the 4 MiB that clients commonly take.
pub const PAGE_BYTES: usize = 1024 * 1024;
/// Records that are looked at for one page of a search: a picture takes a few reads of
/// the journal, some 50 us, so a page takes 50 ms at the most.
pub const RECORDS_PER_PAGE: usize = 1_000;
/// Events of a submission that are named with its sign-offs, some 150 bytes each:
/// a page of 1,000 submissions stays under 4 MiB.
pub const EVENT_LINES: usize = 20;
/// Differences that are told of each of them; an event may name many parcels.
pub const CHANGE_LINES: usize = 20;
/// Characters of a value in such a difference: a text may have 65,536 bytes.
pub const CHANGE_VALUE_CHARS: usize = 120;
/// Bytes of an answer to a question about what is recorded: what is larger is told in part
/// (`wire::within`). Clients commonly take 4 MiB.
pub const READ_ANSWER_BYTES: usize = 4 * 1024 * 1024 - 64 * 1024;
/// Characters of a text in an answer that is told in part, and of a reason or a reaction in any: the
/// event has the whole. 500 of them with 4 bytes each stay under 4 MiB.
pub const TOLD_TEXT_CHARS: usize = 2_000;
/// Characters of a reason in an answer with so many readings that whole reasons in each would
/// be many MiB: `TOLD_TEXT_CHARS` are shared by the readings, and each has so many.
pub const TOLD_TEXT_CHARS_MIN: usize = 120;
/// Characters of the words behind a text that is told in part, with numbers of 20 digits.
pub const TOLD_TEXT_WORDS_CHARS: usize = 100;
/// Items of each list in an answer that is too large with its texts in part: the first of these
/// numbers that makes it fit. Lists stand in lists at most four deep, so the last one always does.
pub const TOLD_ITEMS: [usize; 6] = [1_000, 300, 100, 30, 8, 1];
/// How long a read waits for the read models to reach `minimum_size`.
pub const MINIMUM_SIZE_WAIT: Duration = Duration::from_secs(5);

/// Entries that the read models take over in one step. Until a step ends, the database
/// keeps every page that it replaced: about 2.5 kB for each row, so some 3 MB.
pub const FOLD_ENTRIES: usize = 512;
/// Bytes of entries that the read models take over in one step, the last of them not
/// counted: one with 1,000 events has 1,000 rows.
pub const FOLD_BYTES: usize = 1024 * 1024;
/// Rows of a history that are stored together: with one or two bytes each a stored row
/// has about 100 bytes, little to write again for every entry that comes alone.
pub const PACKED_ROWS: u64 = 64;
/// Bytes of pages that the read models keep in memory, counted as they are on disk. In
/// memory they are about four times that: 64 MiB.
pub const READ_MODEL_CACHE_BYTES: u64 = 8 * 1024 * 1024;
/// How often `released` is synced while running.
pub const RELEASED_SYNC_EVERY: Duration = Duration::from_secs(1);

/// How long a shutdown waits for clients that do not read their answers.
pub const SHUTDOWN_GRACE: Duration = Duration::from_secs(5);

/// How far the wall clock may lie behind the newest entry at a start.
pub const CLOCK_BEHIND: Duration = Duration::from_secs(10 * 60);
/// How far the wall clock may lie ahead of the newest entry at a start that the
/// operator did not confirm: 30 days. Recording time never goes back, so a clock
/// that is wrong by so much binds the ledger to it for that long at the most; a
/// ledger that takes an entry a month never meets this.
pub const CLOCK_AHEAD: Duration = Duration::from_secs(30 * 24 * 3600);

/// How long an opening waits for a lock that a program which just ended, or a
/// copy of it on its way to another program, may still hold for a moment.
pub const LOCK_PATIENCE: Duration = Duration::from_secs(2);
/// How often it looks again meanwhile.
pub const LOCK_RETRY: Duration = Duration::from_millis(20);

/// Rows of a table of participants: five times as many as there are States; some 100
/// bytes each keep it far below the size of an event.
pub const TABLE_ROWS: usize = 1_000;

/// Readings of one record of a participation that a status follows, at the most: eight
/// open questions with two answers each. Beyond it the answer says that it is not complete.
pub const STATUS_READINGS: usize = 256;

/// Dates that are not known to the day of one reading whose first and last days are all
/// followed together; of more the first days together and the last days together.
pub const STATUS_CORNERS: usize = 4;

/// Combinations of single days that are followed for one record, those of the ends of
/// stretches among them: where ends do not agree, two dates of a month each have 961. Beyond it
/// the answer says that it is not complete. Each reading is followed at two of them in any case.
pub const STATUS_POINTS: usize = 1024;

/// Days of an open date that are compared with deadlines, to split it where duties change; beyond
/// it the date is read whole, and the answer says that it is not complete.
pub const DUTY_COMPARISONS: usize = 65_536;

/// Asserters of one conflict whose accounts are followed; of more the answer says that it is not
/// complete.
pub const CONFLICT_ACCOUNTS: usize = 64;

/// Predecessors of one participant under a treaty that are looked at; of more the answer says
/// that it is not complete.
pub const PREDECESSORS: usize = 16;

/// Who objects to reservations of one participant and is looked at for whether it had
/// consented; of more none is said to be late.
pub const OBJECTORS: usize = 64;

/// Acts of one participation up to which a question follows as many combinations of days as the
/// limit above says; of twice as many, half as many combinations.
pub const STATUS_ACTS: usize = 64;

/// Dates of one record up to which it is looked for two whose order alone tells what leads to a
/// finding; of more the readings are told one by one.
pub const DATES_IN_ORDER: usize = 8;

/// Bytes of a text up to which names are looked for that are like it, in time that grows with it.
pub const LIKE_NAME_BYTES: usize = 256;

/// What is read of a record up to which it is looked for the dates on which a finding depends;
/// of more all are told.
pub const CELLS_COMPARED: usize = 256;

/// Ways to lead to a finding up to which each is told; of more the days around them.
pub const WAYS_TOLD_APART: usize = 4;

/// Sentences that tell what one thing assumes; beyond it the last one counts the rest.
pub const ASSUMPTIONS_TOLD: usize = 32;

/// Of so many such dates days next to each end are followed where there are too many of them.
pub const STATUS_ORDERED: usize = 3;

/// Ways to read what is stated of the extensions and the fulfilment of one duty that are
/// followed in any case, however many readings of the status there are.
pub const DUTY_WAYS: usize = 8;

/// Years for which the reports of one participation are looked at, at the most: twice as
/// long as any arms treaty has run. Beyond it the answer says that it is not complete.
pub const YEARLY_DUTIES: usize = 200;
/// Yearly reports that were submitted in time and are shown all the same: the newest.
pub const YEARLY_DUTIES_SHOWN: usize = 3;
/// Days that are looked ahead for what changes by itself when nobody says how many: a year.
pub const UPCOMING_DAYS: u32 = 365;
/// Entries that are read to see whom they touch, at the most: 1,000 take some 10 ms. Whom
/// more of them touch the read models tell, in one scan over the histories of all treaties.
pub const CHANGED_ENTRIES: u64 = 1_000;
/// Participations that are looked at for one page over many treaties: each takes some 100 us
/// once its treaty is read, so a page takes 100 ms at the most besides reading.
pub const PARTICIPATIONS_PER_PAGE: usize = 1_000;

/// Acts of others that are read to see whose answers read those that a draft bears on, at the
/// most: successions, objections, and what may correct these. 1,000 take some 10 ms.
pub const FORETOLD_RELATIVES: usize = 1_000;

/// Participations whose findings a dry run compares, before and after: twice the work of a page.
/// A treaty that all States have joined, with four protocols, is still looked at whole.
pub const FORETOLD_PARTICIPATIONS: usize = 1_000;
/// Earlier submissions that a dry run takes as recorded; with their bytes they are part of one
/// message (`MESSAGE_BYTES`).
pub const DRAFTS_BEFORE: usize = 64;

/// Statements of one post on one submission: an approval, its withdrawal, a word
/// after that, and once more. Bounds what is read to decide the next.
pub const STATEMENTS_PER_POST: usize = 4;

/// Events of one submission of an import: some hundred rows, so that a large table shows its
/// progress and an interrupted one has little left to do.
pub const IMPORTED_EVENTS_AT_ONCE: usize = 200;
