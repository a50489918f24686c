//! Reads of values and results of tests as small plots: SVG that the server writes, each with a table. Without a style of
//! their own, because the policy of pages allows none: colours are classes of the style sheet.

use crate::{
    texts::{self, grouped},
    ui::html::Html,
};
use backend::{Day, OVERVIEW_DAYS};
use domain::connection_test::TestStatus;

/// The width of a day in the plot's own units, and of the gap after it.
const STEP: u64 = 10;
const GAP: u64 = 2;

/// The height of the bars in the plot's own units.
const HEIGHT: u64 = 100;

/// The results that are drawn upwards, from the line on.
const GOOD: [TestStatus; 2] = [TestStatus::Works, TestStatus::Open];

/// The results that are drawn downwards, from the line on.
const BAD: [TestStatus; 4] =
    [TestStatus::NotTested, TestStatus::Unreachable, TestStatus::Refused, TestStatus::HostKeyChanged];

/// Writes the plot of reads.
pub(super) fn write_reads(html: &mut Html, days: &[Day]) {
    let total: u64 = days.iter().map(|day| day.reads).sum();
    begin(html, "reads", t!(overview_reads), total);
    if total == 0 {
        html.markup("<p class=muted>").text(t!(overview_no_reads)).markup("</p></figure>");
        return;
    }
    let most = days.iter().map(|day| day.reads).max().unwrap_or(1).max(1);
    begin_drawing(html, t!(overview_reads_plot));
    for (number, day) in days.iter().enumerate().filter(|(_, day)| day.reads > 0) {
        begin_bar(html, &t!(overview_reads_of_day, count: day.reads, day: texts::day(day.at)));
        let height = scaled(day.reads, most, HEIGHT);
        write_bar(html, "reads", number, HEIGHT - height, height);
        html.markup("</g>");
    }
    end_drawing(html, days, most);
    begin_table(html);
    html.markup("<th scope=col>").text(t!(overview_reads_column)).markup("<tbody>");
    for day in days.iter().rev().filter(|day| day.reads > 0) {
        html.markup("<tr><th scope=row>").text(&texts::day(day.at)).markup("<td>").text(&grouped(day.reads));
    }
    html.markup("</table></details></figure>");
}

/// Writes the plot of test results: those that work above the line, the others below, so that nobody needs the colours.
pub(super) fn write_tests(html: &mut Html, days: &[Day]) {
    let of =
        |statuses: &[TestStatus], day: &Day| statuses.iter().map(|status| day.tests(*status)).sum::<u64>();
    let total = days.iter().map(|day| of(&TestStatus::ALL, day)).sum();
    begin(html, "tests", t!(overview_tests), total);
    if total == 0 {
        html.markup("<p class=muted>").text(t!(overview_no_tests)).markup("</p></figure>");
        return;
    }
    let up = days.iter().map(|day| of(&GOOD, day)).max().unwrap_or(0);
    let down = days.iter().map(|day| of(&BAD, day)).max().unwrap_or(0);
    let most = (up + down).max(1);
    let line = scaled(up, most, HEIGHT);
    begin_drawing(html, t!(overview_tests_plot));
    for (number, day) in days.iter().enumerate().filter(|(_, day)| of(&TestStatus::ALL, day) > 0) {
        let facts = TestStatus::ALL.iter().filter(|status| day.tests(**status) > 0).map(
            |status| t!(overview_result, count: grouped(day.tests(*status)), status: texts::status(*status)),
        );
        begin_bar(html, &t!(overview_results_of_day, day: texts::day(day.at), results: texts::list(facts)));
        let mut top = line;
        for status in GOOD {
            let height = scaled(day.tests(status), most, HEIGHT);
            top = top.saturating_sub(height);
            write_bar(html, status.as_str(), number, top, height);
        }
        let mut bottom = line;
        for status in BAD {
            let height = scaled(day.tests(status), most, HEIGHT);
            write_bar(html, status.as_str(), number, bottom, height);
            bottom += height;
        }
        html.markup("</g>");
    }
    if line < HEIGHT {
        html.markup("<path class=line d=\"M0 ").value(line).markup("H300\"/>");
    }
    end_drawing(html, days, up.max(down));
    let shown: Vec<TestStatus> =
        TestStatus::ALL.into_iter().filter(|status| days.iter().any(|day| day.tests(*status) > 0)).collect();
    write_legend(html, days, &shown);
    begin_table(html);
    for status in &shown {
        html.markup("<th scope=col>").text(texts::status(*status));
    }
    html.markup("<tbody>");
    for day in days.iter().rev().filter(|day| of(&TestStatus::ALL, day) > 0) {
        html.markup("<tr><th scope=row>").text(&texts::day(day.at));
        for status in &shown {
            html.markup("<td>").text(&grouped(day.tests(*status)));
        }
    }
    html.markup("</table></details></figure>");
}

