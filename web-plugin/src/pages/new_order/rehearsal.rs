//! The dry run while the form is filled in: what the CA would say, the price, the seats.

use certwright_api::endpoint::op;
use certwright_api::orders::{Finding, OrderValidation, Severity};
use certwright_core::directory::DomainCoverage;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::form::Form;
use super::source::{Kind, Source};
use crate::app::use_client;
use crate::browser;
use crate::client::Trouble;
use crate::parts::{Status, Tone, TroubleNote};
use crate::text::{t, t_with};

/// How long after the last keystroke the order is rehearsed.
const PAUSE_MS: u32 = 500;

/// The latest dry run.
#[derive(Clone, Copy)]
pub(super) struct Rehearsal {
    form: Form,
    answer: RwSignal<Option<Result<OrderValidation, Trouble>>>,
    /// Whether the form has changed since.
    pub(super) is_behind: RwSignal<bool>,
}

/// Rehearses the order whenever the form has rested.
pub(super) fn rehearse(form: Form, source: Source) -> Rehearsal {
    let client = use_client();
    let this = Rehearsal {
        form,
        answer: RwSignal::new(None),
        is_behind: RwSignal::new(false),
    };
    let turn = StoredValue::new(0_u32);
    Effect::new(move |_| {
        let request = form.request(source.given());
        let is_ready = !form.domain.get().trim().is_empty() && !form.product.get().is_empty();
        let now = turn.get_value().wrapping_add(1);
        turn.set_value(now);
        let Some(request) = request.filter(|_| is_ready) else {
            this.answer.set(None);
            return;
        };
        this.is_behind.set(true);
        spawn_local(async move {
            browser::sleep(PAUSE_MS).await;
            if turn.try_get_value() != Some(now) {
                return;
            }
            let answer = client.get_value();
            let answer = answer.send(op::ValidateOrder, "", &request).await;
            if turn.try_get_value() == Some(now) {
                this.answer.set(Some(answer));
                this.is_behind.set(false);
            }
        });
    });
    this
}

impl Rehearsal {
    /// What was found, without what this form asks for later: the request, and the agreement with
    /// its place while that is empty.
    fn findings(self, source: Source) -> Vec<Finding> {
        let is_made = source.kind.get() == Kind::Make;
        let is_placeless = self.form.place.get().trim().is_empty();
        let mut findings = match self.answer.get() {
            Some(Ok(validation)) => validation.findings,
            _ => Vec::new(),
        };
        findings.retain(|finding| {
            let field = finding.problem.field.as_str();
            !(is_made && (field == "csr" || field == "csrId"))
                && field != "agreement/accepted"
                && !(is_placeless && field == "agreement/signerPlace")
        });
        findings
    }

    /// What is wrong with this field.
    pub(super) fn error(self, source: Source, field: &str) -> Option<String> {
        let findings = self.findings(source).into_iter();
        let mut of_field = findings.filter(|finding| {
            finding.problem.field == field && finding.severity == Severity::Error
        });
        of_field.next().map(|finding| {
            let remedy = finding.problem.remedy.unwrap_or_default();
            format!("{} {remedy}", finding.problem.message)
        })
    }

    /// Whether nothing stands in the way, as far as is known.
    pub(super) fn is_good(self, source: Source) -> bool {
        let findings = self.findings(source);
        matches!(self.answer.get(), Some(Ok(_)))
            && !findings
                .iter()
                .any(|finding| finding.severity == Severity::Error)
    }

    /// Whether the order will wait for a second person, as far as is known.
    pub(super) fn needs_approval(self) -> bool {
        let findings = self.validation().map(|validation| validation.findings);
        findings.is_some_and(|findings| {
            let mut codes = findings.iter().map(|finding| finding.problem.code.as_str());
            codes.any(|code| code == "needs-approval")
        })
    }

    /// The latest outcome.
    pub(super) fn validation(self) -> Option<OrderValidation> {
        self.answer.get().and_then(Result::ok)
    }
}

/// One thing that was noticed, with how grave it is.
pub(crate) fn finding_row(finding: Finding) -> impl IntoView {
    let (tone, class) = match finding.severity {
        Severity::Error => (Tone::Bad, "bad"),
        Severity::Warning => (Tone::Waiting, "waiting"),
        Severity::Info => (Tone::Past, "info"),
    };
    let word = t(match finding.severity {
        Severity::Error => "finding_error",
        Severity::Warning => "finding_warning",
        Severity::Info => "finding_info",
    });
    view! {
        <li class=class>
            <Status tone text=word />
            " "
            {finding.problem.message}
            " "
            <small>{finding.problem.remedy}</small>
        </li>
    }
}

/// What the dry run says.
#[component]
pub(super) fn Findings(rehearsal: Rehearsal, source: Source) -> impl IntoView {
    let trouble = move || match rehearsal.answer.get() {
        Some(Err(trouble)) => Some(view! { <TroubleNote trouble /> }),
        _ => None,
    };
    let findings = move || {
        rehearsal
            .findings(source)
            .into_iter()
            .map(finding_row)
            .collect_view()
    };
    let coverage = move || {
        let names = rehearsal
            .validation()
            .map(|validation| validation.names)
            .unwrap_or_default();
        let row = |name: certwright_api::orders::NameCoverage| {
            let (tone, text) = match name.coverage {
                DomainCoverage::Validated => (Tone::Good, t("coverage_validated")),
                DomainCoverage::NeedsValidation => (Tone::Waiting, t("coverage_needs_validation")),
                DomainCoverage::Outside => (Tone::Waiting, t("coverage_outside")),
            };
            view! { <li><code>{name.name}</code>" "<Status tone text /></li> }
        };
        names.into_iter().map(row).collect_view()
    };
    view! {
        <aside class="findings" aria-labelledby="findings" aria-busy=move || rehearsal.is_behind.get().to_string()>
            <h2 id="findings">{t("findings_title")}</h2>
            <div role="status">
                {trouble}
                {move || {
                    let text = match (rehearsal.validation(), rehearsal.is_good(source)) {
                        (None, _) => t("findings_waiting"),
                        (Some(_), true) => t("findings_good"),
                        (Some(_), false) => t("findings_bad"),
                    };
                    view! { <p>{text}</p> }
                }}
            </div>
            <ul class="readings">{findings}</ul>
            <ul class="readings">{coverage}</ul>
            {move || rehearsal.validation().map(cost)}
        </aside>
    }
}

/// What the order will cost in money and seats.
pub(super) fn cost(validation: OrderValidation) -> impl IntoView {
    let seats = if validation.free_seats == 0 {
        t("cost_held")
    } else {
        t_with("cost_seat", &[("free", &validation.free_seats)])
    };
    let price = validation.price.map_or_else(
        || t("cost_unknown"),
        |price| t_with("cost_price", &[("price", &price)]),
    );
    view! { <p class="cost"><b>{price}</b><br />{seats}</p> }
}
