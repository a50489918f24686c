//! The steps of each guide. Without headings, because they are shown under a page's heading, and folded in a
//! form.

use crate::{imports::IMPORT, ssr};
use domain::secret::RegistryPreset;
use leptos::prelude::*;

/// Renders the steps to an access token of Docker Hub.
pub fn docker_hub() -> AnyView {
    view! {
        <ol>
            <li>
                "Sign in at " <code>"app.docker.com"</code>
                ". For a person’s token open Account settings, then Personal access tokens; for an organisation’s open its Admin console, then Access tokens."
            </li>
            <li>
                "Generate a token. Name it after this portal, choose until when it is good, and give it "
                <b>"Read-only"</b> " access. “Public repo read-only” reaches no private image."
            </li>
            <li>"Copy it now: it is shown once."</li>
            <li>
                "Here, choose Docker Hub as the registry. The username is the Docker ID, not the e-mail address; with an organisation’s token it is the organisation’s name. The password is the token."
            </li>
        </ol>
        <p>
            "Docker Hub goes by several names. Credentials are looked up under " <code>"https://index.docker.io/v1/"</code>
            ", so whichever of its names you type, that is what is stored."
        </p>
    }
    .into_any()
}

/// Renders the steps to a classic token of GitHub.
pub fn ghcr() -> AnyView {
    view! {
        <ol>
            <li>
                "Sign in to GitHub as the account that is to pull. Best is an account for machines that can read these packages alone: the token reads whatever its account can."
            </li>
            <li>
                "Open Settings, Developer settings, Personal access tokens, " <b>"Tokens (classic)"</b>
                ", and generate a new one. Fine-grained tokens do not work with the registry."
            </li>
            <li>"Choose " <code>"read:packages"</code> " and nothing else, and until when it is good."</li>
            <li>"Copy it now: it is shown once. Where the organisation uses single sign-on, press Configure SSO beside it and authorise it."</li>
            <li>
                "Here, choose GitHub Container Registry as the registry. The username is that account’s name, the password is the token."
            </li>
        </ol>
    }
    .into_any()
}

/// Renders the steps to a deploy token of GitLab.
pub fn gitlab() -> AnyView {
    view! {
        <ol>
            <li>
                "Open the project, or the group where all its projects are meant, and there Settings, Repository, "
                <b>"Deploy tokens"</b> ". That takes the role Maintainer, in a group Owner."
            </li>
            <li>
                "Add a token. Name it after this portal, choose until when it is good, and give it the scope "
                <code>"read_registry"</code> " and no other."
            </li>
            <li>"Copy its username and the token now: the token is shown once."</li>
            <li>
                "Here, choose GitLab as the registry and paste both. For a GitLab of your own, take the registry’s host from the project’s page Deploy, Container registry."
            </li>
        </ol>
    }
    .into_any()
}

/// Renders a short description of every registry.
pub fn registries() -> AnyView {
    let parts = RegistryPreset::ALL
        .into_iter()
        .map(|preset| {
            view! {
                <section>
                    <h2>{preset.label}</h2>
                    {facts(preset)}
                </section>
            }
        })
        .collect_view();
    view! {
        <p>
            "Wherever it is: make an account for this purpose alone, let it pull and nothing else, and note until when its password is good."
        </p>
        {parts}
    }
    .into_any()
}

/// Renders the host, username and password of a registry, and how long passwords last.
pub fn facts(preset: RegistryPreset) -> impl IntoView {
    let host = preset.host.map(|host| view! { <code>{host}</code> ". " });
    view! {
        <dl>
            <dt>"Registry Host"</dt>
            <dd>{host} {preset.host_hint}</dd>
            <dt>"Username"</dt>
            <dd>{preset.username}</dd>
            <dt>"Password"</dt>
            <dd>{preset.password}</dd>
            <dt>"Lasts"</dt>
            <dd>{preset.lifetime}</dd>
        </dl>
    }
}

fn make_a_pair() -> impl IntoView {
    view! {
        <li>
            "On your own machine, make a pair of keys for this one purpose:"
            <pre>
                <code>"ssh-keygen -t ed25519 -N \"\" -C latchkey -f deploy-key"</code>
            </pre>
            "That makes two files: " <code>"deploy-key.pub"</code> " is the public half, " <code>"deploy-key"</code>
            " the private one. No passphrase: nobody could type it when a dataset is pulled."
        </li>
    }
}

fn paste_the_private_half() -> impl IntoView {
    view! {
        <li>
            "Here, add a secret of the type Git Dataset and choose the file " <code>"deploy-key"</code> ", the "
            <b>"private"</b> " half. It begins with " <code>"-----BEGIN OPENSSH PRIVATE KEY-----"</code> "."
        </li>
        <li>"Delete both files. The portal has the private half, sealed; nobody else needs it."</li>
    }
}

/// Renders the steps to a deploy key at GitHub.
pub fn github_deploy_key() -> AnyView {
    view! {
        <ol>
            {make_a_pair()}
            <li>
                "At GitHub, open the repository, Settings, Deploy keys, and add one. Paste the text of "
                <code>"deploy-key.pub"</code> ", the " <b>"public"</b> " half: one line that begins with "
                <code>"ssh-ed25519"</code> ". Leave “Allow write access” off."
            </li>
            {paste_the_private_half()}
        </ol>
        <p>
            "The dataset’s address is then the SSH one: " <code>"git@github.com:owner/repository.git"</code>
            ". A deploy key is good for one repository; for another, make another pair."
        </p>
    }
    .into_any()
}

