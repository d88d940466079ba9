//! Charts in one HTML document that needs nothing else.
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::check::Ready;
use super::picture::Picture;
use super::spec::{Chart, Size};
use super::text::{clean, escape};
use super::theme;
use crate::error::{Result, ensure};

/// The most cards on one page.
const MOST_CARDS: usize = 10_000;
/// The picture that small screens show instead: a wide one would shrink its texts out of sight.
const NARROW: Size = Size { width: 350.0, height: 290.0 };

/// One HTML document: a title, an introduction, a table, and charts in cards. Nothing is loaded from elsewhere and no
/// script runs; the page refuses both by its content security policy. Small screens get narrower pictures of their own.
///
/// ```
/// use inlaid::chart::{Card, Chart, Column, Line, Page, Table};
///
/// let chart = Chart::new("").with_layer(Line::new("sales", vec![3.0, 5.0, 4.0]));
/// let errors = Table::new("Error by method")
///     .with_columns([Column::text("Method"), Column::number("MASE")])
///     .with_row(["Theta", "0.91"]);
/// let page = Page::new("Sales").with_table(errors).with_card(Card::new("Shop 1", chart).with_caption("Daily."));
/// let html = page.to_html()?;
/// assert!(html.starts_with("<!doctype html>") && html.contains("0.91"));
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Page {
    /// The title of the document. Default empty.
    pub title: String,
    /// What stands below the title; an empty line starts a paragraph. Default empty.
    pub intro: String,
    /// Tables between the introduction and the charts. Default none.
    pub tables: Vec<Table>,
    /// The charts. Default none.
    pub cards: Vec<Card>,
    /// A line at the end, such as where the data come from. Default empty.
    pub footer: String,
    /// The size of each picture on a large screen. Default 960 x 460 for one card, 540 x 320 for several.
    pub size: Option<Size>,
}

/// A chart on a page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Card {
    /// The heading of the card; empty is none, for instance where the chart has its own title. Default empty.
    pub title: String,
    /// What stands below the chart. Default empty.
    pub caption: String,
    /// The chart.
    pub chart: Chart,
}

/// A table on a page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Table {
    /// What the table shows. Default empty.
    pub caption: String,
    /// The columns; at least one.
    pub columns: Vec<Column>,
    /// The cells, one text per column.
    pub rows: Vec<Vec<String>>,
}

/// A column of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Column {
    /// The heading. Default empty.
    pub title: String,
    /// Whether the cells are numbers: set to the right, digits of one width. Default no.
    pub numeric: bool,
}

impl Column {
    /// A column of texts, set to the left.
    #[must_use]
    pub fn text(title: impl Into<String>) -> Self {
        Self { title: title.into(), numeric: false }
    }

    /// A column of numbers, set to the right.
    #[must_use]
    pub fn number(title: impl Into<String>) -> Self {
        Self { title: title.into(), numeric: true }
    }
}

impl Table {
    /// A table with a caption and nothing in it.
    #[must_use]
    pub fn new(caption: impl Into<String>) -> Self {
        Self { caption: caption.into(), ..Self::default() }
    }

    /// The columns.
    #[must_use]
    pub fn with_columns(mut self, columns: impl IntoIterator<Item = Column>) -> Self {
        self.columns = columns.into_iter().collect();
        self
    }

    /// One more row.
    #[must_use]
    pub fn with_row<S: Into<String>>(mut self, cells: impl IntoIterator<Item = S>) -> Self {
        self.rows.push(cells.into_iter().map(Into::into).collect());
        self
    }

    fn html(&self) -> Result<String> {
        let columns = self.columns.len();
        ensure!(columns > 0, InvalidData, "the table {:?} has no columns", self.caption);
        if let Some(at) = self.rows.iter().position(|row| row.len() != columns) {
            let cells = self.rows[at].len();
            crate::error::bail!(InvalidData, "row {at} (0-based) has {cells} cells, the table has {columns} columns");
        }
        let side = |column: &Column| if column.numeric { " class=\"n\"" } else { "" };
        let caption = escape(&clean(&self.caption));
        let mut html = format!("<div class=\"table\" role=\"region\" aria-label=\"{caption}\" tabindex=\"0\"><table>");
        if !caption.is_empty() {
            let _ = write!(html, "<caption>{caption}</caption>");
        }
        html.push_str("<thead><tr>");
        for column in &self.columns {
            let _ = write!(html, "<th scope=\"col\"{}>{}</th>", side(column), escape(&clean(&column.title)));
        }
        html.push_str("</tr></thead><tbody>");
        for row in &self.rows {
            html.push_str("<tr>");
            for (cell, column) in row.iter().zip(&self.columns) {
                let _ = write!(html, "<td{}>{}</td>", side(column), escape(&clean(cell)));
            }
            html.push_str("</tr>");
        }
        html.push_str("</tbody></table></div>\n");
        Ok(html)
    }
}

