//! The places at which questions to the read models are answered.
//!
//! Promises: a question that takes long keeps nobody's connection from being served, and no
//! submission, for none is answered on the threads that do that; so many are answered at once and
//! no more (I8). The others wait until a place is free or their time is over (`edge`). What is
//! found for somebody who is gone is dropped, and its place is free when it is found, not before.
//! Leaves to others: the answers.

use std::sync::Arc;

use prost::{Message, Name};
use tokio::sync::Semaphore;
use tonic::{Response, Status};

use super::{Node, errors::Refused};
use crate::{
    domain::Size,
    limits,
    projections::View,
    sequencer::NotQueued,
    wire::{self, proto},
};

/// The places of all questions together.
#[derive(Clone, Debug)]
pub(super) struct Places(Arc<Semaphore>);

impl Default for Places {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(limits::READS)))
    }
}

impl Places {
    /// Finds something on a thread that may block.
    async fn find<T: Send + 'static>(
        &self,
        find: impl FnOnce() -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Refused> {
        let place = Arc::clone(&self.0).acquire_owned().await.expect("the places are never closed");
        let found = tokio::task::spawn_blocking(move || {
            let found = find();
            drop(place);
            found
        });
        match found.await {
            Ok(found) => found,
            Err(error) if error.is_panic() => Err(Refused::internal(&error)),
            // It fails otherwise only when the service's threads end.
            Err(_) => Err(NotQueued::ShuttingDown.into()),
        }
    }
}

impl Node {
    /// The answer to a question, as of what it asks for, no larger than clients take.
    pub(super) async fn answered<T: Message + Name + Default + Send + 'static>(
        self: &Arc<Self>,
        read_at: Option<proto::ReadAt>,
        answer: impl FnOnce(&Self, View<'_>) -> Result<T, Refused> + Send + 'static,
    ) -> Result<Response<T>, Status> {
        let size = self.resolve(read_at).await?;
        self.answered_at(size, answer).await
    }

    /// The answer to a question, as of a size.
    pub(super) async fn answered_at<T: Message + Name + Default + Send + 'static>(
        self: &Arc<Self>,
        size: Size,
        answer: impl FnOnce(&Self, View<'_>) -> Result<T, Refused> + Send + 'static,
    ) -> Result<Response<T>, Status> {
        let node = Arc::clone(self);
        let find = move || Ok(wire::within(answer(&node, node.models.at(size)?)?, limits::READ_ANSWER_BYTES));
        let found = self.places.find(find);
        Ok(Response::new(found.await?))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tonic::Code;

    use super::*;

    #[tokio::test]
    async fn a_place_is_taken_until_its_answer_is_found_though_nobody_waits_for_it() {
        let places = Places::default();
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let slow = places.find(move || {
            wait.recv().ok();
            Ok(())
        });
        assert!(tokio::time::timeout(Duration::from_millis(20), slow).await.is_err(), "its caller went away");
        assert_eq!(places.0.available_permits(), limits::READS - 1);
        drop(go);
        let all = u32::try_from(limits::READS).unwrap();
        let free = tokio::time::timeout(Duration::from_secs(20), places.0.acquire_many(all)).await;
        assert!(free.is_ok(), "found, and dropped");
    }

    #[tokio::test]
    async fn a_fault_of_the_program_in_one_answer_is_told_and_gives_the_place_back() {
        let places = Places::default();
        let told = places.find(|| -> Result<(), Refused> { panic!("a fault of the program") }).await;
        assert_eq!(Status::from(told.unwrap_err()).code(), Code::Internal);
        assert_eq!(places.0.available_permits(), limits::READS);
    }
}
