use super::*;

fn keys() -> Keys {
    [("docs/kubectl.md", "kubectl"), ("README.md", "readme")]
        .map(|(path, key)| (path.to_owned(), key.to_owned()))
        .into()
}

#[test]
fn index_reads_groups_of_documents_and_leaves_other_sections_out() {
    let groups = index(
        "# Documentation\n\n## Install\n\n- [`kubectl`](kubectl.md): how to\n  apply\n- [Settings](../README.md#settings)\n\n\
         ## Before you begin\n\n- not a document\n",
    );
    let [group] = groups.as_slice() else { panic!("one group, not {groups:?}") };
    assert_eq!(group.title, "Install");
    let found: Vec<_> =
        group.entries.iter().map(|entry| (&*entry.path, &*entry.key, &*entry.title, &*entry.about)).collect();
    assert_eq!(
        found,
        [("docs/kubectl.md", "kubectl", "kubectl", "how to apply"), ("README.md", "readme", "Settings", "")]
    );
}

#[test]
fn render_takes_title_out_and_gives_headings_the_anchors_of_code_hosts() {
    let rendered = render("# The `title`\n\n## Sign-in: how?\n\n## Sign-in: how?\n", "docs/a.md", &keys());
    assert_eq!(rendered.title, "The title");
    assert_eq!(
        rendered.html,
        "<h2 id=\"sign-in-how\">Sign-in: how?</h2>\n<h2 id=\"sign-in-how-1\">Sign-in: how?</h2>\n"
    );
    assert_eq!(rendered.mistakes, Vec::<String>::new());
}

#[test]
fn render_leads_links_to_help_pages_or_leaves_their_text() {
    let text = "# T\n\n[k](kubectl.md#a) [r](../README.md) [c](../CONTRIBUTING.md) [o](openapi.json) [w](https://x.example) [h](#t)\n";
    let rendered = render(text, "docs/a.md", &keys());
    assert_eq!(
        rendered.html,
        "<p><a href=\"/help/kubectl#a\">k</a> <a href=\"/help/readme\">r</a> c <a href=\"/api/openapi.json\">o</a> \
         <a href=\"https://x.example\">w</a> <a href=\"#t\">h</a></p>\n"
    );
    let missing = render("# T\n\n[x](other.md)\n", "docs/a.md", &keys());
    assert_eq!(missing.mistakes, ["links to other.md, which the index does not name"]);
}

#[test]
fn render_accepts_no_markup_besides_comments_and_leaves_pictures_out() {
    let rendered = render(
        "# T\n\n<!-- made by make -->\n\n![list](portal.png)\n\n<script>a</script>\n",
        "docs/a.md",
        &keys(),
    );
    assert!(
        !rendered.html.contains("script")
            && !rendered.html.contains("img")
            && !rendered.html.contains("made by")
    );
    assert_eq!(rendered.mistakes, ["has HTML of its own: <script>a</script>"]);
}

#[test]
fn render_leaves_out_what_is_not_for_users_of_a_portal() {
    let text = "# T\n\nA\n\n<!-- not in Help -->\n\n## Build\n\nB\n\n<!-- in Help -->\n\n## Build\n\nC\n";
    let rendered = render(text, "README.md", &keys());
    assert_eq!(rendered.html, "<p>A</p>\n<h2 id=\"build-1\">Build</h2>\n<p>C</p>\n");
    assert_eq!(rendered.mistakes, Vec::<String>::new());
}

#[test]
fn render_lists_the_headings_of_a_long_document() {
    let text = "# T\n\n## A & `b`\n\n### C_d\n\n#### not this\n\n## E\n\n## F\n\n## G\n";
    let rendered = render(text, "docs/a.md", &keys()).html;
    let expected = "<nav class=\"contents\" aria-label=\"Contents\">\n<ul>\n<li><a href=\"#a--b\">A &amp; b</a>\n<ul>\n\
                    <li><a href=\"#c_d\">C_d</a></li>\n</ul>\n</li>\n<li><a href=\"#e\">E</a></li>\n";
    assert!(rendered.starts_with(expected), "{rendered}");
    assert!(!render("# T\n\n## A\n\n## B\n", "docs/a.md", &keys()).html.contains("<nav"));
}

#[test]
fn render_lets_what_scrolls_be_reached_by_keyboard() {
    let rendered = render("# T\n\n| a |\n|---|\n| b |\n\n```sh\nx\n```\n", "docs/a.md", &keys());
    assert!(rendered.html.contains("<div class=\"scrolls\" tabindex=\"0\"><table>"), "{}", rendered.html);
    assert!(rendered.html.contains("<pre tabindex=\"0\"><code class=\"language-sh\">"), "{}", rendered.html);
}

#[test]
fn compile_finds_no_mistake_in_the_documents_of_this_repository() {
    let module = compile(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
    assert_eq!(module.map(|module| module.contains("key: \"kubectl\"")), Ok(true));
}