fn write_legend(html: &mut Html, days: &[Day], shown: &[TestStatus]) {
    html.markup("<ul class=legend>");
    for status in shown {
        let count: u64 = days.iter().map(|day| day.tests(*status)).sum();
        html.markup("<li")
            .attribute("class", status.as_str())
            .markup("><i class=\"icon i-")
            .markup(icon(*status));
        html.markup("\"></i>")
            .text(texts::status(*status))
            .markup(" <b>")
            .text(&grouped(count))
            .markup("</b>");
    }
    html.markup("</ul>");
}

/// Returns the icon of a status, as the list has it.
fn icon(status: TestStatus) -> &'static str {
    match status {
        TestStatus::Works => "check",
        TestStatus::Open => "eye",
        TestStatus::Refused => "ban",
        TestStatus::Unreachable => "unplugged",
        TestStatus::HostKeyChanged => "shield",
        TestStatus::NotTested => "dash",
    }
}

fn begin(html: &mut Html, id: &'static str, title: &str, total: u64) {
    html.markup("<figure class=plot aria-labelledby=").markup(id).markup("><figcaption><h2 id=").markup(id);
    html.markup(">").text(title).markup("</h2><p>").text(&t!(overview_in_30_days, count: grouped(total)));
    html.markup("</p></figcaption>");
}

fn begin_drawing(html: &mut Html, label: &'static str) {
    html.markup(
        "<div class=drawing><svg viewBox=\"0 0 300 100\" preserveAspectRatio=none role=img aria-label=\"",
    );
    html.text(label).markup("\">");
}

/// Begins the table, with the heading of its first column.
fn begin_table(html: &mut Html) {
    html.markup("<details><summary>")
        .text(t!(overview_numbers))
        .markup("</summary><table><thead><tr><th scope=col>");
    html.text(t!(overview_day));
}

/// Begins the bars of a day, whose numbers appear under the pointer.
fn begin_bar(html: &mut Html, numbers: &str) {
    html.markup("<g><title>").text(numbers).markup("</title>");
}

fn write_bar(html: &mut Html, class: &'static str, day: usize, top: u64, height: u64) {
    if height == 0 {
        return;
    }
    html.markup("<rect").attribute("class", class).markup(" x=").value(day as u64 * STEP + GAP / 2);
    html.markup(" y=")
        .value(top)
        .markup(" width=")
        .value(STEP - GAP)
        .markup(" height=")
        .value(height)
        .markup("></rect>");
}

/// Ends the drawing: the highest number beside it, the first and the last day below.
fn end_drawing(html: &mut Html, days: &[Day], most: u64) {
    html.markup("</svg><span class=most aria-hidden=true>").text(&grouped(most)).markup("</span>");
    html.markup("<p class=span><span>").text(&days.first().map(|day| texts::day(day.at)).unwrap_or_default());
    html.markup("</span><span>").text(t!(overview_today)).markup("</span></p></div>");
}

/// Returns the height of a bar; a number that is not 0 is never invisible.
fn scaled(number: u64, most: u64, height: u64) -> u64 {
    let exact = number.saturating_mul(height) / most.max(1);
    if number > 0 { exact.max(2) } else { 0 }
}

const _: () = assert!(OVERVIEW_DAYS as u64 * STEP == 300, "the view box has room for each day");
