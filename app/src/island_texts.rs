//! The texts that islands show once they respond. The server puts them into attributes of an element of the page, in the
//! reader's language, so that the browser's half has none of them.

#[cfg(not(feature = "ssr"))]
use domain::error::Problem;
#[cfg(not(feature = "ssr"))]
use leptos::prelude::document;
#[cfg(feature = "ssr")]
use {
    crate::{
        messages,
        ui::{
            html::Html,
            rendered::{InEachLanguage, rendered_once},
        },
    },
    domain::{
        error::Problem,
        secret::{
            DisplayNameProblem, HostProblem, NameProblem, PasswordProblem, SshKeyProblem, UsernameProblem,
        },
    },
    leptos::prelude::*,
};

/// The id of the element with the texts.
pub const ID: &str = "island-texts";

/// Stands in a text for what only the browser knows.
const MARK: char = '\u{fffc}';

/// A text that stays as the server has rendered it. The browser has none of it: hydration leaves such a text alone.
#[cfg(feature = "ssr")]
macro_rules! fixed {
    ($text:ident) => {
        t!($text)
    };
    ($condition:expr, $text:ident, $other:ident) => {
        if $condition { t!($text) } else { t!($other) }
    };
}

/// A text that stays as the server has rendered it. Not empty, because hydration expects a text where the server has one.
#[cfg(not(feature = "ssr"))]
macro_rules! fixed {
    ($text:ident) => {
        " "
    };
    ($condition:expr, $text:ident, $other:ident) => {
        " "
    };
}

macro_rules! island_texts {
    ($($text:ident $(($placeholder:ident))?,)+) => {
        /// A text that an island makes itself, by its id in the catalogue.
        #[allow(non_camel_case_types, reason = "ids of the catalogue")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum IslandText {
            $($text,)+
        }

        impl IslandText {
            /// Every text, for the form of a secret.
            #[cfg(feature = "ssr")]
            pub(crate) const FORM: &[Self] = &[$(Self::$text,)+];

            /// Returns the attribute with the text.
            fn attribute(self) -> &'static str {
                match self {
                    $(Self::$text => concat!("data-", stringify!($text)),)+
                }
            }

            /// Returns the text.
            #[cfg(feature = "ssr")]
            pub(crate) fn get(self) -> String {
                match self {
                    $(Self::$text => String::from(t!($text $(, $placeholder: MARK)?)),)+
                }
            }
        }
    };
}

island_texts! {
    secret_form_confirm,
    secret_form_saving,
    form_check_fields,
    secret_form_not_saved,
    secret_form_value_dropped,
    secret_form_sign_in,
    conflict_hint,
    secret_form_reload,
    secret_form_overwrite,
    secret_form_duplicate_key,
    secret_form_duplicate_account,
    secret_form_same_key(name),
    secret_form_same_account(name),
    secret_form_save_anyway,
    secret_form_open,
    secret_form_use(name),
    secret_form_show,
    secret_form_hide,
    secret_form_unreadable,
    secret_form_corrected(host),
    error_fields,
    error_unreachable,
    page_not_deleted,
}

impl IslandText {
    /// The texts for the dialog that deletes a secret.
    #[cfg(feature = "ssr")]
    pub(crate) const DIALOG: &[Self] = &[Self::page_not_deleted, Self::error_unreachable];

    /// Returns the text.
    #[cfg(not(feature = "ssr"))]
    pub(crate) fn get(self) -> String {
        attribute(self.attribute())
    }

    /// Returns the parts of the text before and after what only the browser knows.
    pub(crate) fn around(self) -> (String, String) {
        let text = self.get();
        let (before, after) = text.split_once(MARK).unwrap_or((&text, ""));
        (before.to_owned(), after.to_owned())
    }
}

#[cfg(not(feature = "ssr"))]
fn attribute(name: &str) -> String {
    document().get_element_by_id(ID).and_then(|texts| texts.get_attribute(name)).unwrap_or_default()
}

/// Returns the message of a problem that the browser finds while somebody types.
#[cfg(feature = "ssr")]
pub(crate) fn problem(problem: &Problem) -> String {
    messages::problem(problem)
}

/// Returns the message of a problem that the browser finds while somebody types.
#[cfg(not(feature = "ssr"))]
pub(crate) fn problem(problem: &Problem) -> String {
    attribute(&problem_attribute(problem))
}

/// Returns the attribute with the message of a problem.
fn problem_attribute(problem: &Problem) -> String {
    let (kind, word) = match problem {
        Problem::Name(problem) => ("name", problem.code()),
        Problem::DisplayName(problem) => ("display", problem.code()),
        Problem::Key(problem) => ("key", problem.code()),
        Problem::Host(problem) => ("host", problem.code()),
        Problem::Username(problem) => ("username", problem.code()),
        Problem::Password(problem) => ("value", problem.code()),
        _ => ("type", "none"),
    };
    ["data-", kind, "-", word].concat()
}

