//! Setting up a second factor in a terminal: the QR code as text, and recovery codes shown once.

use http::Method;
use qrcode::{EcLevel, QrCode, types::Color};
use ward_model::users::{Enrolment, RecoveryCodes, SecondFactor};

use crate::{
    client::Client,
    output::Terminal,
    problem::{Failure, Result},
    prompt,
    request::Request,
};

/// Sets it up: shows the secret, asks for a first code, shows the recovery codes.
pub(crate) async fn enrol(client: &Client, terminal: &Terminal) -> Result<()> {
    if !terminal.interactive {
        return Err(Failure::usage("a second factor must be set up first, which needs a terminal")
            .next_step("run `ward login` in a terminal, with an authenticator app at hand"));
    }
    let enrolment: Enrolment = client.call(&Request::new(Method::POST, "/v1/me/factor")).await?.read()?;
    terminal.complain("", "Set up your second factor: scan this with an authenticator app.");
    if let Some(code) = drawn(&enrolment.url) {
        terminal.complain("", &code);
    }
    terminal.complain("", &format!("Or type the secret: {}", enrolment.secret));
    for turn in 1.. {
        let code = prompt::text(terminal, "Code that the app shows:", "a terminal")?;
        let confirm = Request::post("/v1/me/factor/confirm", &SecondFactor { code })?;
        match client.call(&confirm).await {
            Ok(reply) => return show_codes(terminal, &reply.read()?),
            Err(failure) if turn < 5 && failure.mistyped() => terminal.complain("", failure.title()),
            Err(failure) => return Err(failure),
        }
    }
    Ok(())
}

/// Shows recovery codes, and waits until they are kept.
pub(crate) fn show_codes(terminal: &Terminal, codes: &RecoveryCodes) -> Result<()> {
    terminal.complain(
        "",
        "Recovery codes. Each works once, and they are shown only now: keep them where your phone is not.",
    );
    for code in &codes.codes {
        terminal.line(&format!("  {code}"))?;
    }
    if terminal.interactive {
        prompt::text(terminal, "Press Enter when you have kept them.", "a terminal")?;
    }
    Ok(())
}

/// The QR code, two modules a character, light on dark as most terminals are; none if the text is too long.
fn drawn(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    let width = code.width();
    let colors = code.into_colors();
    let light = |x: usize, y: usize| {
        // The quiet zone of four modules around is light (ISO/IEC 18004 5.3.8).
        match (x.checked_sub(QUIET), y.checked_sub(QUIET)) {
            (Some(x), Some(y)) if x < width && y < width => colors.get(y * width + x) != Some(&Color::Dark),
            _ => true,
        }
    };
    let full = width + 2 * QUIET;
    let mut drawing = String::new();
    for y in (0..full).step_by(2) {
        for x in 0..full {
            drawing.push(match (light(x, y), y + 1 >= full || light(x, y + 1)) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            });
        }
        drawing.push('\n');
    }
    Some(drawing)
}

const QUIET: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawn_code_is_square_with_a_light_margin() {
        let drawing = drawn(
            "otpauth://totp/Ward:ana@clinic.example?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Ward",
        )
        .unwrap();
        let lines: Vec<_> = drawing.lines().collect();
        let width = lines[0].chars().count();
        assert!(lines.iter().all(|line| line.chars().count() == width));
        assert_eq!(lines.len(), width.div_ceil(2));
        assert!(lines[0].chars().all(|c| c == '█') && lines[1].chars().all(|c| c == '█'));
        // The finder pattern's corner is dark.
        assert_ne!(lines[2].chars().nth(QUIET), Some('█'));
    }

    #[test]
    fn a_drawn_code_holds_each_module_of_the_code() {
        let text = "otpauth://totp/Ward:ana@clinic.example?secret=JBSWY3DPEHPK3PXP&issuer=Ward";
        let code = QrCode::with_error_correction_level(text, EcLevel::L).unwrap();
        let drawing: Vec<Vec<char>> =
            drawn(text).unwrap().lines().map(|line| line.chars().collect()).collect();
        for y in 0..code.width() {
            for x in 0..code.width() {
                let character = drawing[(y + QUIET) / 2][x + QUIET];
                let upper = (y + QUIET).is_multiple_of(2);
                let light = character == '█' || character == if upper { '▀' } else { '▄' };
                assert_eq!(light, code[(x, y)] == Color::Light, "{x}, {y}");
            }
        }
    }

    #[test]
    fn a_text_too_long_for_a_code_is_left_to_typing() {
        assert!(drawn(&"x".repeat(5000)).is_none());
    }
}
