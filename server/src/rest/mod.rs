//! The API for clusters and scripts: JSON or GraphQL, and tokens in `Authorization: Bearer`. Over the same services as the pages.

mod answer;
pub mod audit;
pub(crate) mod body;
mod caller;
mod conditional;
pub mod deleted;
mod denied;
pub mod docs;
pub mod endpoints;
pub mod graphql;
pub mod keys;
pub mod mail;
pub mod me;
pub mod notices;
pub mod openapi;
mod problem;
mod query;
pub mod secrets;
pub mod tokens;
pub mod usages;
pub mod values;
pub mod versions;

use answer::{Answer, id, json};
use api_types::ProblemDetails;
use caller::Caller;
use problem::Problem;
