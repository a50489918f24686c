use super::*;
use std::sync::atomic::{AtomicU32, Ordering};

const ENGLISH: Language = Language { folder: "en", variant: "English", between_lines: " " };
const CHINESE: Language = Language { folder: "zh", variant: "Chinese", between_lines: "" };

/// Compiles a catalogue of two languages, each with one file that is called `a`.
fn compiled(english: &str, chinese: &str) -> Result<String, Vec<String>> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("latchkey-catalogue-{}-{number}", std::process::id()));
    for (language, text) in [("en", english), ("zh", chinese)] {
        fs::create_dir_all(folder.join(language)).unwrap();
        fs::write(folder.join(language).join("a.ftl"), text).unwrap();
    }
    let languages = Languages { first: ENGLISH, others: &[CHINESE], pseudo: "Pseudo" };
    let compiled = compile(&folder, languages);
    fs::remove_dir_all(&folder).unwrap();
    compiled.map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect())
}

#[test]
fn compile_makes_a_function_of_a_text() {
    let module = compiled("a-title = Sign in\n", "a-title = 登入\n").unwrap();
    assert!(
        module.contains("pub(crate) fn a_title(language: super::Language) -> &'static str {"),
        "{module}"
    );
    assert!(module.contains("super::Language::English => {\n\"Sign in\"\n}"), "{module}");
    assert!(module.contains("super::Language::Chinese => {\n\"登入\"\n}"), "{module}");
    assert!(module.contains("\"[Šîĝñ îñ ĺöñĝéŕ]\""), "{module}");
}

#[test]
fn compile_takes_placeholders_by_name() {
    let module = compiled("a-x = { $one } of { $two }\n", "a-x = { $two }之{ $one }\n").unwrap();
    assert!(module.contains("pub(crate) struct a_x<T0, T1> {\npub(crate) one: T0,\npub(crate) two: T1,\n}"));
    assert!(
        module
            .contains("pub(crate) fn a_x<T0: super::Display, T1: super::Display>(language: super::Language"),
        "{module}"
    );
    assert!(
        module
            .contains("super::show(&mut text, &two);\ntext.push_str(\"之\");\nsuper::show(&mut text, &one);")
    );
}

#[test]
fn compile_selects_by_number() {
    let english = "a-n = { $n ->\n    [0] No key\n    [one] One key\n   *[other] { $n } keys\n }.\n";
    let module = compiled(english, "a-n = { $n } 把金鑰。\n").unwrap();
    assert!(module.contains("<T0: super::Number>"), "{module}");
    assert!(module.contains("(0, _) => {\ntext.push_str(\"No key\");"), "{module}");
    assert!(module.contains("(_, super::Plural::One) => {"), "{module}");
    assert!(module.contains("text.push_str(&super::grouped(n));\ntext.push_str(\" 把金鑰。\");"), "{module}");
    let module = compiled("a-n = { NUMBER($n) }\n", "a-n = { $n }\n").unwrap();
    assert!(module.contains("<T0: super::Number>") && module.contains("super::grouped(n)"), "{module}");
}

#[test]
fn compile_escapes_text_with_tags() {
    let text = "a-m = <b>{ $who }</b> & <a href=\"{ $docs }\">docs</a> > 1\n";
    let module = compiled(text, text).unwrap();
    assert!(
        module.contains("<T0: super::Display, T1: super::Part>") && module.contains("-> super::Markup {"),
        "{module}"
    );
    assert!(module.contains("who.write(&mut text);\ntext.push_str(\"</b>\");\ntext.push_str(\" &amp; \");"));
    assert!(module.contains("super::link(&mut text, &docs);\ntext.push_str(\"docs\");"), "{module}");
    assert!(module.contains("text.push_str(\" &gt; 1\");"), "{module}");
    assert!(
        compiled("a-f = <b>x</b>\n", "a-f = <b>y</b>\n")
            .unwrap()
            .contains("super::Markup::fixed(\"<b>x</b>\")")
    );
}

#[test]
fn compile_makes_markup_of_a_text_with_a_view_in_it() {
    let module = compiled("a-v = used { MARKUP($when) }\n", "a-v = { MARKUP($when) }使用\n").unwrap();
    assert!(module.contains("<T0: super::Part>") && module.contains("-> super::Markup {"), "{module}");
    let mistakes = compiled("a-v = used { MARKUP($when) }\n", "a-v = { $when }使用\n").unwrap_err();
    assert_eq!(mistakes, ["zh/a.ftl:1: a-v: other tags than in en: []"]);
}

#[test]
fn compile_joins_lines_as_the_language_does() {
    let module = compiled("a-x =\n    One\n    two\n", "a-x =\n    一\n    二\n").unwrap();
    assert!(module.contains("\"One two\"") && module.contains("\"一二\""), "{module}");
}

#[test]
fn compile_rejects_with_file_line_and_id() {
    for (english, chinese, what) in [
        ("a-x = X\n\na-y = Y\n", "a-x = X\n", "en/a.ftl:3: a-y: is missing in zh"),
        ("a-x = X\n", "a-x = X\na-y = Y\n", "zh/a.ftl:2: a-y: is superfluous: en has no such message"),
        ("a-x = X\na-x = Y\n", "a-x = X\n", "en/a.ftl:2: a-x: is a duplicate: en/a.ftl:2"),
        (
            "a-x = { $one }\n",
            "a-x = { $two }\n",
            "zh/a.ftl:1: a-x: other placeholders than in en: lacks [\"one\"], has [\"two\"]",
        ),
        ("a-x = <b>X</b>\n", "a-x = X\n", "zh/a.ftl:1: a-x: other tags than in en: []"),
        ("b-x = X\n", "b-x = X\n", "en/a.ftl:1: b-x: an id in this file begins with `a-`"),
        ("a-x = X\nno message\n", "a-x = X\n", "en/a.ftl:2: : syntax: Expected a token starting with \"=\""),
        (
            "a-x = { $n ->\n   *[one] X\n }\n",
            "a-x = { $n }\n",
            "en/a.ftl:1: a-x: the default variant is `*[other]`",
        ),
        (
            "a-x = { $n ->\n    [some] X\n   *[other] Y\n }\n",
            "a-x = { $n }\n",
            "en/a.ftl:1: a-x: `some` is no plural category",
        ),
        ("a-x = <b>X\n", "a-x = <b>X\n", "en/a.ftl:1: a-x: <b> is not ended"),
        ("a-x = X</b>\n", "a-x = X\n", "en/a.ftl:1: a-x: </b> ends nothing"),
        (
            "a-x = <script>\n",
            "a-x = X\n",
            "en/a.ftl:1: a-x: the tags are <b>, <code> and <a href=\"{ $address }\">",
        ),
        (
            "a-x = { $type }\n",
            "a-x = X\n",
            "en/a.ftl:1: a-x: `type` is a word of Rust: choose another name for the placeholder",
        ),
        ("a-x = X\n    .hint = Y\n", "a-x = X\n", "en/a.ftl:1: a-x: attributes are not supported"),
    ] {
        let mistakes = compiled(english, chinese).unwrap_err();
        assert!(mistakes.iter().any(|mistake| mistake == what), "{what}\n{mistakes:#?}");
    }
}

#[test]
fn compile_rejects_a_link_in_one_language_alone() {
    let mistakes = compiled("a-x = <a href=\"{ $x }\">X</a>\n", "a-x = <a href=\"{ $y }\">X</a> { $x }\n");
    let wanted = "zh/a.ftl:1: a-x: `x` is the address of a link in one language alone";
    assert!(mistakes.unwrap_err().iter().any(|mistake| mistake == wanted));
}