/// Renders the steps to a deploy key at GitLab.
pub fn gitlab_deploy_key() -> AnyView {
    view! {
        <ol>
            {make_a_pair()}
            <li>
                "At GitLab, open the project, Settings, Repository, Deploy keys, and add one. Paste the text of "
                <code>"deploy-key.pub"</code> ", the " <b>"public"</b> " half: one line that begins with "
                <code>"ssh-ed25519"</code> ". Leave “Grant write permissions” off."
            </li>
            {paste_the_private_half()}
        </ol>
        <p>
            "The dataset’s address is then the SSH one: " <code>"git@gitlab.com:group/project.git"</code>
            ". For another project, the same key can be enabled there under Deploy keys, or make another pair."
        </p>
    }
    .into_any()
}

/// Renders what can be imported.
pub fn import() -> AnyView {
    view! {
        {importable()}
        <p>
            <a class="button" href=IMPORT>
                "Import secrets"
            </a>
        </p>
    }
    .into_any()
}

/// Renders the same for the page Import.
pub fn importable() -> impl IntoView {
    view! {
        <p>
            "These can be pasted, or chosen as a file. Each credential found becomes a row to choose and name; those that are chosen are saved together, or none is."
        </p>
        <ul>
            <li>
                "Where Docker or Podman has signed in: " <code>"~/.docker/config.json"</code> " or "
                <code>"${XDG_RUNTIME_DIR}/containers/auth.json"</code>
                ". On a desktop the credentials are often kept elsewhere, and the file has none; the rows then say what to do."
            </li>
            <li>
                "A registry’s Secret of a cluster: " <code>"kubectl get secret regcred -o yaml"</code>
                ", of the types " <code>"kubernetes.io/dockerconfigjson"</code> " and " <code>"kubernetes.io/dockercfg"</code> "."
            </li>
            <li>
                "A Secret with an SSH private key, as Kubernetes (" <code>"ssh-privatekey"</code> "), git-sync ("
                <code>"ssh"</code> "), Flux (" <code>"identity"</code> ") and Argo CD (" <code>"sshPrivateKey"</code>
                ") keep it."
            </li>
            <li>
                "A whole cluster’s Secrets: " <code>"kubectl get secret -A -o json"</code>
                ", up to 16 MiB and 2,000 different credentials. The same account or key in many namespaces becomes one row that says where it stood; Helm releases, service account tokens and other Secrets are skipped and counted."
            </li>
            <li>
                "What stands beside a key: known hosts, to be approved, and the address of Argo CD’s repositories. A key with a passphrase has a field for it."
            </li>
            <li>"Several at once: a List, YAML documents between lines of three hyphens, a list of JSON or JSON lines."</li>
        </ul>
        <p>
            "Between finding and choosing, the credentials wait sealed in the portal for a quarter of an hour, for your session alone. What is not chosen is thrown away."
        </p>
    }
}

/// Renders what happens to a value.
pub fn values() -> AnyView {
    let keep_days = ssr::request().map_or(0, |(backend, _)| backend.secrets().keep_deleted().0);
    let kept = match keep_days {
        0 => "Deleting a secret removes its value from the database at once".to_owned(),
        1 => "The value of a deleted secret is kept, sealed, for one day, so that it can be restored, and then removed from \
              the database; Remove for good does that at once"
            .to_owned(),
        days => format!(
            "The value of a deleted secret is kept, sealed, for {days} days, so that it can be restored, and then removed \
             from the database; Remove for good does that at once"
        ),
    };
    let after_deletion = format!(
        "on Edit an empty field keeps what is stored. {kept}. Backups of the database have it, sealed, for as long as they \
         are kept."
    );
    view! {
        <ul>
            <li>
                <b>"On the way: "</b>
                "a value goes to the portal when you press a button of the form that it stands in, such as Confirm, Test connection or Continue, and not while you type or paste. A test uses it and stores nothing of it. No page shows it again: not a form that was refused, not to an administrator, not Edit."
            </li>
            <li>
                <b>"At rest: "</b>
                "it is sealed before it is stored, with AES-256-GCM under a key of its own, which is sealed under the portal’s key. The database alone opens no value, and neither does its backup; names, hosts and usernames in it can be read. A value moved to another secret, or changed, does not open."
            </li>
            <li>
                <b>"Elsewhere: "</b> "values are in no log, no audit record, no address and no error."
            </li>
            <li>
                <b>"Who gets it: "</b>
                "whoever has an API token that allows taking values out: a cluster, a script, or a person who exports manifests with it. Each time leaves a record that says who and when, before the value is handed out. A test sends a password to the registry host that it was typed for, and to the address at which this registry has it exchanged for a token; a private key is sent to no host, it only signs."
            </li>
            <li>
                <b>"Changes: "</b>
                {after_deletion}
            </li>
        </ul>
        <p>"What the portal cannot do: take a value back that somebody had before. Where one was mailed about, make a new one."</p>
    }
    .into_any()
}
