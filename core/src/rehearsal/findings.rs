//! What a rehearsal notices.

use std::{borrow::Cow, fmt};

use crate::{
    advice::{Advice, advised},
    csr::policy::Severity,
    text::{self, Limit},
};

/// Something that was noticed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How grave it is: an order with an error is not placed.
    pub severity: Severity,
    /// The member of the order request that it is about.
    pub field: String,
    /// A stable code.
    pub code: &'static str,
    /// What was noticed.
    pub message: String,
    /// What to do about it.
    pub remedy: Cow<'static, str>,
}

#[derive(Default)]
pub(super) struct Findings(Vec<Finding>);

impl Findings {
    pub(super) fn error(
        &mut self,
        field: &str,
        code: &'static str,
        message: impl fmt::Display,
        remedy: impl Into<Cow<'static, str>>,
    ) {
        self.note(Severity::Error, field, code, &advised(message, remedy));
    }

    /// A text as it is used, or a finding about it.
    pub(super) fn text<'t>(&mut self, field: &str, text: &'t str, limit: Limit) -> Option<&'t str> {
        let checked = text::line(text, limit);
        checked
            .map_err(|fault| self.note(Severity::Error, field, fault.code(), &fault))
            .ok()
    }

    pub(super) fn note(
        &mut self,
        severity: Severity,
        field: &str,
        code: &'static str,
        noticed: &impl Advice,
    ) {
        self.0.push(Finding {
            severity,
            field: field.to_owned(),
            code,
            message: noticed.to_string(),
            remedy: noticed.remedy(),
        });
    }

    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    pub(super) fn has_error(&self) -> bool {
        self.0
            .iter()
            .any(|finding| finding.severity == Severity::Error)
    }

    pub(super) fn gravest_first(mut self) -> Vec<Finding> {
        self.0
            .sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        self.0
    }
}
