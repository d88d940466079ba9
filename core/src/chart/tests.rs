//! What every picture must be: legal, self-contained, free of overlaps, bounded, the same every time.
use crate::math::power;
use roxmltree::Document;

use super::picture::{Picture, Placed};
use super::*;
use crate::Code;
use crate::data::beside;

/// SplitMix64: the same charts on every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// In -1..1.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }

    fn text(&mut self) -> String {
        const PARTS: [&str; 14] = [
            "sales",
            " ",
            "<b>",
            "&amp;",
            "\"'",
            "\u{1}",
            "\n",
            "日本",
            "שלום",
            "👩\u{200D}👧",
            "e\u{301}",
            "Wwwwwwwwwwwwwwwwww",
            "]]>",
            "-",
        ];
        (0..self.below(9)).map(|_| PARTS[self.below(PARTS.len())]).collect()
    }

    fn values(&mut self, count: usize, scale: f64, offset: f64) -> Vec<f64> {
        let gap = self.below(3) == 0;
        (0..count).map(|_| if gap && self.below(5) == 0 { f64::NAN } else { offset + scale * self.unit() }).collect()
    }

    fn chart(&mut self) -> (Chart, Size) {
        let count = 1 + self.below(40);
        let scale = power::whole(10f64, self.below(40) as i32 - 20) * self.below(4) as f64;
        let offset = scale * [0.0, 1.0, -3.0, 1e6][self.below(4)];
        let kind = self.below(4);
        let names: Vec<String> = (0..count).map(|_| self.text()).collect();
        let x: Option<Vec<f64>> = match kind {
            0 => None,
            1 => Some((0..count).map(|at| offset + scale * at as f64).collect()),
            2 => {
                let step = [1e-3, 1.0, 3600.0, 86_400.0, 2_629_746.0, 31_556_952.0, 1e9][self.below(7)];
                Some((0..count).map(|at| 1e9 * self.0 as f64 / u64::MAX as f64 + step * at as f64).collect())
            }
            _ => Some((0..count).map(|at| at as f64).collect()),
        };
        let lying = kind == 3 && self.below(2) == 0;
        let named = match kind {
            2 => Axis::dates(self.text()),
            3 => Axis::categories(self.text(), names),
            _ => Axis::numbers(self.text()),
        };
        let numbers = Axis::numbers(self.text()).with_unit(self.text());
        let (across, up) = if lying { (numbers, named) } else { (named, numbers) };
        let mut chart = Chart::new(self.text()).with_subtitle(self.text()).with_x(across).with_y(up);
        for _ in 0..=self.below(8) {
            let (name, values, more) =
                (self.text(), self.values(count, scale, offset), self.values(count, scale, offset));
            let mut layer: Layer = match if lying { 4 } else { self.below(5) } {
                0 => Line::new(name, values).into(),
                1 => Band::new(name, values, more).into(),
                2 => Scatter::new(name, values).into(),
                3 => {
                    let ends = x.clone().unwrap_or_else(|| (0..count).map(|at| at as f64).collect());
                    Segments::new(name, values, ends, more).into()
                }
                _ => Bars::new(name, values).into(),
            };
            if let Some(x) = &x {
                let x = Some(x.clone().into());
                match &mut layer {
                    Layer::Line(layer) => layer.x = x,
                    Layer::Band(layer) => layer.x = x,
                    Layer::Scatter(layer) => layer.x = x,
                    Layer::Segments(layer) => layer.x = x,
                    Layer::Bars(layer) => layer.x = x,
                }
            }
            chart = chart.with_layer(layer);
        }
        let size = Size::new(160.0 + self.below(1000) as f64, 120.0 + self.below(600) as f64);
        (chart, size)
    }
}

fn overlap(a: &Placed, b: &Placed) -> bool {
    a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}

