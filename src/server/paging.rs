//! Page tokens, bound to the question that they came from.
//!
//! Promises: a token is good for the question of the page that gave it and for no other: for the same call with
//! the same fields, `page_size` apart, at the same state of knowledge and for the same day. Where the first page
//! asked of now, or of the newest day, the token carries what that was: later pages hold for it, and may name it.
//! Nothing but the token is needed to go on, so it stays good over a restart.
//! Leaves to others: what stands between two pages (each call's own cursor, which the token ends with).

use prost::Message;

use super::{Node, errors::Refused};
use crate::{
    crypto,
    treaties::ViewName,
    wire::proto::{self, ReadAt, read_at::KnownAt},
};

/// Bytes of the digest in a token: no two questions meet by chance.
const DIGEST_BYTES: usize = 8;

/// A request for one page of an answer.
pub(super) trait Paged: Message + Clone + Default {
    /// The call, by the names of the contract.
    const CALL: &'static str;
    type Answer;

    fn asks(&mut self) -> Asks<'_>;
    fn told(answer: &mut Self::Answer) -> Told<'_>;
    /// Takes out what changes no page: what is told beside them, and what says what is so anyway.
    fn forget_what_lies_beside(&mut self);
}

/// The fields of a request that say which page, and of when.
pub(super) struct Asks<'a> {
    page_size: &'a mut u32,
    page_token: &'a mut String,
    read_at: &'a mut Option<ReadAt>,
    /// The earlier of two states of knowledge.
    from: Option<&'a mut Option<ReadAt>>,
    /// The day, where no day means the newest and the answer says which.
    at: Option<&'a mut String>,
}

/// The same of an answer.
pub(super) struct Told<'a> {
    next: &'a mut String,
    size: u64,
    from: Option<u64>,
    at: Option<&'a str>,
}

/// A question, to be put on the token of the next page.
pub(super) struct Question<Q> {
    asked: Q,
    open: Open,
}

/// What a first page left open, once it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Open {
    size: Option<u64>,
    at: Option<String>,
}

impl Node {
    /// A request with the cursor of its page in place of the token, and its question.
    pub(super) async fn opened<Q: Paged>(&self, request: Q) -> Result<(Q, Question<Q>), Refused> {
        let (mut asked, mut open) = (request.clone(), Open::default());
        let token = std::mem::take(asked.asks().page_token);
        if token.is_empty() {
            return Ok((request, Question { asked, open }));
        }
        let told = Token::parse(&token).ok_or_else(|| refused("it is no token of this ledger: send one as it came"))?;
        told.open.fill(&mut asked);
        let mut of_page = asked.clone();
        *of_page.asks().page_token = told.cursor.to_owned();
        let fields = asked.asks();
        self.settle(fields.read_at).await?;
        if let Some(from) = fields.from {
            self.settle(from).await?;
        }
        if digest(&asked, told.cursor) != told.digest {
            return Err(refused(
                "it is of another question, or was altered: send it with the request that it answered, unchanged but for `page_size`",
            ));
        }
        open.clone_from(&told.open);
        // Read models that are being folded after a start come to it.
        if let (Some(size), Some(read_at)) = (open.size, of_page.asks().read_at) {
            read_at.minimum_size = read_at.minimum_size.max(size);
        }
        Ok((of_page, Question { asked, open }))
    }

    /// A state of knowledge by its size, where one is named.
    async fn settle(&self, read_at: &mut Option<ReadAt>) -> Result<(), Refused> {
        let settled = match read_at.and_then(|read_at| read_at.known_at) {
            Some(KnownAt::Time(time)) => {
                let known_at = Some(KnownAt::Time(time));
                Some(self.resolve(Some(ReadAt { minimum_size: 0, known_at })).await?.0)
            }
            Some(KnownAt::Size(size)) => Some(size),
            None => None,
        };
        *read_at = settled.and_then(known);
        Ok(())
    }
}

