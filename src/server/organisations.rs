//! The service `Organisations`: the registry, as known at any time.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::{Node, convert, errors::Refused, fitting, page};
use crate::{domain::OrganisationId, projections::PageRequest, wire::proto};

/// The service over a node.
#[derive(Clone, Debug)]
pub struct OrganisationsService(pub Arc<Node>);

#[tonic::async_trait]
impl proto::organisations_server::Organisations for OrganisationsService {
    async fn list(
        &self,
        request: Request<proto::ListOrganisationsRequest>,
    ) -> Result<Response<proto::ListOrganisationsResponse>, Status> {
        let (proto::ListOrganisationsRequest { read_at, page_size, page_token }, question) =
            self.0.opened(request.into_inner()).await?;
        self.0
            .answered(read_at, move |node, view| {
                let find = |page: PageRequest<'_>| view.organisations(page);
                let (organisations, next_page_token) =
                    fitting(page(page_size, &page_token), find, |found| Ok(convert::organisation(found)))?;
                let holds_at = Some(node.holds_at(view)?);
                Ok(question.bound(proto::ListOrganisationsResponse { organisations, next_page_token, holds_at }))
            })
            .await
    }

    async fn get(
        &self,
        request: Request<proto::GetOrganisationRequest>,
    ) -> Result<Response<proto::GetOrganisationResponse>, Status> {
        let proto::GetOrganisationRequest { id, read_at } = request.into_inner();
        let parsed: OrganisationId = id.parse().map_err(|error| Refused::from(("id", error)))?;
        self.0
            .answered(read_at, move |node, view| {
                let unknown = || Refused::not_found("id", format!("no organisation {parsed} was admitted by then"));
                let found = view.organisation(&parsed)?.ok_or_else(unknown)?;
                let organisation = Some(convert::organisation(&found));
                Ok(proto::GetOrganisationResponse { organisation, holds_at: Some(node.holds_at(view)?) })
            })
            .await
    }
}