/// Everything that holds for every picture.
fn judge(chart: &Chart, size: Size) {
    let picture = Picture::of(chart, size).unwrap();
    let texts = &picture.canvas.texts;
    let flat: Vec<&Placed> = texts.iter().filter(|text| !text.slanted).collect();
    for (at, one) in flat.iter().enumerate() {
        let inside = one.left >= 0.0 && one.right <= size.width && one.top >= 0.0 && one.bottom <= size.height;
        assert!(inside, "{one:?} leaves {size:?}");
        for other in &flat[at + 1..] {
            assert!(!overlap(one, other), "{one:?} on {other:?} in {size:?}");
        }
        let on_data = one.left < picture.plot.right
            && one.right > picture.plot.left
            && one.top < picture.plot.bottom
            && one.bottom > picture.plot.top + 5.0;
        assert!(!on_data || one.text == "no values", "{one:?} on the plot {:?}", picture.plot);
    }
    let slanted: Vec<&Placed> = texts.iter().filter(|text| text.slanted).collect();
    for pair in slanted.windows(2) {
        let apart = (pair[1].right - pair[0].right) * axis::SLANT.0;
        assert!(apart >= 11.0, "slanted lines are {apart} apart");
    }
    let svg = chart.to_svg(size).unwrap();
    assert_eq!(svg, chart.to_svg(size).unwrap());
    self_contained(&svg.replace("xmlns=\"http://www.w3.org/2000/svg\"", ""));
    let document = Document::parse(&svg).unwrap();
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        for attribute in node.attributes() {
            if ["d", "x", "y", "width", "height", "viewBox", "stroke-width", "transform"].contains(&attribute.name()) {
                numbers_are_sound(attribute.value(), size);
            }
        }
    }
}

fn self_contained(text: &str) {
    for outside in ["http", "href", "src=", "url(", "@import", "<script"] {
        assert!(!text.contains(outside), "{outside} in {text}");
    }
}

fn numbers_are_sound(text: &str, size: Size) {
    assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
    let bound = 2.0 * (size.width + size.height);
    for number in text.split(|c: char| !(c.is_ascii_digit() || c == '-' || c == '.')).filter(|part| !part.is_empty()) {
        let number: f64 = number.parse().unwrap();
        assert!(number.abs() <= bound, "{number} in {text}");
    }
}

#[test]
fn every_random_chart_is_legal_xml_within_its_size_and_without_overlaps() {
    for seed in 0..1500 {
        let (chart, size) = Random(seed * 0x1234_5678_9ABC).chart();
        judge(&chart, size);
    }
}

#[test]
fn limits_cut_the_data_off() {
    let chart = Chart::new("")
        .with_y(Axis::numbers("").with_minimum(0.0).with_maximum(1.0))
        .with_layer(Line::new("", vec![0.5, 1e9, -1e9, 0.5]));
    let svg = chart.to_svg(Size::default()).unwrap();
    let document = Document::parse(&svg).unwrap();
    let inner = document.root_element().children().find(|node| node.has_tag_name("svg")).unwrap();
    assert!(inner.children().any(|node| node.has_tag_name("path")));
}

#[test]
fn texts_arrive_as_they_were_meant() {
    let title = "<script>alert(\"1\")</script> & 'x' \u{0}\u{8}]]> שלום 👩\u{200D}👧";
    let chart = Chart::new(title).with_layer(Line::new("", vec![1.0, 2.0]));
    let html = chart.to_html(Size::default()).unwrap();
    self_contained(&html.replace("xmlns=\"http://www.w3.org/2000/svg\"", "").replace("http-equiv", ""));
    let svg = chart.to_svg(Size::default()).unwrap();
    let document = Document::parse(&svg).unwrap();
    let wanted = "<script>alert(\"1\")</script> & 'x' ]]> שלום 👩\u{200D}👧";
    assert_eq!(document.root_element().first_element_child().unwrap().text(), Some(wanted));
    let shown: Vec<_> = document.descendants().filter(|node| node.attribute("class") == Some("t ci")).collect();
    assert_eq!(shown[0].text(), Some(wanted));
    assert!(html.contains("<title>&lt;script&gt;alert"));
}

#[test]
fn a_reader_is_told_what_is_drawn() {
    let chart = Chart::new("Nile")
        .with_x(Axis::dates("Year"))
        .with_y(Axis::numbers("Flow").with_unit("10⁸ m³"))
        .with_layer(Line::new("annual", vec![1120.0, 1160.0]).with_x(vec![-3_124_137_600.0, -3_092_601_600.0]));
    let svg = chart.to_svg(Size::default()).unwrap();
    let document = Document::parse(&svg).unwrap();
    let root = document.root_element();
    assert_eq!(root.attribute("role"), Some("img"));
    let parts: Vec<_> = root.children().take(2).collect();
    let ids: Vec<_> = parts.iter().map(|part| part.attribute("id").unwrap()).collect();
    assert_eq!(root.attribute("aria-labelledby"), Some(ids.join(" ").as_str()));
    assert_eq!(parts[0].text(), Some("Nile"));
    let told = "Horizontal axis: Year. Vertical axis: Flow (10⁸ m³). Line annual: 2 values, 1,120 to 1,160, from 1871 to 1872.";
    assert_eq!(parts[1].text(), Some(told));
}

