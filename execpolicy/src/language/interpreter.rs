//! Runs the statements of a policy file and of the packs it loads.

use std::collections::BTreeMap;
use std::rc::Rc;

use starlark_syntax::syntax::ast::{AssignTargetP, AstAssignTarget, AstStmt, DefP, Load, StmtP};

use super::bounds::{Bound, Meter};
use super::expression::meaning;
use super::heap::{FunctionBody, Heap};
use super::module::{Library, span};
use super::scope::Scope;
use super::stop::{Reach, Stop};
use super::store::Store;
use super::value::{Place, Value};
use super::{LoadCode, operator};
use crate::Layer;

/// The state of one evaluation.
pub(super) struct Interpreter<'a> {
    pub(super) library: &'a Library,
    pub(super) layer: &'a Layer,
    pub(super) store: &'a mut Store,
    pub(super) heap: Heap<'a>,
    /// The modules that have been run, or are: those have no scope yet.
    modules: BTreeMap<usize, Option<Rc<Scope<'a>>>>,
    depth: usize,
    /// The statement of a module that is being run, where it is a call.
    pub(super) caller: Option<Place>,
}

/// How a statement ends.
pub(super) enum Flow {
    Next,
    Break,
    Continue,
    Return(Value),
}

impl<'a> Interpreter<'a> {
    /// Ready to run the first module of the library, at a price within the meter.
    pub(super) fn new(library: &'a Library, layer: &'a Layer, store: &'a mut Store, meter: Meter) -> Self {
        Self {
            library,
            layer,
            store,
            heap: Heap::new(meter),
            modules: BTreeMap::new(),
            depth: 0,
            caller: None,
        }
    }

    /// Runs the file; what goes wrong is in the store. Gives back what is left of the meter.
    pub(super) fn run(mut self) -> Meter {
        if let Err(stop) = self.module(0) {
            self.store.errors.push(stop.diagnostic(self.library));
        }
        self.heap.meter
    }

    /// Adds an error to what the file's author will read. One over the bound is kept, for `bounded` to see.
    pub(super) fn report(&mut self, stop: Stop) {
        if self.store.errors.len() <= Bound::Errors.limit() {
            self.store.errors.push(stop.diagnostic(self.library));
        }
    }

