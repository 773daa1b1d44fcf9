//! The shapes of all paths as one tree: a node for each beginning that some route has.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::num::NonZeroUsize;
use std::sync::Arc;

use smallvec::SmallVec;

use super::path::Part;

/// Which routes have which shape. A shape is a path pattern without its parameters' names.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    /// The first is the root.
    nodes: Vec<Node>,
}

/// One line of memory: a request passes several.
#[derive(Clone, Debug, Default)]
#[repr(align(64))]
struct Node {
    literals: Literals,
    param: Option<Child>,
    /// The routes that end here.
    here: SameShape,
    /// The routes whose `{*rest}` begins here; few nodes have any.
    rest: Option<Box<SameShape>>,
}

/// The place of a node that is not the root.
type Child = NonZeroUsize;

/// The children for which a segment has to be one certain word. Many nodes have one alone, which is
/// compared and not searched for.
#[derive(Clone, Debug)]
enum Literals {
    One(Arc<str>, Child),
    /// Several, or none.
    Many(Option<Box<Children>>),
}

type Children = HashMap<Arc<str>, Child, BuildHasherDefault<Fnv>>;

impl Default for Literals {
    fn default() -> Self {
        Self::Many(None)
    }
}

impl Literals {
    fn get(&self, word: &str) -> Option<Child> {
        match self {
            Self::One(one, child) => (**one == *word).then_some(*child),
            Self::Many(children) => children.as_ref()?.get(word).copied(),
        }
    }

    /// The child of a word; `next` becomes it where there is none.
    fn get_or_insert(&mut self, word: &Arc<str>, next: Child) -> Child {
        if let Some(child) = self.get(word) {
            return child;
        }
        let word = Arc::clone(word);
        *self = match std::mem::take(self) {
            Self::Many(None) => Self::One(word, next),
            Self::One(one, child) => {
                Self::Many(Some(Box::new(HashMap::from_iter([(one, child), (word, next)]))))
            }
            Self::Many(Some(mut children)) => {
                children.insert(word, next);
                Self::Many(Some(children))
            }
        };
        next
    }
}

/// The places of routes of one shape, one for each method: seldom more than one, which then lies in its
/// node.
pub(super) type SameShape = SmallVec<[usize; 1]>;

/// The words of a product's routes, each kept once: what most of them have, such as a method, is always
/// near the processor then.
#[derive(Clone, Debug, Default)]
pub(super) struct Words(HashSet<Arc<str>>);

impl Words {
    /// The one that is kept of such a word.
    pub(super) fn keep(&mut self, word: &str) -> Arc<str> {
        if let Some(known) = self.0.get(word) {
            return Arc::clone(known);
        }
        let word = Arc::<str>::from(word);
        self.0.insert(Arc::clone(&word));
        word
    }
}

/// [FNV-1a](https://www.rfc-editor.org/rfc/rfc9923): good for words as short as these. Only the
/// operator's words are ever inserted, so that no caller can make them collide.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl Default for Tree {
    fn default() -> Self {
        Self { nodes: vec![Node::default()] }
    }
}

impl Tree {
    /// The routes of the shape of `parts`; the caller may add one.
    pub(super) fn routes_of(&mut self, parts: &[Part], words: &mut Words) -> &mut SameShape {
        let mut node = 0;
        for part in parts {
            node = match part {
                Part::Literal(text) => self.literal_child(node, &words.keep(text)),
                Part::Param(_) => self.param_child(node),
                Part::Rest(_) => return self.nodes[node].rest.get_or_insert_default(),
            };
        }
        &mut self.nodes[node].here
    }

    /// The first answer of `accept` to the routes of a shape that `segments` has, the most
    /// particular shape first: segment by segment, literal before `{name}` before `{*rest}`.
    ///
    /// Each node is reached in one way alone, so that turning back costs no more than the tree.
    pub(super) fn find<T>(
        &self,
        segments: &[&str],
        accept: &mut impl FnMut(&[usize]) -> Option<T>,
    ) -> Option<T> {
        self.find_below(&self.nodes[0], segments, accept)
    }

    fn find_below<T>(
        &self,
        node: &Node,
        segments: &[&str],
        accept: &mut impl FnMut(&[usize]) -> Option<T>,
    ) -> Option<T> {
        let Some((first, others)) = segments.split_first() else {
            return accept(&node.here);
        };
        let children = [node.literals.get(first), node.param];
        for child in children.into_iter().flatten() {
            if let Some(found) = self.find_below(&self.nodes[child.get()], others, accept) {
                return Some(found);
            }
        }
        accept(node.rest.as_deref()?)
    }

    fn literal_child(&mut self, node: usize, word: &Arc<str>) -> usize {
        let next = self.next();
        let child = self.nodes[node].literals.get_or_insert(word, next);
        self.grow_to(child)
    }

    fn param_child(&mut self, node: usize) -> usize {
        let next = self.next();
        let child = *self.nodes[node].param.get_or_insert(next);
        self.grow_to(child)
    }

    /// The place of the next node that is made.
    fn next(&self) -> Child {
        Child::new(self.nodes.len()).expect("there is a root")
    }

    fn grow_to(&mut self, child: Child) -> usize {
        let child = child.get();
        if child == self.nodes.len() {
            self.nodes.push(Node::default());
        }
        child
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_one_line_of_memory() {
        assert_eq!((size_of::<Node>(), align_of::<Node>()), (64, 64));
    }
}
