//! Connections that wait for a request, and what ends them.
//!
//! A connection that waits looks at no clock, and not at whether the server ends: it would do so anew for
//! every request. One task of its worker looks for all of them, and wakes those that are to end.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

/// An idle connection is looked at this often, and closed at the fourth look: after 90 seconds at
/// the earliest. That is longer than nginx keeps its own (60 s), so that none is closed while a
/// question is on its way.
const IDLE_LOOK: Duration = Duration::from_secs(30);
const IDLE_LOOKS_MAX: u32 = 4;

/// The open connections of one worker.
#[derive(Default)]
pub(super) struct Connections {
    open: RefCell<Vec<Rc<Open>>>,
    is_ending: Cell<bool>,
}

#[derive(Default)]
struct Open {
    /// Where it stands among the others.
    place: Cell<usize>,
    /// How often it was looked at since it began to wait.
    looks: Cell<u32>,
    waker: RefCell<Option<Waker>>,
}

/// One of the open connections, until it is dropped.
pub(super) struct Watched<'c> {
    connections: &'c Connections,
    open: Rc<Open>,
}

impl Connections {
    /// Adds one.
    pub(super) fn add(&self) -> Watched<'_> {
        let mut all = self.open.borrow_mut();
        let open = Rc::new(Open { place: Cell::new(all.len()), ..Open::default() });
        all.push(Rc::clone(&open));
        Watched { connections: self, open }
    }

    /// Looks at them from time to time, until `ending` has come; `meanwhile` is called as often.
    pub(super) async fn look_after(&self, ending: impl Future<Output = ()>, meanwhile: impl Fn()) {
        let (mut ending, mut looks) = (pin!(ending), interval(IDLE_LOOK));
        // After a standstill one look is due, and not all that were missed.
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !self.is_ending.get() {
            tokio::select! {
                biased;
                () = ending.as_mut() => self.is_ending.set(true),
                _ = looks.tick() => {}
            }
            self.look();
            meanwhile();
        }
    }

    fn look(&self) {
        for open in self.open.borrow().iter() {
            open.looks.set(open.looks.get().saturating_add(1));
            if let Some(waker) = open.waker.borrow().as_ref().filter(|_| self.is_over(open)) {
                waker.wake_by_ref();
            }
        }
    }

    fn is_over(&self, open: &Open) -> bool {
        self.is_ending.get() || open.looks.get() >= IDLE_LOOKS_MAX
    }
}

impl Watched<'_> {
    /// Begins to wait: until it has waited for long, or the server ends.
    pub(super) async fn is_over(&self) {
        self.open.looks.set(0);
        poll_fn(|context| {
            if self.connections.is_over(&self.open) {
                return Poll::Ready(());
            }
            let mut waker = self.open.waker.borrow_mut();
            if !waker.as_ref().is_some_and(|known| known.will_wake(context.waker())) {
                *waker = Some(context.waker().clone());
            }
            Poll::Pending
        })
        .await;
    }
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        let (mut all, place) = (self.connections.open.borrow_mut(), self.open.place.get());
        all.swap_remove(place);
        if let Some(moved) = all.get(place) {
            moved.place.set(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Wake};

    use super::*;

    /// How often somebody was woken.
    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Polls once; answers whether it is over.
    fn poll(waiting: impl Future<Output = ()>, woken: &Arc<Woken>) -> bool {
        let waker = Waker::from(Arc::clone(woken));
        pin!(waiting).poll(&mut Context::from_waker(&waker)).is_ready()
    }

    #[test]
    fn one_that_waits_for_long_is_woken_and_over_and_one_that_begins_anew_is_not() {
        let (connections, woken) = (Connections::default(), Arc::<Woken>::default());
        let (idle, busy) = (connections.add(), connections.add());
        let mut waiting = pin!(idle.is_over());
        assert!(!poll(waiting.as_mut(), &woken));
        for look in 1..=IDLE_LOOKS_MAX {
            assert_eq!(woken.0.load(Ordering::Relaxed), 0, "before look {look}");
            assert!(!poll(busy.is_over(), &Arc::default()));
            connections.look();
        }
        assert_eq!(woken.0.load(Ordering::Relaxed), 1);
        assert!(poll(waiting.as_mut(), &woken));
        assert!(!poll(busy.is_over(), &woken));
    }

    #[test]
    fn all_are_over_when_the_server_ends_and_those_that_come_then_too() {
        let (connections, woken) = (Connections::default(), Arc::<Woken>::default());
        let open = connections.add();
        let mut waiting = pin!(open.is_over());
        assert!(!poll(waiting.as_mut(), &woken));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let _clock = runtime.enter();
        assert!(poll(connections.look_after(async {}, || {}), &Arc::default()));
        assert_eq!(woken.0.load(Ordering::Relaxed), 1);
        assert!(poll(waiting.as_mut(), &woken));
        assert!(poll(connections.add().is_over(), &woken));
    }

    #[test]
    fn those_that_are_gone_leave_the_others_in_their_places() {
        let connections = Connections::default();
        let mut open: Vec<_> = (0..5).map(|_| connections.add()).collect();
        for gone in [1, 3, 0] {
            drop(open.swap_remove(gone));
            let places = connections.open.borrow();
            assert_eq!(places.len(), open.len());
            assert!(places.iter().enumerate().all(|(place, open)| open.place.get() == place));
        }
    }
}