    /// Runs one module, once.
    fn module(&mut self, number: usize) -> Result<Rc<Scope<'a>>, Stop> {
        match self.modules.get(&number) {
            Some(Some(scope)) => return Ok(scope.clone()),
            Some(None) => return Err(Stop::new(LoadCode::Import, "the pack loads itself")),
            None => {}
        }
        let Some(module) = self.library.module(number) else {
            return Err(Stop::new(LoadCode::Import, "the pack is not there"));
        };
        self.modules.insert(number, None);
        let scope = Scope::of_module(number);
        self.top_level(module.ast.statement(), &scope)?;
        self.modules.insert(number, Some(scope.clone()));
        Ok(scope)
    }

    /// Runs the statements of a module. A call that fails there defines nothing, so what follows can still be told.
    fn top_level(&mut self, statement: &'a AstStmt, scope: &Rc<Scope<'a>>) -> Result<(), Stop> {
        let StmtP::Statements(statements) = &statement.node else {
            return self.statement(statement, scope).map(|_| ());
        };
        let outer = self.caller;
        for statement in statements {
            let is_call = matches!(statement.node, StmtP::Expression(_));
            self.caller = is_call.then(|| place_in(statement.span, scope));
            let done = self.statement(statement, scope);
            self.caller = outer;
            match done {
                Err(stop)
                    if stop.reach == Reach::Statement && matches!(statement.node, StmtP::Expression(_)) =>
                {
                    self.report(stop);
                    let place = place_in(statement.span, scope);
                    self.store.bounded().map_err(|stop| stop.at(place))?;
                }
                Err(stop) => return Err(stop),
                Ok(_) => {}
            }
        }
        Ok(())
    }

    /// Runs one statement.
    pub(super) fn statement(&mut self, statement: &'a AstStmt, scope: &Rc<Scope<'a>>) -> Result<Flow, Stop> {
        let place = place_in(statement.span, scope);
        self.deeper(place, |this| this.statement_here(statement, scope))
            .map_err(|stop| stop.at(place))
    }

    /// Counts a step and a level for what is done inside.
    pub(super) fn deeper<T>(
        &mut self,
        place: Place,
        inside: impl FnOnce(&mut Self) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        self.heap.meter.step(1).map_err(|stop| stop.at(place))?;
        if self.depth >= Bound::Depth.limit() {
            return Err(Bound::Depth.exceeded().at(place));
        }
        self.depth = self.depth.saturating_add(1);
        let done = inside(self);
        self.depth = self.depth.saturating_sub(1);
        done
    }

    fn statement_here(&mut self, statement: &'a AstStmt, scope: &Rc<Scope<'a>>) -> Result<Flow, Stop> {
        match &statement.node {
            StmtP::Break => return Ok(Flow::Break),
            StmtP::Continue => return Ok(Flow::Continue),
            StmtP::Pass => {}
            StmtP::Return(None) => return Ok(Flow::Return(Value::None)),
            StmtP::Return(Some(value)) => return Ok(Flow::Return(self.expression(value, scope)?)),
            StmtP::Expression(expression) => {
                self.expression(expression, scope)?;
            }
            StmtP::Assign(assign) => {
                let value = self.expression(&assign.rhs, scope)?;
                self.assign(&assign.lhs, value, scope)?;
            }
            StmtP::AssignModify(target, assign_operator, value) => {
                let old = self.read_target(target, scope)?;
                let value = self.expression(value, scope)?;
                let new = operator::modify(&mut self.heap, *assign_operator, &old, &value)?;
                self.assign(target, new, scope)?;
            }
            StmtP::Statements(statements) => {
                for statement in statements {
                    match self.statement(statement, scope)? {
                        Flow::Next => {}
                        flow @ (Flow::Break | Flow::Continue | Flow::Return(_)) => return Ok(flow),
                    }
                }
            }
            StmtP::If(condition, then) => {
                let condition = self.expression(condition, scope)?;
                if operator::truth(&self.heap, &condition) {
                    return self.statement(then, scope);
                }
            }
            StmtP::IfElse(condition, branches) => {
                let condition = self.expression(condition, scope)?;
                let (then, otherwise) = &**branches;
                let branch = if operator::truth(&self.heap, &condition) {
                    then
                } else {
                    otherwise
                };
                return self.statement(branch, scope);
            }
            StmtP::For(each) => {
                let over = self.expression(&each.over, scope)?;
                for item in self.heap.iterate(&over)? {
                    self.assign(&each.var, item, scope)?;
                    match self.statement(&each.body, scope)? {
                        Flow::Next | Flow::Continue => {}
                        Flow::Break => break,
                        flow @ Flow::Return(_) => return Ok(flow),
                    }
                }
            }
            StmtP::Def(definition) => self.define(definition, scope)?,
            StmtP::Load(load) => self.import(load, scope)?,
        }
        Ok(Flow::Next)
    }

    fn define(
        &mut self,
        definition: &'a DefP<starlark_syntax::syntax::ast::AstNoPayload>,
        scope: &Rc<Scope<'a>>,
    ) -> Result<(), Stop> {
        let name = &*definition.name.node.ident;
        let body = FunctionBody::Statement(&definition.body);
        let function = self.closure(name, &definition.params, body, scope)?;
        scope.set(name, function);
        Ok(())
    }

    /// Gives a target its value.
    pub(super) fn assign(
        &mut self,
        target: &'a AstAssignTarget,
        value: Value,
        scope: &Rc<Scope<'a>>,
    ) -> Result<(), Stop> {
        let place = place_in(target.span, scope);
        match &target.node {
            AssignTargetP::Identifier(name) => {
                self.heap.meter.take_values(2)?;
                scope.set(&name.node.ident, value);
                Ok(())
            }
            AssignTargetP::Tuple(targets) => {
                let values = self.heap.iterate(&value).map_err(|stop| stop.at(place))?;
                if values.len() != targets.len() {
                    let message = format!(
                        "{} values cannot be given to {} names",
                        values.len(),
                        targets.len()
                    );
                    return Err(Stop::wrong(message).at(place));
                }
                for (target, value) in targets.iter().zip(values) {
                    self.deeper(place, |this| this.assign(target, value, scope))?;
                }
                Ok(())
            }
            AssignTargetP::Index(parts) => {
                let (container, index) = &**parts;
                let container = self.expression(container, scope)?;
                let index = self.expression(index, scope)?;
                operator::set_index(&mut self.heap, &container, index, value).map_err(|stop| stop.at(place))
            }
            AssignTargetP::Dot(_, _) => Err(Stop::wrong("values have no attributes to assign").at(place)),
        }
    }

    /// The value that `+=` and its like begin with.
    fn read_target(&mut self, target: &'a AstAssignTarget, scope: &Rc<Scope<'a>>) -> Result<Value, Stop> {
        let place = place_in(target.span, scope);
        match &target.node {
            AssignTargetP::Identifier(name) => {
                meaning(&name.node.ident, scope).map_err(|stop| stop.at(place))
            }
            AssignTargetP::Index(parts) => {
                let (container, index) = &**parts;
                let container = self.expression(container, scope)?;
                let index = self.expression(index, scope)?;
                operator::index(&mut self.heap, &container, &index).map_err(|stop| stop.at(place))
            }
            AssignTargetP::Tuple(_) | AssignTargetP::Dot(_, _) => {
                Err(Stop::wrong("only a name or an element can be changed in place").at(place))
            }
        }
    }

    /// Runs a pack and takes names from it.
    fn import(&mut self, load: &'a Load, scope: &Rc<Scope<'a>>) -> Result<(), Stop> {
        let place = place_in(load.module.span, scope);
        let Some(number) = self.library.pack(&load.module.node) else {
            let message = format!("there is no pack `{}`", load.module.node);
            return Err(Stop::new(LoadCode::Import, message).at(place));
        };
        let pack = self
            .deeper(place, |this| this.module(number))
            .map_err(|stop| stop.at(place))?;
        for argument in &load.args {
            let name = &argument.their.node;
            let value = pack.get(name).filter(|_| !name.starts_with('_'));
            let Some(value) = value else {
                let message = format!("the pack `{}` does not define `{name}`", load.module.node);
                let place = place_in(argument.their.span, scope);
                return Err(Stop::new(LoadCode::ImportedName, message).at(place));
            };
            scope.set(&argument.local.node.ident, value);
        }
        Ok(())
    }
}

/// Where a stretch of the scope's module stands.
pub(super) fn place_in(stretch: starlark_syntax::codemap::Span, scope: &Scope<'_>) -> Place {
    Place {
        module: scope.module,
        span: span(stretch),
    }
}
