//! The life of a patch: judged by its paths, asked about, applied whole or not at all, told.

mod apply;
mod fault;
mod granted;
mod hunks;
mod journal;
mod judge;
mod place;
mod plan;
mod steps;
#[cfg(test)]
mod tests;
mod warnings;

use std::sync::Arc;

use gatekeeper::Digest;

use crate::client::Unanswered;
use crate::clock;
use crate::protocol::{
    ErrorCode, ErrorObject, FileChange, FileChangeApproval, FileChangeApprovalAnswer, FileChangeDecision,
    FileChangeKind, Item, ItemStatus, PatchApplyParams, PatchApplyResult, ServerRequest,
};
use crate::reply::Reply;
use crate::server::Server;
use crate::thread::{ItemGuard, Thread, Turn, new_id};
use crate::turn_diff::Content;
use crate::work::Work;
pub(crate) use apply::recover;
pub(crate) use granted::Granted;
use judge::{Judge, Ruling};
use plan::Plan;
pub(crate) use warnings::Warnings;

/// Changes of one patch.
const MOST_CHANGES: usize = 500;

/// Bytes of one file, before and after.
const MOST_OF_A_FILE: u64 = 8 * 1024 * 1024;

/// Bytes of all files of a patch, before and after.
const MOST_OF_ALL: usize = 64 * 1024 * 1024;

/// Bytes of a path; the kernel takes no longer one.
const LONGEST_PATH: usize = 4096;

/// Takes changes of files, of a request of so many bytes, and answers with their item. What becomes of them is told by
/// notifications, from a thread of its own.
pub(crate) fn apply(
    server: &Arc<Server>,
    thread: &Arc<Thread>,
    params: PatchApplyParams,
    bytes: usize,
    reply: Reply,
) {
    match life(server, thread, params, bytes) {
        Ok((life, guard, work)) => {
            let (of_life, of_turn) = (life.thread.clone(), life.turn.clone());
            let lost = life.item(ItemStatus::Failed, Some("the server failed on it".to_owned()));
            // Where no thread can be started the reply is dropped, which answers, and the item, of which nobody has heard.
            let _started = work.start(
                "patch",
                move || {
                    let item_id = life.item_id.clone();
                    reply.give(Ok(PatchApplyResult { item_id }));
                    life.live(guard);
                },
                move || of_life.item_completed(&of_turn, &lost),
            );
        }
        Err(error) => reply.give(Err::<(), _>(error)),
    }
}

/// Checks what is asked for, and gives it a place in its turn.
fn life(
    server: &Arc<Server>,
    thread: &Arc<Thread>,
    params: PatchApplyParams,
    bytes: usize,
) -> Result<(Life, ItemGuard, Work), ErrorObject> {
    let failed = |error: std::io::Error| ErrorObject::new(ErrorCode::Failed, error.to_string());
    let turn = thread.turn(&params.turn_id)?;
    check(&params.changes)?;
    let work = Work::item(server, &thread.client, bytes)?;
    let item_id = new_id("item").map_err(failed)?;
    let over = || ErrorObject::new(ErrorCode::TurnOver, "the turn is over; start another one");
    let guard = turn.begin(&item_id).map_err(failed)?.ok_or_else(over)?;
    let life = Life {
        server: server.clone(),
        thread: thread.clone(),
        turn,
        item_id,
        params,
    };
    Ok((life, guard, work))
}

/// Refuses what is more than a patch may be, or says nothing.
fn check(changes: &[FileChange]) -> Result<(), ErrorObject> {
    let wrong = |why: String| Err(ErrorObject::new(ErrorCode::InvalidParams, why));
    if changes.is_empty() || changes.len() > MOST_CHANGES {
        return wrong(format!(
            "a patch has 1 to {MOST_CHANGES} changes; this one has {}",
            changes.len()
        ));
    }
    for change in changes {
        let target = match &change.kind {
            FileChangeKind::Update { move_path } => move_path.as_ref(),
            FileChangeKind::Add {} | FileChangeKind::Delete {} => None,
        };
        for path in target.into_iter().chain([&change.path]) {
            let length = path.as_os_str().len();
            if length == 0 || length > LONGEST_PATH || path.as_os_str().as_encoded_bytes().contains(&0) {
                return wrong(format!(
                    "a path has 1 to {LONGEST_PATH} bytes and no NUL; one has {length}"
                ));
            }
        }
        if u64::try_from(change.diff.len()).is_ok_and(|length| length > MOST_OF_A_FILE) {
            return wrong(format!("`diff` is longer than {MOST_OF_A_FILE} bytes"));
        }
    }
    Ok(())
}