#[test]
fn ids_on_a_page_are_unique() {
    let chart = Chart::new("same").with_layer(Line::new("", vec![1.0, 2.0]));
    let page = Page::new("p").with_card(Card::new("", chart.clone())).with_card(Card::new("", chart));
    let html = page.to_html().unwrap();
    let mut ids: Vec<&str> = html.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), count), (8, 8));
}

#[test]
fn a_million_points_stay_small() {
    let many = |seed| -> Vec<f64> {
        let mut random = Random(seed);
        (0..1_000_000).map(|_| random.unit()).collect()
    };
    let line = Chart::new("").with_layer(Line::new("", many(1)));
    let band = Chart::new("").with_layer(Band::new("", many(2), many(3)));
    let points = Chart::new("").with_layer(Scatter::new("", many(4)).with_x(many(5)));
    let bars = Chart::new("").with_layer(Bars::new("", many(6)));
    for (chart, most) in [(line, 80_000), (band, 60_000), (points, 400_000), (bars, 80_000)] {
        let size = chart.to_svg(Size::default()).unwrap().len();
        assert!(size < most, "{size} bytes");
    }
}

#[test]
fn bad_charts_are_refused_with_their_code() {
    let line = |y: Vec<f64>| Chart::new("").with_layer(Line::new("a", y));
    let at = |x: Vec<f64>| Chart::new("").with_layer(Line::new("a", vec![1.0, 2.0]).with_x(x));
    let dates = |x: Vec<f64>| at(x).with_x(Axis::dates(""));
    let limited = |low, high| line(vec![1.0]).with_y(Axis::numbers("").with_minimum(low).with_maximum(high));
    let cases = [
        (Chart::new(""), Code::NotEnoughData, "at least one layer"),
        (line(vec![]), Code::NotEnoughData, "layer 0 (line \"a\"): there are no values"),
        (line(vec![1.0, f64::INFINITY]), Code::InvalidData, "value inf at position 1"),
        (line(vec![-1e301]), Code::InvalidData, "up to 1e300"),
        (at(vec![1.0]), Code::InvalidData, "2 values but 1 positions"),
        (at(vec![1.0, f64::NAN]), Code::InvalidData, "x is NaN at position 1"),
        (at(vec![2.0, 1.0]), Code::InvalidData, "must not decrease"),
        (dates(vec![1.7e12, 1.8e12]), Code::InvalidData, "milliseconds?"),
        (line(vec![1.0]).with_x(Axis::dates("")), Code::InvalidData, "needs its x"),
        (line(vec![1.0]).with_y(Axis::dates("")), Code::InvalidConfig, "y axis cannot show dates"),
        (line(vec![1.0]).with_y(Axis::categories("", ["a"])), Code::InvalidConfig, "must be bars"),
        (line(vec![1.0; 3]).with_x(Axis::categories("", ["a", "b"])), Code::InvalidData, "categories 0 to 1"),
        (line(vec![1.0]).with_x(Axis::categories("", [""; 0])), Code::InvalidConfig, "no categories"),
        (limited(2.0, 2.0), Code::InvalidConfig, "must end above its start"),
        (limited(f64::NAN, 2.0), Code::InvalidConfig, "cannot end at NaN"),
        (
            Chart::new("").with_layer(Band::new("", vec![1.0], vec![1.0, 2.0])),
            Code::InvalidData,
            "1 lower values but 2 upper ones",
        ),
        (
            Chart::new("").with_layer(Band::new("", vec![1.0], vec![1.0]).with_strength(f64::NAN)),
            Code::InvalidConfig,
            "strength",
        ),
        (Chart::new("").with_layer(Scatter::new("", vec![1.0]).with_width(0.0)), Code::InvalidConfig, "width"),
        (
            Chart::new("").with_layer(Segments::new("", vec![1.0], vec![1.0], vec![])),
            Code::InvalidData,
            "1 starts but 0 ends",
        ),
        (Chart::new("").with_layer(Segments::new("", vec![1.0], vec![], vec![1.0])), Code::InvalidData, "end_x"),
    ];
    for (chart, code, part) in cases {
        let error = chart.to_svg(Size::default()).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(error.message().contains(part), "{error}");
        assert_eq!(chart.to_html(Size::default()).unwrap_err().code(), code);
    }
    for size in [Size::new(0.0, 400.0), Size::new(400.0, f64::NAN), Size::new(1e9, 400.0)] {
        assert_eq!(line(vec![1.0]).to_svg(size).unwrap_err().code(), Code::InvalidConfig);
    }
}