impl<Q: Paged> Question<Q> {
    /// The answer, with a token that is good for this question.
    pub fn bound(self, mut answer: Q::Answer) -> Q::Answer {
        let Self { mut asked, mut open } = self;
        let told = Q::told(&mut answer);
        if told.next.is_empty() {
            return answer;
        }
        let fields = asked.asks();
        if fields.read_at.is_none_or(|read_at| read_at.known_at.is_none()) {
            open.size = Some(told.size);
        }
        *fields.read_at = known(told.size);
        if let (Some(from), Some(size)) = (fields.from, told.from) {
            *from = known(size);
        }
        if let (Some(at), Some(day)) = (fields.at, told.at) {
            if at.is_empty() {
                open.at = Some(day.to_owned());
            }
            *at = day.to_owned();
        }
        let digest = digest(&asked, told.next);
        *told.next = Token { digest, open, cursor: told.next }.to_string();
        answer
    }
}

impl Open {
    fn fill<Q: Paged>(&self, asked: &mut Q) {
        let fields = asked.asks();
        if let Some(size) = self.size.filter(|_| fields.read_at.is_none_or(|read_at| read_at.known_at.is_none())) {
            *fields.read_at = known(size);
        }
        if let (Some(at), Some(day)) = (fields.at, &self.at)
            && at.is_empty()
        {
            at.clone_from(day);
        }
    }
}

/// `DIGEST~SIZE~DAY~CURSOR`.
struct Token<'a> {
    digest: String,
    open: Open,
    cursor: &'a str,
}

impl<'a> Token<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut fields = text.splitn(4, '~');
        let (digest, size, at) = (fields.next()?.to_owned(), fields.next()?, fields.next()?);
        let size = if size.is_empty() { None } else { Some(size.parse().ok()?) };
        let at = Some(at).filter(|at| !at.is_empty()).map(str::to_owned);
        let cursor = fields.next().filter(|cursor| !cursor.is_empty())?;
        Some(Self { digest, open: Open { size, at }, cursor })
    }
}

impl std::fmt::Display for Token<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let size = self.open.size.map(|size| size.to_string()).unwrap_or_default();
        write!(f, "{}~{size}~{}~{}", self.digest, self.open.at.as_deref().unwrap_or_default(), self.cursor)
    }
}

fn known(size: u64) -> Option<ReadAt> {
    Some(ReadAt { minimum_size: 0, known_at: Some(KnownAt::Size(size)) })
}

fn refused(why: &str) -> Refused {
    Refused::invalid("page_token", why)
}

/// The digest of a question, of all that it asks, the page apart, and of where its next page
/// begins.
fn digest<Q: Paged>(asked: &Q, cursor: &str) -> String {
    let mut asked = asked.clone();
    asked.forget_what_lies_beside();
    let fields = asked.asks();
    *fields.page_size = 0;
    fields.page_token.clear();
    let whole = crypto::sha256_parts(&[Q::CALL.as_bytes(), &[0], cursor.as_bytes(), &[0], &asked.encode_to_vec()]);
    hex::encode(&whole[..DIGEST_BYTES])
}

macro_rules! paged {
    ($($call:literal: $asked:ident => $answer:ident { $($day:ident)? $(; since $from:ident)? $(; beside $beside:ident)? $(; of $view:ident)? })+) => {
        $(impl Paged for proto::$asked {
            const CALL: &'static str = $call;
            type Answer = proto::$answer;

            fn asks(&mut self) -> Asks<'_> {
                Asks {
                    page_size: &mut self.page_size,
                    page_token: &mut self.page_token,
                    read_at: &mut self.read_at,
                    from: None$(.or(Some(&mut self.$from)))?,
                    at: None$(.or(Some(&mut self.$day)))?,
                }
            }

            fn told(answer: &mut Self::Answer) -> Told<'_> {
                Told {
                    size: answer.holds_at.as_ref().map_or(0, |holds_at| holds_at.size),
                    next: &mut answer.next_page_token,
                    from: None$(.or(answer.$from.as_ref().map(|from| from.size)))?,
                    at: None$(.or(Some(answer.$day.as_str())))?,
                }
            }

            fn forget_what_lies_beside(&mut self) {
                $(self.$beside.clear();)?
                // Who names the view that is taken where none is named asks the same.
                $(if self.$view == ViewName::Default.name() {
                    self.$view.clear();
                })?
            }
        })+

        /// The calls whose answers come in pages.
        #[cfg(test)]
        const CALLS: &[&str] = &[$($call),+];

        /// Every field of every such question by its call, and whether two questions that
        /// differ in it alone are told apart.
        #[cfg(test)]
        fn told_apart() -> Vec<(&'static str, String, bool)> {
            let mut found = Vec::new();
            $(found.extend(tests::fields_told_apart::<proto::$asked>(stringify!($asked)));)+
            found
        }
    };
}

