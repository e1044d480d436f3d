//! What every call passes on its way to its service and back.
//!
//! Promises: what arrives is bounded in bytes and in time (I8); what the
//! transport refuses by itself says why and what to do, like every other no.
//! Leaves to others: the services.

use std::{
    convert::Infallible,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use tokio::sync::Semaphore;
use tonic::{
    Status,
    body::Body,
    codegen::{BoxFuture, Service, http},
    service::Routes,
};

use super::{
    answers::{Answering, Held},
    errors::{Refused, explained},
    receiving::Receiving,
};

/// The services behind the bounds.
#[derive(Clone, Debug)]
pub struct Edge {
    routes: Routes,
    receiving: Arc<Semaphore>,
    answer_within: Duration,
}

impl Edge {
    /// `receiving`: bytes of unfinished messages of all calls together.
    pub fn new(routes: Routes, receiving: usize, answer_within: Duration) -> Self {
        Self { routes: routes.prepare(), receiving: Arc::new(Semaphore::new(receiving)), answer_within }
    }
}

impl Service<http::Request<Body>> for Edge {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Self::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<http::Request<Body>>::poll_ready(&mut self.routes, cx)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let request = request.map(|body| Body::new(Receiving::new(body, Arc::clone(&self.receiving))));
        let answer = self.routes.call(request);
        let answer_within = self.answer_within;
        Box::pin(async move {
            match tokio::time::timeout(answer_within, answer).await {
                Ok(Ok(response)) => Ok(with_share(with_reason(response))),
                Ok(Err(never)) => match never {},
                Err(_) => Ok(Status::from(Refused::overdue(answer_within)).into_http()),
            }
        })
    }
}

/// A large answer keeps its share until its body goes.
fn with_share(mut response: http::Response<Body>) -> http::Response<Body> {
    match response.extensions_mut().remove::<Held>() {
        Some(held) => response.map(|body| Body::new(Answering { body, held })),
        None => response,
    }
}

/// A refusal comes with its status in the headers, where it can be read.
fn with_reason(response: http::Response<Body>) -> http::Response<Body> {
    match Status::from_header_map(response.headers()) {
        Some(status) if status.details().is_empty() => explained(status).into_http(),
        Some(_) | None => response,
    }
}
