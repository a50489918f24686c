//! The endpoints of images and of datasets: the same twice, but for words and for what is sent.

use super::{
    answers::{UsageItem, UsageList},
    bodies::{DatasetChange, ImageChange, NewDatasetBody, NewImageBody},
    operations,
};
use crate::rest::{Answer, Caller, ProblemDetails, body::Body};
use api_types::TestResult;
use axum::{
    extract::{Path, RawQuery},
    http::HeaderMap,
};
use domain::usage::UsageKind;

/// Makes the module with the endpoints of a kind. An operation's id and summary are made of the kind's words.
macro_rules! endpoints {
    (
        $(#[$about:meta])*
        $module:ident: $kind:ident, $new:ident, $change:ident,
        path = $path:tt, tag = $tag:tt, example = $example:tt,
        words = $word:tt, $article:tt, $plural:tt
        $(, test = $test:tt)?
    ) => {
        $(#[$about])*
        pub mod $module {
            use super::*;

            /// Answers with one page, by name.
            #[utoipa::path(
                get, path = $path, tag = $tag,
                operation_id = concat!("list_", $plural),
                summary = concat!("List ", $plural, ", by name"),
                params(
                    ("q" = Option<String>, Query, description = "Words that the name or the address contains; at most 200 characters"),
                    ("secret" = Option<String>, Query, description = "Only those that use this secret"),
                    ("after" = Option<String>, Query, description = "`next` of the page before"),
                ),
                responses((status = 200, description = "One page", body = UsageList)),
            )]
            pub async fn list(caller: Caller, RawQuery(query): RawQuery) -> Answer {
                operations::list(&caller, UsageKind::$kind, query.as_deref()).await
            }

            /// Adds what is sent.
            #[utoipa::path(
                post, path = $path, tag = $tag,
                operation_id = concat!("create_", $word),
                summary = concat!("Add ", $article),
                request_body = $new,
                responses(
                    (status = 201, description = "Added", body = UsageItem),
                    (status = 409, description = "The name is taken", body = ProblemDetails, content_type = "application/problem+json"),
                    (status = 422, description = "Fields need another look", body = ProblemDetails, content_type = "application/problem+json"),
                ),
            )]
            pub async fn create(caller: Caller, body: Body<$new>) -> Answer {
                caller.backend.usages().may_change(&caller.ctx, UsageKind::$kind, None).await?;
                operations::create(&caller, UsageKind::$kind, body.content()?.into()).await
            }

            /// Answers with what is stored.
            #[utoipa::path(
                get, path = concat!($path, "/{name}"), tag = $tag,
                operation_id = concat!("show_", $word),
                summary = concat!("Get ", $article),
                params(("name" = String, Path, description = "Its name", example = $example)),
                responses(
                    (status = 200, description = "What is known of it", body = UsageItem),
                    (status = 404, description = "There is none", body = ProblemDetails, content_type = "application/problem+json"),
                ),
            )]
            pub async fn show(caller: Caller, Path(name): Path<String>) -> Answer {
                operations::show(&caller, UsageKind::$kind, &name).await
            }

            /// Changes what is sent, and nothing else.
            #[utoipa::path(
                patch, path = concat!($path, "/{name}"), tag = $tag,
                operation_id = concat!("change_", $word),
                summary = concat!("Change ", $article),
                params(
                    ("name" = String, Path, description = "Its name", example = $example),
                    ("If-Match" = Option<String>, Header, description = "The ETag of what was seen, or the number of its version in quotation marks"),
                ),
                request_body = $change,
                responses(
                    (status = 200, description = "Changed", body = UsageItem),
                    (status = 404, description = "There is none", body = ProblemDetails, content_type = "application/problem+json"),
                    (status = 409, description = "Somebody was quicker by a moment", body = ProblemDetails, content_type = "application/problem+json"),
                    (status = 412, description = "Somebody changed it in between: who and when", body = ProblemDetails, content_type = "application/problem+json"),
                    (status = 422, description = "Fields need another look", body = ProblemDetails, content_type = "application/problem+json"),
                ),
            )]
            pub async fn change(
                caller: Caller,
                Path(name): Path<String>,
                headers: HeaderMap,
                change: Body<$change>,
            ) -> Answer {
                operations::may_change(&caller, UsageKind::$kind, &name).await?;
                let change = change.content()?;
                let merged = |stored| change.merge(stored);
                operations::change(&caller, UsageKind::$kind, &name, &headers, merged).await
            }

            /// Deletes the one of this name.
            #[utoipa::path(
                delete, path = concat!($path, "/{name}"), tag = $tag,
                operation_id = concat!("delete_", $word),
                summary = concat!("Delete ", $article),
                description = "Its secret stays.",
                params(
                    ("name" = String, Path, description = "Its name", example = $example),
                    ("If-Match" = Option<String>, Header, description = "The ETag of what was seen, or the number of its version in quotation marks"),
                ),
                responses(
                    (status = 204, description = "Deleted"),
                    (status = 404, description = "There is none", body = ProblemDetails, content_type = "application/problem+json"),
                    (status = 412, description = "Somebody changed it in between: who and when", body = ProblemDetails, content_type = "application/problem+json"),
                ),
            )]
            pub async fn delete(caller: Caller, Path(name): Path<String>, headers: HeaderMap) -> Answer {
                operations::delete(&caller, UsageKind::$kind, &name, &headers).await
            }

            /// Tests the one of this name with its secret.
            #[utoipa::path(
                post, path = concat!($path, "/{name}/test"), tag = $tag,
                operation_id = concat!("test_", $word),
                summary = concat!("Test ", $article, " with its secret"),
                $(description = $test,)?
                params(("name" = String, Path, description = "Its name", example = $example)),
                responses(
                    (status = 200, description = "What the test came to", body = TestResult),
                    (status = 404, description = "There is none", body = ProblemDetails, content_type = "application/problem+json"),
                    (status = 422, description = "It uses no secret, or one that is for another registry", body = ProblemDetails, content_type = "application/problem+json"),
                    (status = 429, description = "Too many tests: Retry-After says how long to wait", body = ProblemDetails, content_type = "application/problem+json"),
                ),
            )]
            pub async fn test(caller: Caller, Path(name): Path<String>) -> Answer {
                operations::test(&caller, UsageKind::$kind, &name).await
            }
        }
    };
}

endpoints! {
    /// The endpoints of images.
    images: Image, NewImageBody, ImageChange,
    path = "/api/v1/images", tag = "Images", example = "trainer",
    words = "image", "an image", "images"
}

endpoints! {
    /// The endpoints of datasets.
    datasets: Dataset, NewDatasetBody, DatasetChange,
    path = "/api/v1/datasets", tag = "Datasets", example = "photos",
    words = "dataset", "a dataset", "datasets",
    test = "Reads the repository, and looks for the branch: where there is none of its name, the dataset is refused with the cause\n`branch-not-found`, and its secret, which works, is not."
}