paged! {
    "Organisations.List": ListOrganisationsRequest => ListOrganisationsResponse {}
    "SignOffs.List": ListSignOffsRequest => ListSignOffsResponse {}
    "Minefields.History": RecordHistoryRequest => RecordHistoryResponse { at }
    "Minefields.At": RecordsAtRequest => RecordsAtResponse { at }
    "Minefields.Search": SearchRecordsRequest => SearchRecordsResponse { at }
    "Treaties.List": ListTreatiesRequest => ListTreatiesResponse {}
    "Treaties.ListParticipants": ListParticipantsRequest => ListParticipantsResponse {}
    // No day means all of them here, and in `Citing`.
    "Treaties.Timeline": TimelineRequest => TimelineResponse { ; of view }
    "Treaties.Parties": ListPartiesRequest => ListPartiesResponse { at; of view }
    "Treaties.Overdue": OverdueRequest => OverdueResponse { at; of view }
    "Treaties.Upcoming": UpcomingRequest => UpcomingResponse { at; of view }
    "Treaties.Changes": ChangesRequest => ChangesResponse { at; since from; of view }
    "Treaties.Findings": FindingsRequest => FindingsResponse { at; of view }
    "Treaties.Contested": ContestedRequest => ContestedResponse { at; of view }
    "Treaties.Unnotified": UnnotifiedRequest => UnnotifiedResponse { at; of view }
    "Treaties.Objections": ObjectionsRequest => ObjectionsResponse { at; of view }
    "Treaties.Citing": CitingRequest => CitingResponse {}
    "Treaties.Table": TableRequest => TableResponse { at; beside stated_as_at; of view }
}

