//! The one table of endpoints: method, path, the kind of action, which decides who may call, what it
//! reaches, which decides how a scope bounds it, and what it takes and gives.
//!
//! A line of the table that lacks one of them does not compile, and the Worker's dispatch is an
//! exhaustive match over [`Endpoint`], so no endpoint exists without a permission or a handler. The
//! Worker, the extension and the tests call and answer by the types of [`op`] alone, so that none of
//! them can read a reply as something that it is not.

use certwright_core::{
    directory::{Account, Domain, Group, Organization, Product},
    permission::{Action, Reach},
};
use http::Method;

use crate::{
    certificates::CertificateView,
    credentials::{
        CredentialView, ImportRequest, LinkCredential, LinkedCredential, RotateCredential,
        SetApproval, SetNewDomains, StartedJobs, SyncAllRequest, SyncRequest,
    },
    csrs::{CsrFacts, CsrRequest, CsrView},
    dead_letters::{DeadLetterView, DeadLettersMoved},
    directory::DirectoryEntryView,
    jobs::JobView,
    license::{LicenseView, SetLicense},
    operation::{
        Accepted, Created, Csv, Json, JsonLines, NoBody, Once, Operation, OptionalJson, Pem,
        ReplyBody, RequestBody, Text, TextPages, path_id,
    },
    orders::{
        CancelRequest, DcvView, DeclineRequest, OrderRequest, OrderValidation, OrderView,
        RevokeRequest, VerifyDcvRequest,
    },
    page::Page,
    reseal::{ResealReport, ResealRequest},
    system::{AuditChain, AuditView, Health, PruneAudit, PrunedAudit, RestoreView, Summary},
    tokens::{CreateToken, CreatedToken, Me, RevokeTokens, RevokedTokens, TokenView},
};

macro_rules! endpoints {
    ($($name:ident: $method:ident $template:literal $action:ident $reach:ident,
        $request:ty => $reply:ty, $summary:literal;)+) => {
        /// An endpoint of the HTTP API.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Endpoint {
            $(#[doc = $summary] $name,)+
        }

        impl Endpoint {
            /// Every endpoint.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The HTTP method.
            #[must_use]
            pub fn method(self) -> Method {
                match self { $(Self::$name => Method::$method,)+ }
            }

            /// The path, with `{…}` for the part that varies.
            #[must_use]
            pub fn template(self) -> &'static str {
                match self { $(Self::$name => $template,)+ }
            }

            /// The kind of action, which decides the least role.
            #[must_use]
            pub fn action(self) -> Action {
                match self { $(Self::$name => Action::$action,)+ }
            }

            /// What the endpoint reaches, which decides how a scope bounds it.
            #[must_use]
            pub fn reach(self) -> Reach {
                match self { $(Self::$name => Reach::$reach,)+ }
            }

            /// The media type of a request's body; none where no body is read.
            #[must_use]
            pub fn request_media_type(self) -> Option<&'static str> {
                match self { $(Self::$name => <$request as RequestBody>::MEDIA_TYPE,)+ }
            }

            /// The HTTP status of a reply when all went well.
            #[must_use]
            pub fn reply_status(self) -> u16 {
                match self { $(Self::$name => <$reply as ReplyBody>::STATUS,)+ }
            }

            /// The media type of that reply.
            #[must_use]
            pub fn reply_media_type(self) -> &'static str {
                match self { $(Self::$name => <$reply as ReplyBody>::MEDIA_TYPE,)+ }
            }

            /// Reads the text of that reply as the type that the table names, and writes it again: a
            /// reply of that type comes out as it went in.
            ///
            /// # Errors
            /// When the text is of another type.
            pub fn reread(self, text: &str) -> Result<Vec<u8>, serde_json::Error> {
                match self {
                    $(Self::$name => {
                        let value = <$reply as ReplyBody>::read(text, None)?;
                        Ok(<$reply as ReplyBody>::write(&value)?.body)
                    })+
                }
            }

            /// What the endpoint does, in a sentence.
            #[must_use]
            pub fn summary(self) -> &'static str {
                match self { $(Self::$name => $summary,)+ }
            }
        }

        /// A type per endpoint, by which it is called and answered.
        pub mod op {
            $(#[doc = $summary]
            #[derive(Clone, Copy, Debug)]
            pub struct $name;)+
        }

        $(impl Operation for op::$name {
            const ENDPOINT: Endpoint = Endpoint::$name;
            type Id = path_id::$reach;
            type Request = $request;
            type Reply = $reply;
        })+
    };
}