impl Card {
    /// A card with a heading and a chart.
    #[must_use]
    pub fn new(title: impl Into<String>, chart: Chart) -> Self {
        Self { title: title.into(), chart, ..Self::default() }
    }

    /// What stands below the chart.
    #[must_use]
    pub fn with_caption(mut self, caption: impl Into<String>) -> Self {
        self.caption = caption.into();
        self
    }

    fn html(&self, number: usize, size: Size) -> Result<String> {
        let title = clean(&self.title);
        let mut html = String::from("<figure class=\"card\">");
        if !title.is_empty() {
            let _ = write!(html, "<h2>{}</h2>", escape(&title));
        }
        for (class, size) in [("wide", size), ("narrow", NARROW)] {
            let picture = Picture::of(&self.chart, size)?.svg(&title, &format!("{number}{class}"), false);
            let _ = write!(html, "<div class=\"{class}\">{picture}</div>");
        }
        let caption = escape(&clean(&self.caption));
        if !caption.is_empty() {
            let _ = write!(html, "<figcaption>{caption}</figcaption>");
        }
        html.push_str("</figure>\n");
        Ok(html)
    }
}

impl Page {
    /// A page with a title and nothing on it.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// What stands below the title; an empty line starts a paragraph.
    #[must_use]
    pub fn with_intro(mut self, intro: impl Into<String>) -> Self {
        self.intro = intro.into();
        self
    }

    /// One more table.
    #[must_use]
    pub fn with_table(mut self, table: Table) -> Self {
        self.tables.push(table);
        self
    }

    /// One more chart.
    #[must_use]
    pub fn with_card(mut self, card: Card) -> Self {
        self.cards.push(card);
        self
    }

    /// A line at the end.
    #[must_use]
    pub fn with_footer(mut self, footer: impl Into<String>) -> Self {
        self.footer = footer.into();
        self
    }

    /// The size of each picture on a large screen.
    #[must_use]
    pub fn with_size(mut self, size: Size) -> Self {
        self.size = Some(size);
        self
    }

    /// The page as one HTML document.
    ///
    /// # Errors
    /// As [`Chart::to_svg`], with the number and title of the card; `invalid_data` for a table without columns or with
    /// a row of another length; `not_enough_data` for a page with neither charts nor tables; `too_large` above 10,000
    /// cards.
    pub fn to_html(&self) -> Result<String> {
        let anything = !(self.cards.is_empty() && self.tables.is_empty());
        ensure!(anything, NotEnoughData, "a page needs at least one chart or table, got none");
        let count = self.cards.len();
        ensure!(count <= MOST_CARDS, TooLarge, "a page holds at most {MOST_CARDS} charts, got {count}");
        let single = Size::new(960.0, 460.0);
        let size = self.size.unwrap_or(if count == 1 { single } else { Size::new(540.0, 320.0) });
        let title = escape(&clean(&self.title));
        let mut html = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<main>\n",
            if title.is_empty() { "Charts" } else { &title },
            style(size)
        );
        if !title.is_empty() {
            let _ = writeln!(html, "<h1>{title}</h1>");
        }
        for paragraph in self.intro.replace("\r\n", "\n").split("\n\n").map(clean).filter(|text| !text.is_empty()) {
            let _ = writeln!(html, "<p>{}</p>", escape(&paragraph));
        }
        for (number, table) in self.tables.iter().enumerate() {
            html.push_str(&table.html().map_err(|error| error.at(format_args!("table {number}")))?);
        }
        if count > 0 {
            html.push_str(if count == 1 { "<div class=\"cards one\">\n" } else { "<div class=\"cards\">\n" });
            for (number, card) in self.cards.iter().enumerate() {
                let place = format_args!("card {number} ({:?})", card.title).to_string();
                html.push_str(&card.html(number, size).map_err(|error| error.at(place))?);
            }
            html.push_str("</div>\n");
        }
        let footer = escape(&clean(&self.footer));
        if !footer.is_empty() {
            let _ = writeln!(html, "<footer>{footer}</footer>");
        }
        html.push_str("</main>\n</body>\n</html>\n");
        Ok(html)
    }
}