#[test]
fn bad_pages_are_refused_with_their_code() {
    let code = |page: Page| page.to_html().unwrap_err().code();
    assert_eq!(code(Page::new("empty")), Code::NotEnoughData);
    assert_eq!(code(Page::new("").with_table(Table::new(""))), Code::InvalidData);
    let table = Table::new("").with_columns([Column::text("a")]).with_row(["1", "2"]);
    assert_eq!(code(Page::new("").with_table(table)), Code::InvalidData);
    let error = Page::new("").with_card(Card::new("Shop 7", Chart::new(""))).to_html().unwrap_err();
    assert!(error.message().starts_with("card 0 (\"Shop 7\")"), "{error}");
}

#[test]
fn the_largest_and_the_smallest_numbers_are_drawn() {
    for values in [
        vec![-1e300, 1e300],
        vec![1e300, 1e300],
        vec![5e-324, 0.0],
        vec![5e-324],
        vec![1e15, 1e15 + 0.25],
        vec![-0.0],
        vec![1e-300, 2e-300],
    ] {
        judge(&Chart::new("t").with_layer(Line::new("", values.clone())), Size::default());
        judge(&Chart::new("t").with_layer(Bars::new("", values.clone())), Size::default());
        let mut x = values.clone();
        x.sort_by(f64::total_cmp);
        judge(&Chart::new("t").with_layer(Scatter::new("", values).with_x(x)), Size::default());
    }
}

#[test]
fn a_chart_travels_as_json_with_its_numbers_beside() {
    let chart = Chart::new("t").with_layer(Band::new("b", vec![1.0], vec![f64::NAN]).with_x(vec![0.0]));
    let (text, blocks) = beside::collect(|| serde_json::to_string(&chart).unwrap());
    assert_eq!(blocks.len(), 3);
    let back: Chart = beside::with(blocks, || serde_json::from_str(&text).unwrap());
    assert_eq!(back.to_svg(Size::default()).unwrap(), chart.to_svg(Size::default()).unwrap());
    let plain = r#"{"title":"t","x":{"kind":"dates"},"layers":[{"layer":"line","x":[0.0,1.0],"y":[3.0,4.0]}]}"#;
    let chart: Chart = serde_json::from_str(plain).unwrap();
    assert!(chart.to_svg(Size::default()).is_ok());
    assert!(serde_json::from_str::<Chart>(r#"{"layers":[{"layer":"line","colour":"red"}]}"#).is_err());
    assert!(serde_json::from_str::<Chart>(r#"{"titel":"t"}"#).is_err());
}

/// Write the file anew with `INLAID_BLESS=1 cargo test -p inlaid golden`, and look at it before committing.
#[test]
fn a_small_chart_is_drawn_as_the_golden_file_has_it() {
    let x: Vec<f64> = (0..6).map(|month| 1_704_067_200.0 + 2_678_400.0 * f64::from(month)).collect();
    let chart = Chart::new("Visitors")
        .with_subtitle("A made-up museum")
        .with_x(Axis::dates("Month"))
        .with_y(Axis::numbers("Visitors").with_unit("thousands"))
        .with_layer(Band::new("80 %", vec![2.0, 1.5, 1.2], vec![2.0, 3.5, 4.0]).with_x(x[3..].to_vec()))
        .with_layer(
            Line::new("history", vec![1.5, 2.5, f64::NAN, 2.0]).with_x(x[..4].to_vec()).with_colour(Colour::Ink),
        )
        .with_layer(Line::new("forecast", vec![2.0, 2.5, 2.6]).with_x(x[3..].to_vec()).with_dashed(true));
    let svg = chart.to_svg(Size::new(420.0, 260.0)).unwrap();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/chart.svg");
    if std::env::var_os("INLAID_BLESS").is_some() {
        std::fs::write(path, &svg).unwrap();
    }
    assert_eq!(svg, std::fs::read_to_string(path).unwrap());
}
