//! The shapes of all paths as one tree: a node for each beginning that some route has.

use std::collections::HashMap;

use super::path::Part;

/// Which routes have which shape. A shape is a path pattern without its parameters' names.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    /// The first is the root.
    nodes: Vec<Node>,
}

#[derive(Clone, Debug, Default)]
struct Node {
    literals: HashMap<Box<str>, usize>,
    param: Option<usize>,
    /// The routes that end here.
    here: Vec<usize>,
    /// The routes whose `{*rest}` begins here.
    rest: Vec<usize>,
}

impl Default for Tree {
    fn default() -> Self {
        Self { nodes: vec![Node::default()] }
    }
}

impl Tree {
    /// The routes of the shape of `parts`; the caller may add one.
    pub(super) fn routes_of(&mut self, parts: &[Part]) -> &mut Vec<usize> {
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
        let children = [node.literals.get(*first).copied(), node.param];
        for child in children.into_iter().flatten() {
            if let Some(found) = self.find_below(child, others, accept) {
                return Some(found);
            }
        }
        accept(&node.rest)
    }

    fn literal_child(&mut self, node: usize, text: &str) -> usize {
        let next = self.nodes.len();
        let child = *self.nodes[node].literals.entry(text.into()).or_insert(next);
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
