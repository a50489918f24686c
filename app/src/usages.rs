//! The pages Images and Datasets: list, add, edit, delete. The server renders them, and they are plain forms.

pub mod fields;
pub mod form;
pub mod input;
pub mod list;
pub mod pages;
pub mod post;
