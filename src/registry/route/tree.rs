//! The shapes of all paths as one tree: a node for each beginning that some route has.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use smallvec::SmallVec;

use super::path::Part;

/// Which routes have which shape. A shape is a path pattern without its parameters' names.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    /// The first is the root.
    nodes: Vec<Node>,
}

#[derive(Clone, Debug, Default)]
struct Node {
    literals: Literals,
    param: Option<usize>,
    /// The routes that end here.
    here: SameShape,
    /// The routes whose `{*rest}` begins here.
    rest: SameShape,
}

/// The children for which a segment has to be one certain word. Many nodes have one alone, which is
/// compared and not searched for.
#[derive(Clone, Debug, Default)]
enum Literals {
    #[default]
    None,
    One(Box<str>, usize),
    Many(HashMap<Box<str>, usize, BuildHasherDefault<Fnv>>),
}

impl Literals {
    fn get(&self, word: &str) -> Option<usize> {
        match self {
            Self::None => None,
            Self::One(one, child) => (**one == *word).then_some(*child),
            Self::Many(children) => children.get(word).copied(),
        }
    }

    /// The child of a word; `next` becomes it where there is none.
    fn get_or_insert(&mut self, word: &str, next: usize) -> usize {
        if let Some(child) = self.get(word) {
            return child;
        }
        *self = match std::mem::take(self) {
            Self::None => Self::One(word.into(), next),
            Self::One(one, child) => {
                Self::Many(HashMap::from_iter([(one, child), (word.into(), next)]))
            }
            Self::Many(mut children) => {
                children.insert(word.into(), next);
                Self::Many(children)
            }
        };
        next
    }
}

/// Routes of one shape, one for each method: seldom more than one, which then lies in its node.
pub(super) type SameShape = SmallVec<[usize; 1]>;

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
    pub(super) fn routes_of(&mut self, parts: &[Part]) -> &mut SameShape {
        let mut node = 0;
        for part in parts {
            node = match part {
                Part::Literal(text) => self.literal_child(node, text),
                Part::Param(_) => self.param_child(node),
                Part::Rest(_) => return &mut self.nodes[node].rest,
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
        self.find_below(0, segments, accept)
    }

    fn find_below<T>(
        &self,
        node: usize,
        segments: &[&str],
        accept: &mut impl FnMut(&[usize]) -> Option<T>,
    ) -> Option<T> {
        let node = &self.nodes[node];
        let Some((first, others)) = segments.split_first() else {
            return accept(&node.here);
        };
        let children = [node.literals.get(first), node.param];
        for child in children.into_iter().flatten() {
            if let Some(found) = self.find_below(child, others, accept) {
                return Some(found);
            }
        }
        accept(&node.rest)
    }

    fn literal_child(&mut self, node: usize, text: &str) -> usize {
        let next = self.nodes.len();
        let child = self.nodes[node].literals.get_or_insert(text, next);
        self.grow_to(child)
    }

    fn param_child(&mut self, node: usize) -> usize {
        let next = self.nodes.len();
        let child = *self.nodes[node].param.get_or_insert(next);
        self.grow_to(child)
    }

    fn grow_to(&mut self, child: usize) -> usize {
        if child == self.nodes.len() {
            self.nodes.push(Node::default());
        }
        child
    }
}
