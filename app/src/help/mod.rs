//! Guides that explain, step by step, where credentials come from: as pages under `/help`, and folded in the
//! form, with the same text; and the documents of docs/. Rendered by the server alone.

pub mod documents;
pub mod guides;
pub mod inline_help;
pub mod pages;
pub mod presets;

use leptos::prelude::*;

/// The address of the guides.
pub const HELP: &str = "/help";

/// A text in the language of the request.
pub type Words = fn() -> &'static str;

/// A guide.
#[derive(Clone, Copy)]
pub struct Topic {
    /// The last part of its address.
    pub key: &'static str,
    /// Its heading.
    title: Words,
    /// Its purpose, in a sentence.
    about: Words,
    /// The steps.
    steps: fn() -> AnyView,
}

impl Topic {
    /// Returns the address of its page.
    pub fn address(self) -> String {
        format!("{HELP}/{}", self.key)
    }

    /// Returns its heading.
    pub fn title(self) -> &'static str {
        (self.title)()
    }

    /// Returns its purpose, in a sentence.
    pub fn about(self) -> &'static str {
        (self.about)()
    }
}

/// The guides for image pull, then for Git, then for both, each group with its heading.
pub const TOPICS: [(Words, &[Topic]); 3] = [
    (
        || t!(help_image_pull),
        &[
            Topic {
                key: "docker-hub",
                title: || t!(help_docker_hub),
                about: || t!(help_docker_hub_about),
                steps: guides::docker_hub,
            },
            Topic {
                key: "ghcr",
                title: || t!(help_ghcr),
                about: || t!(help_ghcr_about),
                steps: guides::ghcr,
            },
            Topic {
                key: "gitlab",
                title: || t!(help_gitlab),
                about: || t!(help_gitlab_about),
                steps: guides::gitlab,
            },
            Topic {
                key: "registries",
                title: || t!(help_registries),
                about: || t!(help_registries_about),
                steps: guides::registries,
            },
        ],
    ),
    (
        || t!(help_git),
        &[
            Topic {
                key: "github-deploy-key",
                title: || t!(help_github_key),
                about: || t!(help_github_key_about),
                steps: guides::github_deploy_key,
            },
            Topic {
                key: "gitlab-deploy-key",
                title: || t!(help_gitlab_key),
                about: || t!(help_gitlab_key_about),
                steps: guides::gitlab_deploy_key,
            },
        ],
    ),
    (
        || t!(help_portal),
        &[
            Topic {
                key: "import",
                title: || t!(help_import),
                about: || t!(help_import_about),
                steps: guides::import,
            },
            Topic {
                key: "values",
                title: || t!(help_values),
                about: || t!(help_values_about),
                steps: guides::values,
            },
        ],
    ),
];

/// Returns the guide with this name.
pub fn topic(key: &str) -> Option<Topic> {
    TOPICS.into_iter().flat_map(|(_, topics)| topics).find(|topic| topic.key == key).copied()
}

/// Returns the heading of the guide or document with this name.
pub fn title(key: &str) -> Option<&'static str> {
    topic(key).map(Topic::title).or_else(|| documents::document(key).map(|document| document.title))
}
