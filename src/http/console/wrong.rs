//! What is wrong with a form, beside the field that it is about.

use actix_http::StatusCode;

use super::WRONG_INPUT;
use crate::error::{Error, ErrorKind, Result};
use crate::http::ui::form::Errors;

/// One thing that is wrong with a form, and the status that the form is shown again with.
pub(super) struct Wrong<'f> {
    list: [(&'f str, String); 1],
    pub(super) status: StatusCode,
}

impl<'f> Wrong<'f> {
    /// What was typed into `field` makes no sense. The empty name is the form as a whole.
    pub(super) fn input(field: &'f str, said: impl Into<String>) -> Self {
        Self { list: [(field, said.into())], status: WRONG_INPUT }
    }

    /// What an action says of `field`.
    ///
    /// # Errors
    /// The error itself, where it is not about what was typed.
    pub(super) fn of(field: &'f str, error: Error) -> Result<Self> {
        let wrong = Self::input(field, error.message());
        match error.kind() {
            ErrorKind::Invalid => Ok(wrong),
            ErrorKind::Conflict => Ok(Self { status: StatusCode::CONFLICT, ..wrong }),
            _ => Err(error),
        }
    }

    pub(super) fn errors(&self) -> Errors<'_> {
        Errors(&self.list)
    }
}
