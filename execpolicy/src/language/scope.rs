//! Names and what they mean in one module, function call or comprehension.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::value::Value;

/// The names of one module, call or comprehension, and the scope around it.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    /// The module whose text is evaluated in it.
    pub(super) module: usize,
    names: RefCell<BTreeMap<&'a str, Value>>,
    around: Option<Rc<Scope<'a>>>,
}

impl<'a> Scope<'a> {
    /// The scope of a module.
    pub(super) fn of_module(module: usize) -> Rc<Self> {
        Rc::new(Self {
            module,
            names: RefCell::default(),
            around: None,
        })
    }

    /// A scope inside another.
    pub(super) fn inside(around: &Rc<Self>) -> Rc<Self> {
        Rc::new(Self {
            module: around.module,
            names: RefCell::default(),
            around: Some(around.clone()),
        })
    }

    /// Gives a name its value, here and nowhere further out.
    pub(super) fn set(&self, name: &'a str, value: Value) {
        self.names.borrow_mut().insert(name, value);
    }

    /// What a name means here: the innermost scope that knows it says.
    pub(super) fn get(&self, name: &str) -> Option<Value> {
        let mut scope = self;
        loop {
            if let Some(value) = scope.names.borrow().get(name) {
                return Some(value.clone());
            }
            scope = scope.around.as_deref()?;
        }
    }
}
