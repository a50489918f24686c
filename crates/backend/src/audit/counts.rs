//! Counts of forbidden and failed attempts, so that the first of its kind is recorded at once and repetitions by their
//! number.

use super::{action::AuditAction, record::Outcome};
use crate::context::{Actor, Ctx};
use domain::time::Timestamp;
use std::{collections::HashMap, time::Duration};
use tokio::time::Instant;

/// The time within which repetitions are counted together.
pub(super) const WINDOW: Duration = Duration::from_mins(1);

/// The most kinds of attempts of one credential that are recorded one by one within that time. Further kinds become one
/// more record, with their number.
pub(super) const MAX_KINDS: usize = 30;

/// The most credentials that are counted at once; those beyond share one count.
pub(super) const MAX_CREDENTIALS: usize = 10_000;

/// The most sources without a signed-in actor that are counted at once; those beyond share one count. Whoever comes
/// from ever new sources blurs only the counts of other strangers.
pub(super) const MAX_STRANGERS: usize = 2_000;

/// The most counts that are kept while they cannot be written; those beyond are added up in one.
pub(super) const MAX_UNWRITTEN: usize = 1_000;

/// The object of the record that stands for the attempts that are not recorded one by one.
pub(super) const OTHERS: &str = "other things";

#[derive(Debug, Default)]
pub(super) struct Counts {
    /// Running minutes, by group, then by name.
    pub(super) minutes: [HashMap<String, Minute>; 3],
    /// Counts of minutes that have ended and could not be written yet.
    pub(super) unwritten: Vec<Kind>,
    /// Whether another try to write them is scheduled.
    pub(super) is_waiting: bool,
}

/// A group of sources that share a count if there are too many to be counted one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    /// Actors that the portal knows.
    Known,
    /// Everybody else.
    Strangers,
    /// The portal itself, which shares a count with nobody.
    Portal,
}

/// The source of an attempt, as it is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) group: Group,
    /// The credential, or what stands for it; the shared name if there are too many.
    pub(super) name: String,
}

/// The recent attempts of one credential.
#[derive(Debug)]
pub(super) struct Minute {
    pub(super) began: Instant,
    pub(super) kinds: Vec<Kind>,
}

#[derive(Debug)]
pub(super) struct Kind {
    pub(super) action: AuditAction,
    pub(super) object: String,
    pub(super) outcome: Outcome,
    /// Whether the first attempt is recorded, or about to be.
    pub(super) told: bool,
    /// The number of repetitions after the first.
    pub(super) again: u64,
    /// The context of the last attempt.
    pub(super) last: Ctx,
}

/// The consequences of one more attempt.
pub(super) struct Noted {
    /// The source under which it is counted.
    pub(super) source: Source,
    /// The action and object to record, if the attempt is the first of its kind.
    pub(super) first: Option<(AuditAction, String)>,
    /// Counts of the previous minute, which has ended.
    pub(super) ended: Vec<Kind>,
    /// The start of the minute, if it is a new one.
    pub(super) begun: Option<Instant>,
}

impl Group {
    fn of(actor: &Actor) -> Self {
        match actor {
            Actor::Anonymous => Self::Strangers,
            Actor::System(PORTAL) => Self::Portal,
            Actor::User(_) | Actor::Token(_) | Actor::System(_) => Self::Known,
        }
    }

    /// Returns how many sources are counted one by one.
    fn most(self) -> usize {
        match self {
            Self::Known => MAX_CREDENTIALS,
            Self::Strangers => MAX_STRANGERS,
            // The group has one member.
            Self::Portal => usize::MAX,
        }
    }
}

