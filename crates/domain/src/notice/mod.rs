//! Notices: events that people want to hear of. Nothing here can hold a value.

mod event;

pub use event::{NoticeEvent, SubjectKind};
