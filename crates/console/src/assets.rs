//! What pages load: a style sheet, htmx and an icon, under addresses that name their content.
//!
//! The address holds a hash of the content, so a browser may keep them for ever and never mixes versions.

use std::sync::LazyLock;

use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse as _, Response},
};
use ward_vault::hash;

use crate::failure::Failure;

struct Asset {
    name: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
    path: String,
}

static ASSETS: LazyLock<[Asset; 3]> = LazyLock::new(|| {
    [
        asset("ward.css", "text/css; charset=utf-8", include_bytes!("../assets/ward.css")),
        asset("htmx.min.js", "text/javascript; charset=utf-8", include_bytes!("../assets/htmx.min.js")),
        asset("ward.svg", "image/svg+xml", include_bytes!("../assets/ward.svg")),
    ]
});

fn asset(name: &'static str, kind: &'static str, bytes: &'static [u8]) -> Asset {
    let hash: String = hash::sha256_hex(bytes).chars().take(20).collect();
    Asset { name, kind, bytes, path: format!("/assets/{hash}/{name}") }
}

fn path(name: &str) -> &'static str {
    ASSETS.iter().find(|a| a.name == name).map_or("", |a| a.path.as_str())
}

/// Address of the style sheet.
pub(crate) fn css() -> &'static str {
    path("ward.css")
}

/// Address of htmx.
pub(crate) fn htmx() -> &'static str {
    path("htmx.min.js")
}

/// Address of the icon.
pub(crate) fn icon() -> &'static str {
    path("ward.svg")
}

/// Serves one, under its present address only.
pub(crate) async fn serve(Path((hash, name)): Path<(String, String)>) -> Result<Response, Failure> {
    let wanted = format!("/assets/{hash}/{name}");
    let asset = ASSETS.iter().find(|a| a.path == wanted).ok_or_else(Failure::no_page)?;
    let headers =
        [(header::CONTENT_TYPE, asset.kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, asset.bytes).into_response())
}
