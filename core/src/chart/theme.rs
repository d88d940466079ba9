//! Colours for light and dark, and the style sheet that every picture carries.
//!
//! Six colours whose smallest distance in OKLab, among each other, stays above 0.095 for normal vision and for simulated
//! protanopia, deuteranopia and tritanopia (Machado, Oliveira, Fernandes 2009, severity 1), and whose contrast with the
//! ground is at least 3 : 1, as WCAG 2.2 asks of graphics; a test computes both. Okabe and Ito's palette, where this
//! one started, falls short on white: its yellow has 1.3 : 1.

/// The colours of one mode.
#[derive(Debug)]
pub(super) struct Mode {
    pub(super) surface: &'static str,
    pub(super) ink: &'static str,
    pub(super) soft: &'static str,
    pub(super) axis: &'static str,
    pub(super) grid: &'static str,
    pub(super) series: [&'static str; super::check::COLOURS],
}

pub(super) const LIGHT: Mode = Mode {
    surface: "#ffffff",
    ink: "#1b1f24",
    soft: "#57606a",
    axis: "#8a929c",
    grid: "#e4e7eb",
    series: ["#0b4fb3", "#b84404", "#078876", "#7f2c74", "#b98a00", "#2492f2"],
};

pub(super) const DARK: Mode = Mode {
    surface: "#15181d",
    ink: "#e8eaed",
    soft: "#a3abb5",
    axis: "#6b7480",
    grid: "#2a2f37",
    series: ["#4faddf", "#efa032", "#25e6c6", "#da6478", "#faec5c", "#9a68fa"],
};

/// What readers have installed, the widest last: see the widths of texts.
pub(super) const FONTS: &str =
    "system-ui,-apple-system,\"Segoe UI\",Roboto,\"Helvetica Neue\",Arial,\"Noto Sans\",\"DejaVu Sans\",sans-serif";

/// The custom properties of a mode.
pub(super) fn properties(mode: &Mode) -> String {
    let mut css = format!(
        "--chart-surface:{};--chart-ink:{};--chart-soft:{};--chart-axis:{};--chart-grid:{}",
        mode.surface, mode.ink, mode.soft, mode.axis, mode.grid
    );
    for (number, colour) in mode.series.iter().enumerate() {
        css.push_str(&format!(";--chart-{number}:{colour}"));
    }
    css
}

/// Class names, the property of [`properties`] behind each, and its plain colour.
fn classes(mode: &Mode) -> Vec<(String, String, &'static str)> {
    let named = [
        ("surface", "surface", mode.surface),
        ("axis", "axis", mode.axis),
        ("grid", "grid", mode.grid),
        ("ci", "ink", mode.ink),
        ("cs", "soft", mode.soft),
    ];
    let mut classes: Vec<_> = named.map(|(class, name, colour)| (class.to_owned(), name.to_owned(), colour)).into();
    let series = mode.series.iter().enumerate();
    classes.extend(series.map(|(number, &colour)| (format!("c{number}"), number.to_string(), colour)));
    classes
}

/// The style sheet of a picture.
///
/// Plain colours come first, for programs that know neither custom properties nor media queries (many that turn SVG
/// into other formats); browsers take the second half, which a page can override through the properties.
pub(super) fn style() -> String {
    let mut css = format!(".inlaid-chart{{font-family:{FONTS};font-variant-numeric:tabular-nums}}");
    css.push_str(
        ".inlaid-chart text{fill:currentColor;font-size:12px}.inlaid-chart .t{font-size:15px;font-weight:600}\
         .inlaid-chart .k{font-size:11px}.inlaid-chart .b,.inlaid-chart .surface{fill:currentColor}\
         .inlaid-chart .l,.inlaid-chart .m,.inlaid-chart .axis,.inlaid-chart .grid{fill:none;stroke:currentColor}\
         .inlaid-chart .l{stroke-width:1.75;stroke-linejoin:round;stroke-linecap:round}\
         .inlaid-chart .d{stroke-linecap:butt}",
    );
    let classes = classes(&LIGHT);
    for (class, _, colour) in &classes {
        css.push_str(&format!(".inlaid-chart .{class}{{color:{colour}}}"));
    }
    css.push_str(&format!("@supports (color:var(--a)){{.inlaid-chart{{{}}}", properties(&LIGHT)));
    css.push_str(&format!("@media screen and (prefers-color-scheme:dark){{.inlaid-chart{{{}}}}}", properties(&DARK)));
    for (class, name, _) in &classes {
        css.push_str(&format!(".inlaid-chart .{class}{{color:var(--chart-{name})}}"));
    }
    css.push('}');
    css
}

#[cfg(test)]
mod tests {
    use super::*;

    type Rgb = [f64; 3];

    /// Linear light of a colour like `#0b4fb3`.
    fn linear(colour: &str) -> Rgb {
        [1, 3, 5].map(|at| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        })
    }

    fn contrast(one: &str, other: &str) -> f64 {
        let luminance = |colour| {
            let [r, g, b] = linear(colour);
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        let (a, b): (f64, f64) = (luminance(one), luminance(other));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Normal vision, protanopia, deuteranopia, tritanopia: matrices on linear light.
    const VISIONS: [[Rgb; 3]; 4] = [
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    ];

    fn oklab(colour: Rgb) -> Rgb {
        let [r, g, b] = colour.map(|part| part.clamp(0.0, 1.0));
        let l = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b).cbrt();
        let m = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b).cbrt();
        let s = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b).cbrt();
        [
            0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
            1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s,
        ]
    }

    fn seen(colour: &str, vision: &[Rgb; 3]) -> Rgb {
        let light = linear(colour);
        oklab(vision.map(|row| row.iter().zip(light).map(|(a, b)| a * b).sum()))
    }

    #[test]
    fn texts_and_colours_stand_out_from_their_ground() {
        for mode in [&LIGHT, &DARK] {
            assert!(contrast(mode.ink, mode.surface) >= 7.0);
            assert!(contrast(mode.soft, mode.surface) >= 4.5);
            assert!(contrast(mode.axis, mode.surface) >= 3.0);
            for colour in mode.series {
                assert!(contrast(colour, mode.surface) >= 3.0, "{colour}: {}", contrast(colour, mode.surface));
            }
        }
    }

    #[test]
    fn colours_differ_for_every_kind_of_colour_vision() {
        for mode in [&LIGHT, &DARK] {
            for vision in &VISIONS {
                for (at, one) in mode.series.iter().enumerate() {
                    for other in &mode.series[at + 1..] {
                        let (a, b) = (seen(one, vision), seen(other, vision));
                        let distance = a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
                        assert!(distance >= 0.095, "{one} and {other}: {distance:.3}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_style_sheet_names_every_colour_and_nothing_outside() {
        let css = style();
        for mode in [&LIGHT, &DARK] {
            assert!(mode.series.iter().all(|colour| css.contains(colour)));
        }
        assert!(!css.contains("url") && !css.contains("import") && !css.contains("//"));
        assert_eq!(css.matches('{').count(), css.matches('}').count());
    }
}