endpoints! {
    Health: GET "/healthz" Public Nothing,
        NoBody => Json<Health>,
        "Tells whether the Worker and its database answer.";

    LinkCredential: POST "/v1/credentials" Administer System,
        Json<LinkCredential> => Created<LinkedCredential>,
        "Links an emSign account after a live check, and starts its first sync.";
    ListCredentials: GET "/v1/credentials" Read Listed,
        NoBody => Json<Page<CredentialView>>,
        "Lists the linked accounts.";
    GetCredential: GET "/v1/credentials/{id}" Read Credential,
        NoBody => Json<CredentialView>,
        "Shows a linked account.";
    VerifyCredential: POST "/v1/credentials/{id}/verify" Operate Credential,
        NoBody => Json<CredentialView>,
        "Checks the stored access key with a live call.";
    RotateCredential: POST "/v1/credentials/{id}/rotate" Administer Credential,
        Json<RotateCredential> => Json<CredentialView>,
        "Replaces the access key after a live check.";
    SetApproval: PUT "/v1/credentials/{id}/approval" Administer Credential,
        Json<SetApproval> => Json<CredentialView>,
        "Sets whose orders wait for a second person's approval.";
    SetNewDomains: PUT "/v1/credentials/{id}/new-domains" Administer Credential,
        Json<SetNewDomains> => Json<CredentialView>,
        "Sets whether a DV order for a domain that the account does not have yet is placed or refused.";
    SyncCredential: POST "/v1/credentials/{id}/sync" Operate Credential,
        OptionalJson<SyncRequest> => Accepted<StartedJobs>,
        "Starts a sync of chosen parts of the directory.";
    ImportOrders: POST "/v1/credentials/{id}/import" Operate Credential,
        OptionalJson<ImportRequest> => Accepted<StartedJobs>,
        "Starts the import of the account's existing orders.";
    ResealCredentials: POST "/v1/credentials/reseal" Administer System,
        OptionalJson<ResealRequest> => Json<ResealReport>,
        "Seals the next access keys anew under the current master key.";
    SyncAll: POST "/v1/sync" Operate Body,
        OptionalJson<SyncAllRequest> => Accepted<StartedJobs>,
        "Starts a sync for several accounts at once.";

    ListAccounts: GET "/v1/accounts" Read Listed,
        NoBody => Json<Page<DirectoryEntryView<Account>>>,
        "Lists the accounts' users and roles.";
    ListGroups: GET "/v1/groups" Read Listed,
        NoBody => Json<Page<DirectoryEntryView<Group>>>,
        "Lists groups.";
    ListOrganizations: GET "/v1/organizations" Read Listed,
        NoBody => Json<Page<DirectoryEntryView<Organization>>>,
        "Lists organizations.";
    ListDomains: GET "/v1/domains" Read Listed,
        NoBody => Json<Page<DirectoryEntryView<Domain>>>,
        "Lists pre-validated domains.";
    ListProducts: GET "/v1/products" Read Listed,
        NoBody => Json<Page<DirectoryEntryView<Product>>>,
        "Lists products.";

    InspectCsr: POST "/v1/csrs/inspect" Read Nothing,
        Json<CsrRequest> => Json<CsrFacts>,
        "Reads a CSR and says what it holds; stores nothing.";
    StoreCsr: POST "/v1/csrs" Request Body,
        Json<CsrRequest> => Created<CsrView>,
        "Checks and stores a CSR.";
    ListCsrs: GET "/v1/csrs" Read Listed,
        NoBody => Json<Page<CsrView>>,
        "Lists stored CSRs.";
    GetCsr: GET "/v1/csrs/{id}" Read Csr,
        NoBody => Json<CsrView>,
        "Shows a stored CSR.";

    ValidateOrder: POST "/v1/orders/validate" Request Body,
        Json<OrderRequest> => Json<OrderValidation>,
        "Rehearses an order: every check, nothing stored, nothing sent.";
    PlaceOrder: POST "/v1/orders" Request Body,
        Once<OrderRequest> => Created<OrderView>,
        "Places an order, exactly once per Idempotency-Key.";
    ListOrders: GET "/v1/orders" Read Listed,
        NoBody => Json<Page<OrderView>>,
        "Lists orders.";
    ExportOrders: GET "/v1/orders.csv" Read Listed,
        NoBody => TextPages<Csv>,
        "Lists orders as CSV, a page at a time.";
    GetOrder: GET "/v1/orders/{id}" Read Order,
        NoBody => Json<OrderView>,
        "Shows an order.";
    ApproveOrder: POST "/v1/orders/{id}/approve" Operate Order,
        NoBody => Json<OrderView>,
        "Approves an order that somebody else asked for: it is sent to the CA.";
    DeclineOrder: POST "/v1/orders/{id}/decline" Operate Order,
        Json<DeclineRequest> => Json<OrderView>,
        "Declines an order that waits for approval, with a reason.";
    WithdrawOrder: POST "/v1/orders/{id}/withdraw" Request Order,
        NoBody => Json<OrderView>,
        "Takes back an order that waits for approval: one's own, or as an operator any.";
    CheckOrder: POST "/v1/orders/{id}/check" Operate Order,
        NoBody => Json<OrderView>,
        "Asks the CA where an order stands, and fetches an issued certificate.";
    CheckDueOrders: POST "/v1/orders/check-due" Operate System,
        NoBody => Accepted<StartedJobs>,
        "Asks the CA about every order that is due.";
    RevokeOrder: POST "/v1/orders/{id}/revoke" Operate Order,
        Json<RevokeRequest> => Json<OrderView>,
        "Asks the CA to revoke the order's certificate, or confirms that for another person.";
    DiscardRevocation: DELETE "/v1/orders/{id}/revoke" Operate Order,
        NoBody => Json<OrderView>,
        "Takes back a revocation that waits for a second person.";
    CancelOrder: POST "/v1/orders/{id}/cancel" Operate Order,
        Json<CancelRequest> => Json<OrderView>,
        "Cancels an order that has no certificate yet, at the CA.";
    DeleteOrder: DELETE "/v1/orders/{id}" Operate Order,
        NoBody => Json<OrderView>,
        "Forgets an order here; nothing is sent to the CA.";
    RestoreOrder: POST "/v1/orders/{id}/restore" Operate Order,
        NoBody => Json<OrderView>,
        "Takes a deletion back.";
    GetDcv: GET "/v1/orders/{id}/dcv" Operate Order,
        NoBody => Json<DcvView>,
        "Shows what to publish to show control of a domain.";
    VerifyDcv: POST "/v1/orders/{id}/dcv/verify" Operate Order,
        Json<VerifyDcvRequest> => Json<OrderView>,
        "Asks the CA to look for what was published.";

    ListCertificates: GET "/v1/certificates" Read Listed,
        NoBody => Json<Page<CertificateView>>,
        "Lists and searches the inventory.";
    ExportCertificates: GET "/v1/certificates.csv" Read Listed,
        NoBody => TextPages<Csv>,
        "Lists the inventory as CSV, a page at a time.";
    GetCertificate: GET "/v1/certificates/{id}" Read Certificate,
        NoBody => Json<CertificateView>,
        "Shows a certificate.";
    ExportCertificate: GET "/v1/certificates/{id}/pem" Read Certificate,
        NoBody => Text<Pem>,
        "Gives a certificate and its chain as PEM.";
    AdmitHeld: POST "/v1/certificates/admit-held" Operate System,
        NoBody => Accepted<StartedJobs>,
        "Stores every held certificate for which a seat is free.";

    ListJobs: GET "/v1/jobs" Read Listed,
        NoBody => Json<Page<JobView>>,
        "Lists jobs.";
    GetJob: GET "/v1/jobs/{id}" Read Job,
        NoBody => Json<JobView>,
        "Shows a job with its progress and result.";
    StopJob: POST "/v1/jobs/{id}/stop" Operate Job,
        NoBody => Json<JobView>,
        "Stops a job; what it has done so far stays.";

    ListDeadLetters: GET "/v1/dead-letters" Read Listed,
        NoBody => Json<Page<DeadLetterView>>,
        "Lists work that did not succeed and is not tried again by itself.";
    RetryDeadLetters: POST "/v1/dead-letters/retry" Operate System,
        NoBody => Json<DeadLettersMoved>,
        "Tries the oldest 100 pieces of such work again.";
    RetryDeadLetter: POST "/v1/dead-letters/{id}/retry" Operate DeadLetter,
        NoBody => Json<DeadLettersMoved>,
        "Tries a piece of such work again.";
    DiscardDeadLetter: DELETE "/v1/dead-letters/{id}" Operate DeadLetter,
        NoBody => Json<DeadLettersMoved>,
        "Gives a piece of such work up for good; its job counts it as failed.";

    GetLicense: GET "/v1/license" Read System,
        NoBody => Json<LicenseView>,
        "Shows the license and its seats.";
    SetLicense: PUT "/v1/license" Administer System,
        Json<SetLicense> => Json<LicenseView>,
        "Sets the license.";
    RemoveLicense: DELETE "/v1/license" Administer System,
        NoBody => Json<LicenseView>,
        "Removes the license; the community license applies.";

    Dump: GET "/v1/dump" Administer System,
        NoBody => TextPages<JsonLines>,
        "Gives a page of the portable dump: everything but secrets, as JSON lines.";
    Restore: POST "/v1/restore" Administer System,
        JsonLines => Json<RestoreView>,
        "Takes a part of a dump into an empty system.";
    GiveUpRestore: DELETE "/v1/restore" Administer System,
        NoBody => Json<RestoreView>,
        "Gives an unfinished restore up and empties the system again.";

    GetMe: GET "/v1/me" Read Nothing,
        NoBody => Json<Me>,
        "Tells who is calling, and with which rights.";
    CreateToken: POST "/v1/tokens" Administer Body,
        Json<CreateToken> => Created<CreatedToken>,
        "Makes a token; its text is in this answer only.";
    ListTokens: GET "/v1/tokens" Administer Listed,
        NoBody => Json<Page<TokenView>>,
        "Lists tokens, without their texts.";
    RevokeToken: DELETE "/v1/tokens/{id}" Administer Token,
        NoBody => Json<TokenView>,
        "Revokes a token and all that were made with it at once; they stay in the list.";
    RevokeTokens: POST "/v1/tokens/revoke" Administer System,
        Json<RevokeTokens> => Json<RevokedTokens>,
        "Revokes all tokens of a person at once.";

    GetSummary: GET "/v1/summary" Read Listed,
        NoBody => Json<Summary>,
        "Counts what needs attention.";
    ListAudit: GET "/v1/audit" Read System,
        NoBody => Json<Page<AuditView>>,
        "Lists who did what.";
    ListAuditHeads: GET "/v1/audit/heads" Read System,
        NoBody => Json<Page<AuditChain>>,
        "Tells where each chain of the audit trail begins and ends.";
    ExportAudit: GET "/v1/audit/export" Operate System,
        NoBody => TextPages<JsonLines>,
        "Gives a page of one chain of the audit trail, as JSON lines that can be verified.";
    PruneAudit: POST "/v1/audit/prune" Administer System,
        Json<PruneAudit> => Json<PrunedAudit>,
        "Removes the next entries of a chain that are archived, behind a checkpoint.";
}

