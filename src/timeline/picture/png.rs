//! From the SVG to a PNG.

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::Tree;
use thiserror::Error;

use super::Picture;
use super::fonts::OPTIONS;

/// Why a picture could not be made.
#[derive(Debug, Error)]
pub enum PictureError {
    /// The drawing is no SVG: a defect of the drawing, not of the facts.
    #[error("the drawing of the timeline cannot be read as SVG ({0}); this is a defect of sanad: please report it with what was selected")]
    Svg(#[from] resvg::usvg::Error),
    /// There is no room for so many pixels.
    #[error("a picture of {width} by {height} pixels cannot be held in memory; select fewer facts")]
    Size {
        /// Its width in pixels.
        width: u32,
        /// Its height in pixels.
        height: u32,
    },
    /// The pixels could not be written as PNG.
    #[error("the picture of the timeline cannot be written as PNG: {0}; try again, or select fewer facts")]
    Png(String),
}

impl Picture {
    /// The picture as PNG, drawn with the bundled fonts only.
    pub fn png(&self) -> Result<Vec<u8>, PictureError> {
        let tree = Tree::from_str(&self.svg, &OPTIONS)?;
        let (width, height) = (self.width, self.height);
        let mut pixels = Pixmap::new(width, height).ok_or(PictureError::Size { width, height })?;
        resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
        encoded(&pixels).map_err(|error| PictureError::Png(error.to_string()))
    }
}

/// The pixels as PNG. The paper is opaque, so no pixel needs to say how much of it is seen; packing tighter would take longer than drawing.
fn encoded(pixels: &Pixmap) -> Result<Vec<u8>, png::EncodingError> {
    let colours: Vec<u8> = pixels.pixels().iter().flat_map(|pixel| [pixel.red(), pixel.green(), pixel.blue()]).collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixels.width(), pixels.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&colours)?;
    writer.finish()?;
    Ok(bytes)
}
