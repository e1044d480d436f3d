//! The service `Organisations`: the registry, as known at any time.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::{Node, convert, errors::Refused, page};
use crate::{domain::OrganisationId, wire::proto};

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
        let view = self.0.view_at(read_at).await?;
        let found = view.organisations(page(page_size, &page_token)).map_err(Refused::from)?;
        Ok(Response::new(question.bound(proto::ListOrganisationsResponse {
            organisations: found.items.iter().map(convert::organisation).collect(),
            next_page_token: found.next.unwrap_or_default(),
            holds_at: Some(self.0.holds_at(view)?),
        })))
    }

    async fn get(
        &self,
        request: Request<proto::GetOrganisationRequest>,
    ) -> Result<Response<proto::GetOrganisationResponse>, Status> {
        let proto::GetOrganisationRequest { id, read_at } = request.into_inner();
        let parsed: OrganisationId = id.parse().map_err(|error| Refused::from(("id", error)))?;
        let view = self.0.view_at(read_at).await?;
        let found = view.organisation(&parsed).map_err(Refused::from)?;
        let found =
            found.ok_or_else(|| Refused::not_found("id", format!("no organisation {id} was admitted by then")))?;
        Ok(Response::new(proto::GetOrganisationResponse {
            organisation: Some(convert::organisation(&found)),
            holds_at: Some(self.0.holds_at(view)?),
        }))
    }
}