impl Counts {
    /// Counts an attempt, and returns what is to be done about it.
    pub(super) fn count(
        &mut self,
        now: Instant,
        ctx: &Ctx,
        credential: &str,
        (action, object, outcome): (AuditAction, &str, Outcome),
    ) -> Noted {
        let group = Group::of(&ctx.actor);
        let minutes = self.of(group);
        let credential = if minutes.len() < group.most() || minutes.contains_key(credential) {
            credential
        } else {
            OTHERS
        };
        let is_over = minutes.get(credential).is_none_or(|minute| now >= minute.began + WINDOW);
        let ended = if is_over { minutes.remove(credential).map(Minute::repeated) } else { None };
        let minute =
            minutes.entry(credential.to_owned()).or_insert_with(|| Minute { began: now, kinds: Vec::new() });
        let is_full = minute.kinds.len() >= MAX_KINDS;
        let is = |kind: &Kind, action, object: &str| {
            kind.action == action && kind.object == object && kind.outcome == outcome
        };
        let known = minute.kinds.iter().position(|kind| is(kind, action, object));
        let (action, object) = match known {
            None if is_full => (AuditAction::ManyRefused, OTHERS),
            _ => (action, object),
        };
        let first = match minute.kinds.iter_mut().find(|kind| is(kind, action, object)) {
            Some(kind) if kind.told => {
                kind.repeat(ctx);
                None
            }
            Some(kind) => {
                kind.told = true;
                Some((action, object.to_owned()))
            }
            None => {
                let (object, last) = (object.to_owned(), ctx.clone());
                minute.kinds.push(Kind {
                    action,
                    object: object.clone(),
                    outcome,
                    told: true,
                    again: 0,
                    last,
                });
                Some((action, object))
            }
        };
        let begun = is_over.then_some(minute.began);
        let source = Source { group, name: credential.to_owned() };
        Noted { source, first, ended: ended.unwrap_or_default(), begun }
    }

    /// Notes that the first of this kind could not be recorded. Repetitions that were counted after it stay counted.
    pub(super) fn not_told(
        &mut self,
        source: &Source,
        (action, object, outcome): (AuditAction, &str, Outcome),
    ) {
        let minute = self.of(source.group).get_mut(&source.name);
        let kinds = minute.into_iter().flat_map(|minute| &mut minute.kinds);
        let is = |kind: &&mut Kind| kind.action == action && kind.object == object && kind.outcome == outcome;
        for kind in kinds.filter(is) {
            kind.told = false;
        }
    }

    /// Takes the counts of the minute that began then, unless the next minute has replaced it.
    pub(super) fn ended(&mut self, source: &Source, began: Instant) -> Vec<Kind> {
        let minutes = self.of(source.group);
        if minutes.get(&source.name).is_none_or(|minute| minute.began != began) {
            return Vec::new();
        }
        minutes.remove(&source.name).map(Minute::repeated).unwrap_or_default()
    }

    /// Takes all counts.
    pub(super) fn drain(&mut self) -> Vec<Kind> {
        self.minutes.iter_mut().flat_map(HashMap::drain).flat_map(|(_, minute)| minute.repeated()).collect()
    }

    pub(super) fn of(&mut self, group: Group) -> &mut HashMap<String, Minute> {
        let [known, strangers, portal] = &mut self.minutes;
        match group {
            Group::Known => known,
            Group::Strangers => strangers,
            Group::Portal => portal,
        }
    }

    /// Keeps a count that could not be written, together with others of its kind.
    pub(super) fn keep(&mut self, kind: Kind) {
        let is_full = self.unwritten.len() >= MAX_UNWRITTEN;
        let is = |known: &&mut Kind| {
            (known.action, known.outcome) == (kind.action, kind.outcome)
                && known.object == kind.object
                && known.last.actor == kind.last.actor
        };
        let of_all = |known: &&mut Kind| known.last.actor == Actor::System(PORTAL) && known.object == OTHERS;
        if let Some(known) = self.unwritten.iter_mut().find(is) {
            known.again += kind.again;
            known.last = kind.last;
        } else if !is_full {
            self.unwritten.push(kind);
        } else if let Some(all) = self.unwritten.iter_mut().find(of_all) {
            all.again += kind.again;
        } else {
            self.unwritten.push(Kind {
                action: AuditAction::ManyRefused,
                object: OTHERS.to_owned(),
                outcome: Outcome::Refused,
                last: Ctx::system(PORTAL, Timestamp::from_micros(0)),
                ..kind
            });
        }
    }
}

/// The actor of the portal's own findings in the database.
pub(super) const PORTAL: &str = "portal";

impl Minute {
    /// Returns the kinds that were repeated.
    fn repeated(self) -> Vec<Kind> {
        self.kinds.into_iter().filter(|kind| kind.again > 0).collect()
    }
}

impl Kind {
    fn repeat(&mut self, ctx: &Ctx) {
        self.again += 1;
        self.last = ctx.clone();
    }
}