/// A patch that was taken.
struct Life {
    server: Arc<Server>,
    thread: Arc<Thread>,
    turn: Arc<Turn>,
    item_id: String,
    params: PatchApplyParams,
}

/// How it ended.
enum End {
    Applied,
    /// Nothing was changed; in words.
    Failed(String),
    Declined(String),
    /// Declined, and the turn is interrupted.
    Cancelled(String),
}

impl Life {
    fn live(self, guard: ItemGuard) {
        self.thread
            .item_started(&self.turn, &self.item(ItemStatus::InProgress, None));
        let end = self.decide(&guard);
        let is_cancelled = matches!(end, End::Cancelled(_));
        let is_applied = matches!(end, End::Applied);
        let (status, reason) = match end {
            End::Applied => (ItemStatus::Completed, None),
            End::Failed(why) => (ItemStatus::Failed, Some(why)),
            End::Declined(why) | End::Cancelled(why) => (ItemStatus::Declined, Some(why)),
        };
        if is_applied {
            // Before the end of the item, as for commands.
            self.thread.tell_diff(&self.turn);
        }
        self.thread.item_completed(&self.turn, &self.item(status, reason));
        // Whoever ends a turn waits for its items.
        drop(guard);
        if is_cancelled {
            self.thread.abort(&self.turn, "it was cancelled");
        }
    }

    fn item(&self, status: ItemStatus, reason: Option<String>) -> Item {
        Item::FileChange {
            id: self.item_id.clone(),
            changes: self.params.changes.clone(),
            status,
            reason,
        }
    }

    fn decide(&self, guard: &ItemGuard) -> End {
        let (server, thread) = (&self.server, &self.thread);
        for told in server.patch_warnings.to_say(recover(&server.options)) {
            thread.warn(told);
        }
        let question = {
            let _alone = apply::alone();
            match self.look() {
                Ok((plan, Ruling::Allowed, _)) => return self.make(plan, guard),
                Ok((_, Ruling::Forbidden(why), _)) => return End::Declined(why),
                Err(why) => return End::Failed(why),
                Ok((plan, ruling, policy)) => plan.looked().map(|looked| (looked, ruling, policy)),
            }
        };
        // While a person thinks, nothing of the files is held.
        let (looked, ruling, policy) = match question {
            Ok(question) => question,
            Err(error) => return End::Failed(error.to_string()),
        };
        let is_for_session = match Self::heed(self.ask(&ruling, guard)) {
            Ok(decision) => decision == FileChangeDecision::AcceptForSession,
            Err(refused) => return refused,
        };
        let _alone = apply::alone();
        let (plan, again, policy_now) = match self.look() {
            Ok(looked) => looked,
            Err(why) => return End::Failed(why),
        };
        if let Err(why) = plan.check_is(&looked) {
            return End::Failed(format!("nothing was changed: {why}"));
        }
        let ruling = if policy_now == policy {
            ruling
        } else {
            match ruling.still(again) {
                Ok(ruling) => ruling,
                Err(why) => return End::Declined(why),
            }
        };
        if is_for_session {
            self.grant(&plan, ruling, policy_now);
        }
        self.make(plan, guard)
    }

