//! The colours of all pages, as somebody chooses them.

use actix_http::header;

use crate::error::{Error, Result};
use crate::http::ui::layout::Theme;
use crate::http::web::{Reply, Visit, cookie, local_path};

/// Has the browser remember a theme, and goes back to the page.
///
/// # Errors
/// `Invalid` for a theme that there is not.
pub fn choose(visit: &Visit<'_>) -> Result<Reply> {
    let form = visit.form(&["theme", "next"])?;
    let theme = Theme::of_name(form.one("theme")?)
        .ok_or_else(|| Error::invalid("a theme is system, light or dark"))?;
    let cookie = cookie::set_theme(theme, visit.public);
    Ok(Reply::see_other(local_path(form.one("next")?)).with(header::SET_COOKIE, cookie))
}
