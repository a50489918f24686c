//! The command line about the versions of a value, against a running portal.

use crate::client::{HUB, Portal, VALUE};

#[test]
fn version_commands_list_roll_back_and_destroy() {
    let portal = Portal::start("client-versions");
    portal.run(&HUB, VALUE).ok();
    portal.run(&["secret", "edit", "image-hub", "--value-file", "-"], "PLANTED-second").ok();
    let history = portal.run(&["secret", "history", "image-hub"], "").ok();
    let lines: Vec<_> = history.lines().collect();
    assert!(lines[0].starts_with("VERSION  STATE") && lines.len() == 3, "{history}");
    assert!(
        lines[1].starts_with("2 ") && lines[1].contains(" current ") && lines[1].contains(" api "),
        "{history}"
    );
    assert!(
        lines[2].starts_with("1 ") && lines[2].contains("kept") && lines[2].contains("ghcr.io"),
        "{history}"
    );
    assert!(!history.contains("PLANTED"));
    let json = portal.run(&["secret", "history", "image-hub", "--json", "--limit", "1"], "").json();
    assert_eq!((json.as_array().unwrap().len(), &json[0]["number"]), (1, &2.into()));

    let value = |version: &str| {
        portal.run(&["secret", "value", "image-hub", "--shape", "raw", "--version", version], "")
    };
    assert_eq!(value("1").ok(), VALUE);
    let said = portal.run(&["secret", "rollback", "image-hub", "1", "--if-version", "1"], "").failed(1);
    assert!(said.contains("changed"), "{said}");
    let done = portal.run(&["secret", "rollback", "image-hub", "1"], "").ok();
    assert_eq!(done, "image-hub has version 3 now, with the value of version 1\n");
    assert_eq!(portal.run(&["secret", "value", "image-hub", "--shape", "raw"], "").ok(), VALUE);
    let said = portal.run(&["secret", "rollback", "image-hub", "1"], "").ok();
    assert_eq!(
        said,
        "nothing to do: image-hub has the value of version 1 already, as version 3, which is in use\n"
    );
    for command in
        [&["secret", "rollback", "image-hub", "9"][..], &["secret", "destroy", "image-hub", "9", "--yes"]]
    {
        let said = portal.run(command, "").failed(4);
        assert!(said.contains("The secret image-hub never had a version 9."), "{said}");
    }
    let said = value("9").failed(4);
    assert!(said.contains("The secret image-hub never had a version 9."), "{said}");
    let said = portal.run(&["secret", "rollback", "image-none", "1"], "").failed(4);
    assert!(said.contains("There is no secret image-none."), "{said}");

    let said = portal.run(&["secret", "destroy", "image-hub", "2"], "").failed(1);
    assert!(said.contains("say --yes to destroy it"), "{said}");
    let said = portal.run(&["secret", "destroy", "image-hub", "2", "--yes"], "").ok();
    assert_eq!(said, "the value of version 2 of image-hub is destroyed\n");
    let said = value("2").failed(1);
    assert!(said.contains("no longer kept"), "{said}");
    let said = portal.run(&["secret", "destroy", "image-hub", "3", "--yes"], "").failed(1);
    assert!(said.contains("in use"), "{said}");
    portal.stop();
}