/// An endpoint found by method and path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Matched<'p> {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// What stands in the place of the template's `{…}`.
    pub parameter: Option<&'p str>,
}

/// No endpoint fits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoEndpoint {
    /// There is no such path.
    #[error("there is no such address")]
    Path,
    /// The path exists, with other methods.
    #[error("this address does not take that method")]
    Method {
        /// The methods that it takes.
        allowed: Vec<Method>,
    },
}

impl Endpoint {
    /// Finds the endpoint for a method and a path without query. A fixed segment wins over one
    /// that varies, so `/v1/orders/check-due` is never read as an order's id.
    ///
    /// # Errors
    /// [`NoEndpoint`], with the methods that the path takes when it exists.
    pub fn find<'p>(method: &Method, path: &'p str) -> Result<Matched<'p>, NoEndpoint> {
        let mut allowed = Vec::new();
        let mut found: Option<Matched<'p>> = None;
        for endpoint in Self::ALL {
            let Some(parameter) = endpoint.match_path(path) else {
                continue;
            };
            if endpoint.method() != *method {
                allowed.push(endpoint.method());
            } else if found.is_none_or(|before| before.parameter.is_some()) {
                found = Some(Matched {
                    endpoint: *endpoint,
                    parameter,
                });
            }
        }
        match found {
            Some(matched) => Ok(matched),
            None if allowed.is_empty() => Err(NoEndpoint::Path),
            None => Err(NoEndpoint::Method { allowed }),
        }
    }

    /// The path with `parameter` in the place that varies.
    #[must_use]
    pub fn path(self, parameter: &str) -> String {
        let segments = self.template().split('/');
        let filled = segments.map(|s| if s.starts_with('{') { parameter } else { s });
        filled.collect::<Vec<_>>().join("/")
    }

    fn match_path(self, path: &str) -> Option<Option<&str>> {
        let mut parameter = None;
        let mut actual = path.split('/');
        for expected in self.template().split('/') {
            let segment = actual.next()?;
            if expected.starts_with('{') {
                if segment.is_empty() {
                    return None;
                }
                parameter = Some(segment);
            } else if segment != expected {
                return None;
            }
        }
        actual.next().is_none().then_some(parameter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_endpoint_finds_itself() {
        for endpoint in Endpoint::ALL {
            let path = endpoint.path("x1");
            let matched = Endpoint::find(&endpoint.method(), &path).unwrap();
            assert_eq!(matched.endpoint, *endpoint, "{path}");
        }
    }

    #[test]
    fn unknown_paths_and_methods_are_told_apart() {
        assert_eq!(
            Endpoint::find(&Method::GET, "/v2/orders"),
            Err(NoEndpoint::Path)
        );
        assert_eq!(
            Endpoint::find(&Method::GET, "/v1/orders/"),
            Err(NoEndpoint::Path)
        );
        let fault = Endpoint::find(&Method::PATCH, "/v1/orders").unwrap_err();
        assert_eq!(
            fault,
            NoEndpoint::Method {
                allowed: vec![Method::POST, Method::GET]
            }
        );
    }

    #[test]
    fn whatever_names_one_thing_reaches_one_thing() {
        for endpoint in Endpoint::ALL {
            let has_id = endpoint.template().contains('{');
            assert_eq!(endpoint.reach().is_one_thing(), has_id, "{endpoint:?}");
        }
    }

    #[test]
    fn only_health_needs_no_caller() {
        let public: Vec<_> = Endpoint::ALL
            .iter()
            .filter(|e| e.action() == Action::Public)
            .collect();
        assert_eq!(public, [&Endpoint::Health]);
    }
}