impl Chart {
    /// The chart as a self-contained SVG element, `size` CSS pixels large.
    ///
    /// # Errors
    /// `invalid_config` for a size out of range, an axis with impossible limits, dates on the y axis, categories missing
    /// or not asked for, a strength or width out of range; `invalid_data` for infinite values, magnitudes above 1e300,
    /// NaN as x, lengths that differ, x that decrease along a line, dates outside the years 0 to 9999 or positions that
    /// are no category; `not_enough_data` for no layers or an empty one; `too_large` above 10,000,000 values.
    pub fn to_svg(&self, size: Size) -> Result<String> {
        Ok(Picture::of(self, size)?.svg("", "", true))
    }

    /// Judge everything but the size.
    ///
    /// # Errors
    /// As [`to_svg`](Chart::to_svg).
    pub fn validate(&self) -> Result<()> {
        Ready::new(self, Size::default()).map(|_| ())
    }

    /// The chart alone on a [`Page`], `size` CSS pixels large on large screens.
    ///
    /// # Errors
    /// As [`to_svg`](Chart::to_svg).
    pub fn to_html(&self, size: Size) -> Result<String> {
        Picture::of(self, size)?;
        // The document is named by the chart, which shows its title itself.
        let page = Page::default().with_size(size).with_card(Card::new("", self.clone()));
        let html = page.to_html()?;
        let title = escape(&clean(&self.title));
        Ok(if title.is_empty() {
            html
        } else {
            html.replacen("<title>Charts</title>", &format!("<title>{title}</title>"), 1)
        })
    }
}

/// The style sheet of a page, that of its pictures included.
fn style(size: Size) -> String {
    let (width, column) = (size.width.round(), (size.width * 0.78).round());
    format!(
        ":root{{color-scheme:light dark;{light}}}@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\
         *{{box-sizing:border-box}}\
         body{{margin:0;background:var(--chart-surface);color:var(--chart-ink);font:15px/1.5 {fonts}}}\
         main{{max-width:1720px;margin:0 auto;padding:28px 24px 40px}}\
         h1{{font-size:26px;line-height:1.2;margin:0 0 10px;overflow-wrap:anywhere}}\
         p{{max-width:70ch;margin:0 0 12px;color:var(--chart-soft);overflow-wrap:anywhere}}\
         .cards{{display:grid;gap:18px;margin-top:22px;\
         grid-template-columns:repeat(auto-fill,minmax(min(100%,{column}px),1fr))}}\
         .cards.one{{grid-template-columns:minmax(0,{width}px)}}\
         .card{{margin:0;padding:12px 10px 10px;border:1px solid var(--chart-grid);border-radius:8px;min-width:0;\
         break-inside:avoid}}\
         h2{{font-size:15px;line-height:1.35;margin:0 10px 2px;overflow-wrap:anywhere}}\
         figcaption{{font-size:13px;color:var(--chart-soft);margin:4px 10px 0;overflow-wrap:anywhere}}\
         .card svg{{display:block;width:100%;height:auto}}.narrow{{display:none}}\
         .table{{overflow-x:auto;margin:18px 0 8px}}\
         table{{border-collapse:collapse;font-size:14px;font-variant-numeric:tabular-nums}}\
         caption{{text-align:left;color:var(--chart-soft);padding-bottom:6px}}\
         th,td{{text-align:left;padding:5px 22px 5px 0;border-bottom:1px solid var(--chart-grid);white-space:nowrap}}\
         th{{font-weight:600;border-bottom-color:var(--chart-axis)}}.n{{text-align:right}}\
         th:last-child,td:last-child{{padding-right:0}}\
         footer{{margin-top:26px;font-size:13px;color:var(--chart-soft);overflow-wrap:anywhere}}\
         @media screen and (max-width:560px){{main{{padding:18px 12px 28px}}.wide{{display:none}}\
         .narrow{{display:block}}.card{{padding:10px 2px 8px}}h1{{font-size:22px}}}}\
         @media print{{main{{padding:0;max-width:none}}.cards{{grid-template-columns:repeat(2,1fr);gap:10px}}\
         .cards.one{{grid-template-columns:1fr}}}}{pictures}",
        light = theme::properties(&theme::LIGHT),
        dark = theme::properties(&theme::DARK),
        fonts = theme::FONTS,
        pictures = theme::style(),
    )
}