/// Returns the problems that the browser finds while somebody types, each once.
#[cfg(feature = "ssr")]
fn problems_while_typing() -> Vec<Problem> {
    let mut all = vec![
        Problem::Type,
        Problem::Name(NameProblem::TooLong(0)),
        Problem::Name(NameProblem::UpperCase('A')),
        Problem::Name(NameProblem::Character(' ')),
        Problem::DisplayName(DisplayNameProblem::TooLong(0)),
    ];
    all.extend(NameProblem::PLAIN.map(Problem::Name));
    all.extend(DisplayNameProblem::PLAIN.map(Problem::DisplayName));
    all.extend(SshKeyProblem::ALL.map(Problem::Key));
    all.extend(HostProblem::ALL.map(Problem::Host));
    all.extend(UsernameProblem::ALL.map(Problem::Username));
    all.extend(PasswordProblem::ALL.map(Problem::Password));
    all
}

/// Renders the element with these texts.
#[cfg(feature = "ssr")]
fn element(texts: &[IslandText], problems: &[Problem]) -> impl IntoView + use<> {
    let mut html = Html::with_capacity(texts.len() * 80 + problems.len() * 160);
    html.markup("<div hidden id=").markup(ID);
    for text in texts {
        html.attribute(text.attribute(), &text.get());
    }
    for found in problems {
        html.markup(" ").value(problem_attribute(found)).markup("=\"").text(&problem(found)).markup("\"");
    }
    html.markup("></div>");
    leptos::tachys::html::InertElement::new(html.into_string())
}

/// The texts that the form of a secret needs.
#[cfg(feature = "ssr")]
#[component]
pub fn FormTexts() -> impl IntoView {
    static TEXTS: InEachLanguage<String> = InEachLanguage::empty();
    rendered_once(&TEXTS, || element(IslandText::FORM, &problems_while_typing()))
}

/// The texts that the dialog needs, which deletes a secret.
#[cfg(feature = "ssr")]
#[component]
pub fn DialogTexts() -> impl IntoView {
    static TEXTS: InEachLanguage<String> = InEachLanguage::empty();
    rendered_once(&TEXTS, || element(IslandText::DIALOG, &[]))
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::language::within;
    use domain::{error::FieldError, language::Language, secret::NewSecret};
    use std::collections::BTreeSet;

    /// Returns the ids of the texts that a source asks for.
    fn asked(source: &str) -> BTreeSet<&str> {
        let ids = source.split("IslandText::").skip(1);
        ids.filter_map(|rest| rest.split(|c: char| !c.is_ascii_lowercase() && c != '_').next()).collect()
    }

    #[tokio::test]
    async fn pages_have_each_text_their_islands_ask_for_in_each_language() {
        let error = include_str!("error.rs");
        let field = include_str!("ui/field.rs");
        let form = [include_str!("secrets/form.rs"), include_str!("secrets/form_fields.rs"), field, error];
        let dialog = [include_str!("secrets/delete.rs"), "IslandText::error_unreachable"];
        for language in Language::ALL {
            within(language, async {
                for (shown, sources) in
                    [(FormTexts().to_html(), &form[..]), (DialogTexts().to_html(), &dialog[..])]
                {
                    for text in sources.iter().flat_map(|source| asked(source)) {
                        let start = format!(" data-{text}=");
                        let (_, said) = shown.split_once(&start).unwrap_or_else(|| panic!("{start}"));
                        assert!(!said.starts_with("\"\""), "{language:?} {text}");
                    }
                }
            })
            .await;
        }
    }

    #[test]
    fn form_has_the_message_of_each_problem_found_while_typing() {
        let shown = FormTexts().to_html();
        let found = NewSecret::problems_while_typing(domain::secret::SecretDraft::default());
        let found = found.unwrap_or_default();
        assert!(found.len() > 1, "{found:?}");
        for FieldError { problem: found, .. } in &found {
            assert!(shown.contains(&format!(" {}=\"", problem_attribute(found))), "{found:?}");
        }
        let attributes: Vec<&str> =
            shown.split(" data-").skip(1).filter_map(|rest| rest.split('=').next()).collect();
        let unique: BTreeSet<&&str> = attributes.iter().collect();
        assert_eq!(unique.len(), attributes.len(), "each once");
    }

    #[test]
    fn around_splits_a_text_at_what_only_the_browser_knows() {
        assert_eq!(IslandText::secret_form_use.around(), ("Use “".to_owned(), "”".to_owned()));
    }
}
