//! Guides that explain, step by step, where credentials come from: as pages under `/help`, and folded in the
//! form, with the same text. Rendered by the server alone.

pub mod guides;
pub mod inline_help;
pub mod pages;

use leptos::prelude::*;

/// The address of the guides.
pub const HELP: &str = "/help";

/// A guide.
#[derive(Clone, Copy)]
pub struct Topic {
    /// The last part of its address.
    pub key: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// Its purpose, in a sentence.
    pub about: &'static str,
    /// The steps.
    steps: fn() -> AnyView,
}

impl Topic {
    /// Returns the address of its page.
    pub fn address(self) -> String {
        format!("{HELP}/{}", self.key)
    }
}

/// The guides for image pull, then for Git, then for both.
pub const TOPICS: [(&str, &[Topic]); 3] = [
    (
        "Image pull",
        &[
            Topic {
                key: "docker-hub",
                title: "Pull secret for Docker Hub",
                about: "An access token that reads, of a person or an organisation.",
                steps: guides::docker_hub,
            },
            Topic {
                key: "ghcr",
                title: "Pull secret for GitHub Container Registry",
                about: "A classic token that reads packages and nothing else.",
                steps: guides::ghcr,
            },
            Topic {
                key: "gitlab",
                title: "Pull secret for GitLab",
                about: "A deploy token of the project or group, with read_registry.",
                steps: guides::gitlab,
            },
            Topic {
                key: "registries",
                title: "Pull secrets for other registries",
                about: "What host, username and password are at each, and how long they last.",
                steps: guides::registries,
            },
        ],
    ),
    (
        "Git datasets",
        &[
            Topic {
                key: "github-deploy-key",
                title: "Deploy key for GitHub",
                about: "The public half goes to the repository, the private half comes here.",
                steps: guides::github_deploy_key,
            },
            Topic {
                key: "gitlab-deploy-key",
                title: "Deploy key for GitLab",
                about: "The public half goes to the project, the private half comes here.",
                steps: guides::gitlab_deploy_key,
            },
        ],
    ),
    (
        "This portal",
        &[
            Topic {
                key: "import",
                title: "Import from Docker or Kubernetes",
                about: "What can be imported, and how to get at it.",
                steps: guides::import,
            },
            Topic {
                key: "values",
                title: "How Latchkey keeps what you paste",
                about: "Where a key or password goes, how it is kept, and who gets to see it.",
                steps: guides::values,
            },
        ],
    ),
];

/// Returns the guide with this name.
pub fn topic(key: &str) -> Option<Topic> {
    TOPICS.into_iter().flat_map(|(_, topics)| topics).find(|topic| topic.key == key).copied()
}
