//! A request to one endpoint, read as what the table of endpoints says that it takes.

use std::marker::PhantomData;

use certwright_api::{
    operation::{Json, JsonLines, NoBody, Once, Operation, OptionalJson, RequestBody},
    page::Page,
};
use certwright_core::{
    directory::DirectoryItem,
    ids::CredentialId,
    text::{self, Limit},
};
use http::HeaderMap;
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use super::{
    body,
    dispatch::Call,
    handle::Stopped,
    query::Query,
    scope::{Aimed, Bounded},
};
use crate::{
    caller::{Caller, Within},
    fault::{Conflict, Fault},
    paging::Paging,
    platform::Platform,
    usecase::{lists, place_order::IdempotencyKey},
};

/// A request to the endpoint `O`.
pub(super) struct Asked<'c, 'r, P: Platform, O> {
    pub(super) call: &'c Call<'r, P>,
    operation: PhantomData<O>,
}

impl<'c, 'r, P: Platform, O: Operation> Asked<'c, 'r, P, O> {
    pub(super) fn new(call: &'c Call<'r, P>) -> Self {
        let operation = PhantomData;
        Self { call, operation }
    }

    pub(super) fn caller(&self) -> &'c Caller {
        &self.call.admitted.caller
    }

    /// The id in the address. It is of the kind that the endpoint reaches, or the table of endpoints
    /// and the reading of targets disagree.
    pub(super) fn id(&self) -> Result<O::Id, Stopped>
    where
        O::Id: Aimed,
    {
        O::Id::of(&self.call.admitted.target).ok_or_else(|| {
            Fault::Internal("the endpoint does not reach what its handler wants".to_owned()).into()
        })
    }

    /// The body, within the caller's scope.
    pub(super) fn body(&self) -> Result<<O::Request as ReadBody>::Read, Stopped>
    where
        O::Request: ReadBody,
    {
        O::Request::read(self.call.headers, self.call.body, self.caller())
    }

    /// The parameters of the query; `known` are the names that the endpoint takes.
    pub(super) fn query(&self, known: &[&str]) -> Result<Query, Stopped> {
        Ok(Query::read(self.call.uri, known)?)
    }

    /// The accounts of a list.
    pub(super) fn within(&self, asked: Option<CredentialId>) -> Result<Within, Stopped> {
        Ok(self.caller().within(asked)?)
    }

    /// The page of a list that takes no other parameters.
    pub(super) fn paging(&self) -> Result<Paging, Stopped> {
        Ok(self.query(&["limit", "cursor"])?.paging()?)
    }

    /// A page of a part of the directory.
    pub(super) async fn directory<T>(&self) -> Result<Page<lists::Entry<T>>, Stopped>
    where
        T: DirectoryItem + Serialize + DeserializeOwned,
    {
        let query = self.query(&["credentialId", "limit", "cursor"])?;
        let within = self.within(query.id("credentialId")?)?;
        Ok(lists::directory(self.call.platform, &within, &query.paging()?).await?)
    }
}

/// A kind of request body, as the Worker reads it.
pub(super) trait ReadBody: RequestBody {
    /// What a handler is given.
    type Read;

    fn read(headers: &HeaderMap, body: &[u8], caller: &Caller) -> Result<Self::Read, Stopped>;
}

/// Keeps a body within the caller's scope.
fn bounded<T: Bounded>(mut body: T, caller: &Caller) -> Result<T, Stopped> {
    if let Some(scope) = &caller.scope {
        body.bound(scope)?;
    }
    Ok(body)
}

impl ReadBody for NoBody {
    type Read = ();

    fn read(_: &HeaderMap, _: &[u8], _: &Caller) -> Result<(), Stopped> {
        Ok(())
    }
}

impl<T: Serialize + DeserializeOwned + Bounded> ReadBody for Json<T> {
    type Read = T;

    fn read(headers: &HeaderMap, body: &[u8], caller: &Caller) -> Result<T, Stopped> {
        bounded(body::json(headers, body)?, caller)
    }
}

impl<T: Serialize + DeserializeOwned + Default + Bounded> ReadBody for OptionalJson<T> {
    type Read = T;

    fn read(headers: &HeaderMap, body: &[u8], caller: &Caller) -> Result<T, Stopped> {
        bounded(body::json_or_default(headers, body)?, caller)
    }
}

impl ReadBody for JsonLines {
    type Read = String;

    fn read(headers: &HeaderMap, body: &[u8], _: &Caller) -> Result<String, Stopped> {
        Ok(body::lines(headers, body)?.to_owned())
    }
}

impl<T: Serialize + DeserializeOwned + Bounded> ReadBody for Once<T> {
    type Read = (IdempotencyKey, T);

    fn read(
        headers: &HeaderMap,
        body: &[u8],
        caller: &Caller,
    ) -> Result<(IdempotencyKey, T), Stopped> {
        let key = headers
            .get("idempotency-key")
            .and_then(|value| value.to_str().ok())
            .and_then(|key| text::line(key, Limit::IDEMPOTENCY_KEY).ok())
            .ok_or_else(idempotency_key_missing)?;
        let key = IdempotencyKey {
            key: key.to_owned(),
            body_hash: data_encoding::HEXLOWER.encode(&Sha256::digest(body)),
        };
        Ok((key, bounded(body::json(headers, body)?, caller)?))
    }
}

fn idempotency_key_missing() -> Fault {
    Fault::Conflict(Conflict {
        code: "idempotency-key-missing",
        field: Some("Idempotency-Key"),
        detail: "an order is placed under a key, so that repeating the request cannot order twice"
            .to_owned(),
        remedy: Some(
            "send the header Idempotency-Key with 1 to 255 characters, new for each order"
                .to_owned(),
        ),
    })
}
