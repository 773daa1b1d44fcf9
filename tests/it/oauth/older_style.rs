//! older_style
