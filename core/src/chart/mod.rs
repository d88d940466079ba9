//! Charts as self-contained SVG and HTML.