#[cfg(test)]
mod tests {
    use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, Value};

    use super::*;
    use crate::wire;

    #[test]
    fn every_call_with_pages_has_tokens_that_are_bound() {
        let mut of_contract = Vec::new();
        for service in wire::descriptors().services().filter(|service| service.package_name() == "merestone.v1") {
            for method in service.methods().filter(|method| method.input().get_field_by_name("page_token").is_some()) {
                of_contract.push(format!("{}.{}", service.name(), method.name()));
            }
        }
        let mut bound = CALLS.to_vec();
        of_contract.sort();
        bound.sort_unstable();
        assert_eq!(bound, of_contract);
    }

    #[test]
    fn questions_that_differ_in_a_field_are_told_apart() {
        let fields = told_apart();
        assert!(fields.len() > 60, "{}", fields.len());
        for (call, field, apart) in fields {
            // How long a page is, and which; what a table tells beside its lines.
            let same = ["page_size", "page_token", "stated_as_at"].contains(&field.as_str());
            assert_eq!(apart, !same, "{call} {field}");
        }
    }

    #[test]
    fn a_token_is_bound_to_its_call() {
        let read_at = known(7);
        let treaties = proto::ListTreatiesRequest { read_at, ..Default::default() };
        let participants = proto::ListParticipantsRequest { read_at, ..Default::default() };
        assert_eq!(treaties.encode_to_vec(), participants.encode_to_vec(), "alike in bytes");
        assert_ne!(digest(&treaties, ""), digest(&participants, ""));
        assert_ne!(digest(&treaties, "a"), digest(&treaties, "b"), "nor is where the page begins altered");
    }

    #[test]
    fn what_the_first_page_left_open_travels_in_the_token() {
        let open = Open { size: Some(12), at: Some("2026-03-01".into()) };
        let token = Token { digest: "00ff".into(), open: open.clone(), cursor: "untc:XXVI-5~/1" }.to_string();
        let read = Token::parse(&token).unwrap();
        assert_eq!((read.digest.as_str(), &read.open, read.cursor), ("00ff", &open, "untc:XXVI-5~/1"));
        for text in ["", "00ff", "00ff~1", "00ff~1~", "00ff~1~~", "00ff~one~~x"] {
            assert!(Token::parse(text).is_none(), "{text}");
        }
        let mut asked = proto::FindingsRequest::default();
        open.fill(&mut asked);
        assert_eq!((asked.read_at, asked.at.as_str()), (known(12), "2026-03-01"));
        let mut named = proto::FindingsRequest { read_at: known(3), at: "2001-01-01".into(), ..Default::default() };
        open.fill(&mut named);
        assert_eq!((named.read_at, named.at.as_str()), (known(3), "2001-01-01"), "what is said stands");
    }

    #[test]
    fn a_question_of_now_goes_on_at_the_size_of_its_first_page() {
        let bound = |asked: proto::FindingsRequest| {
            let answer = proto::FindingsResponse {
                next_page_token: "x/y".into(),
                at: "2026-03-01".into(),
                holds_at: Some(proto::HoldsAt { size: 12, ..Default::default() }),
                ..Default::default()
            };
            Question { asked, open: Open::default() }.bound(answer).next_page_token
        };
        let now = bound(proto::FindingsRequest::default());
        let named = bound(proto::FindingsRequest { read_at: known(12), at: "2026-03-01".into(), ..Default::default() });
        let [now, named] = [&now, &named].map(|token| Token::parse(token).unwrap());
        assert_eq!(now.digest, named.digest, "one question, said in two ways");
        assert_eq!(now.open, Open { size: Some(12), at: Some("2026-03-01".into()) });
        assert_eq!(named.open, Open::default(), "nothing was left open: a question of now is another one");
        let of_view = |view: &str| digest(&proto::FindingsRequest { view: view.into(), ..Default::default() }, "");
        assert_eq!(of_view(""), of_view("default"));
        assert_ne!(of_view(""), of_view("all"));
        let last = proto::FindingsResponse::default();
        let question = Question { asked: proto::FindingsRequest::default(), open: Open::default() };
        assert_eq!(question.bound(last).next_page_token, "", "the last page has none");
    }

    pub(super) fn fields_told_apart<Q: Paged>(message: &str) -> Vec<(&'static str, String, bool)> {
        let descriptor = wire::descriptor(message);
        let none = digest(&Q::default(), "");
        let with = |field: &FieldDescriptor| {
            let mut asked = DynamicMessage::new(descriptor.clone());
            asked.set_field(field, some_value(field));
            Q::decode(asked.encode_to_vec().as_slice()).unwrap()
        };
        descriptor.fields().map(|field| (Q::CALL, field.name().to_owned(), digest(&with(&field), "") != none)).collect()
    }

    fn some_value(field: &FieldDescriptor) -> Value {
        let one = match field.kind() {
            Kind::String => Value::String("x".into()),
            Kind::Uint32 => Value::U32(1),
            Kind::Uint64 => Value::U64(1),
            Kind::Sint32 | Kind::Int32 | Kind::Sfixed32 => Value::I32(1),
            Kind::Bool => Value::Bool(true),
            Kind::Bytes => Value::Bytes("x".into()),
            Kind::Enum(_) => Value::EnumNumber(1),
            Kind::Message(message) => Value::Message(DynamicMessage::new(message)),
            other => panic!("no value of {other:?}"),
        };
        if field.is_list() { Value::List(vec![one]) } else { one }
    }
}
