//! The pieces that pages are made of. Without input or output, and without the words of any feature except in
//! the notices and the frame around every page.

pub mod ago;
pub mod alert;
#[cfg(feature = "ssr")]
pub mod area;
#[cfg(feature = "ssr")]
pub mod confirm;
pub mod copy;
pub mod dialog;
pub mod dom;
pub mod enhance;
pub mod field;
#[cfg(feature = "ssr")]
pub mod flash;
#[cfg(feature = "ssr")]
pub mod frame;
#[cfg(feature = "ssr")]
pub mod html;
pub mod icon;
pub mod instant_controls;
pub mod leave_guard;
#[cfg(feature = "ssr")]
pub mod line;
#[cfg(feature = "ssr")]
pub mod list;
#[cfg(feature = "ssr")]
pub mod place_list;
pub mod rendered;
#[cfg(feature = "ssr")]
pub mod select;
#[cfg(feature = "ssr")]
pub mod table;
#[cfg(feature = "ssr")]
pub mod theme;
#[cfg(feature = "ssr")]
pub mod theme_switch;
