//! A QR code as inline SVG: one path, no style, black on white whatever the colours of the page are.

use qrcode::{EcLevel, QrCode, types::Color};
use ward_spine::{Error, Result};

/// Modules of white around the code that readers need (ISO/IEC 18004).
const QUIET: usize = 4;

/// A code to draw.
pub(crate) struct Drawn {
    /// Side of the whole square, in modules.
    pub(crate) side: usize,
    /// The dark modules, as the data of a path.
    pub(crate) path: String,
}

/// Draws a text.
pub(crate) fn draw(text: &str) -> Result<Drawn> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M)
        .map_err(|e| Error::internal("drawing a QR code", e))?;
    let width = code.width();
    let mut path = String::new();
    for (at, _) in code.to_colors().iter().enumerate().filter(|(_, color)| **color == Color::Dark) {
        path.push_str(&format!("M{} {}h1v1h-1z", at % width + QUIET, at / width + QUIET));
    }
    Ok(Drawn { side: width + 2 * QUIET, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dark_module_is_drawn_inside_the_quiet_zone() {
        let text = "otpauth://totp/Ward:ada%40example.org?secret=JBSWY3DPEHPK3PXP&issuer=Ward";
        let drawn = draw(text).unwrap();
        let code = QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
        let dark = code.to_colors().iter().filter(|c| **c == Color::Dark).count();
        assert_eq!(drawn.path.matches('M').count(), dark);
        assert_eq!(drawn.side, code.width() + 8);
        assert!(drawn.path.starts_with("M4 4h1v1h-1z"), "the finder pattern begins the code");
    }
}