    /// Looks at the files, and judges the patch by the policy of now, of which the digest is told.
    fn look(&self) -> Result<(Plan, Ruling, Digest), String> {
        let (server, thread) = (&self.server, &self.thread);
        let gatekeeper = server.policy_now(thread.surroundings.workspace.as_deref());
        let gatekeeper = gatekeeper.map_err(|error| error.to_string())?;
        let judge = Judge::of(server, thread, &gatekeeper)?;
        if let Some(why) = judge.hidden(&self.params.changes, &thread.cwd) {
            return Ok((Plan::default(), Ruling::Forbidden(why), gatekeeper.digest()));
        }
        let plan = Plan::of(&self.params.changes, &thread.cwd)?;
        let wish = self.params.grant_root.as_deref();
        let ruling = judge.rule(&plan.edits, &thread.granted, wish);
        Ok((plan, ruling, gatekeeper.digest()))
    }

    /// Asks whoever is there.
    fn ask(&self, ruling: &Ruling, guard: &ItemGuard) -> Result<FileChangeApprovalAnswer, Unanswered> {
        let Ruling::Asks {
            reason, risk, root, ..
        } = ruling
        else {
            return Err(Unanswered::Refused("there is no question".to_owned()));
        };
        let reason = match &self.params.reason {
            None => reason.clone(),
            Some(of_agent) => format!(
                "{reason}; the agent says: {}",
                gatekeeper::hook::Reasons::of_both(of_agent).person
            ),
        };
        let request = ServerRequest::FileChange(FileChangeApproval {
            thread_id: self.thread.id.clone(),
            turn_id: self.turn.id.clone(),
            item_id: self.item_id.clone(),
            started_at_ms: clock::now(),
            changes: self.params.changes.clone(),
            reason,
            risk: risk.clone(),
            grant_root: root.clone(),
        });
        self.thread.client.ask(&self.thread.id, &request, &guard.stop)
    }

    /// Makes it so.
    fn make(&self, mut plan: Plan, guard: &ItemGuard) -> End {
        if guard.stop.is_ordered() {
            return End::Failed("it was interrupted before anything was changed".to_owned());
        }
        match apply::apply(&mut plan, &self.server.options) {
            Ok(()) => {
                self.keep_baselines(&plan);
                End::Applied
            }
            Err(why) => End::Failed(why),
        }
    }

    /// Adds what was changed to the turn's diff.
    fn keep_baselines(&self, plan: &Plan) {
        let at = self.thread.work_tree.moment();
        for edit in &plan.edits {
            let before = edit.before.as_ref();
            let before = before.map_or(Content::Nothing, |found| {
                Content::kept_of(&found.bytes, found.like.mode, self.thread.work_tree.room())
            });
            self.turn.diff.patched(&edit.path, before, at);
        }
    }

    /// Lets later patches of the thread write the same files, and below the root of the question.
    fn grant(&self, plan: &Plan, ruling: Ruling, policy: Digest) {
        let (guarded, root) = match ruling {
            Ruling::Asks { guarded, root, .. } => (guarded, root),
            Ruling::Allowed | Ruling::Forbidden(_) => Default::default(),
        };
        let files = plan.edits.iter().map(|edit| {
            let against = guarded.contains(&edit.path).then_some(policy);
            ((edit.path.clone(), edit.is_removal()), against)
        });
        self.thread.granted.add_files(files);
        if let Some(root) = root {
            self.thread.granted.add_root(root);
        }
    }

    /// The yes that an answer is, or what becomes of the patch without one.
    fn heed(answer: Result<FileChangeApprovalAnswer, Unanswered>) -> Result<FileChangeDecision, End> {
        match answer.map(|answer| answer.decision) {
            Ok(yes @ (FileChangeDecision::Accept | FileChangeDecision::AcceptForSession)) => Ok(yes),
            Ok(FileChangeDecision::Decline) => Err(End::Declined("it was declined".to_owned())),
            Ok(FileChangeDecision::Cancel) => Err(End::Cancelled("it was cancelled".to_owned())),
            Err(Unanswered::Stopped | Unanswered::Gone) => Err(End::Failed(
                "it was interrupted before anything was changed".to_owned(),
            )),
            Err(Unanswered::Refused(why)) => Err(End::Declined(format!("the answer is no yes: {why}"))),
        }
    }
}
