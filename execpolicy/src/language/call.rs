//! Calls: arguments to parameters.

use std::rc::Rc;

use starlark_syntax::syntax::ast::{
    ArgumentP, AstExpr, AstNoPayload, AstParameter, CallArgsP, ExprP, ParameterP,
};

use super::heap::{Function, FunctionBody};
use super::interpreter::{Flow, Interpreter};
use super::scope::Scope;
use super::stop::Stop;
use super::value::{Place, Value};
use super::{function, method};

/// The arguments of one call, evaluated.
#[derive(Debug)]
pub(super) struct Arguments {
    pub(super) positional: Vec<Value>,
    pub(super) named: Vec<(Rc<str>, Value)>,
    /// The call.
    pub(super) place: Place,
}

impl<'a> Interpreter<'a> {
    /// A call of a function, or of a method of a value.
    pub(super) fn call_expression(
        &mut self,
        callee: &'a AstExpr,
        arguments: &'a CallArgsP<AstNoPayload>,
        place: Place,
        scope: &Rc<Scope<'a>>,
    ) -> Result<Value, Stop> {
        if let ExprP::Dot(receiver, name) = &callee.node {
            let receiver = self.expression(receiver, scope)?;
            let arguments = self.arguments(arguments, place, scope)?;
            return method::call(&mut self.heap, &receiver, &name.node, &arguments);
        }
        let callee = self.expression(callee, scope)?;
        let arguments = self.arguments(arguments, place, scope)?;
        self.call(&callee, arguments)
    }

    /// Calls a value.
    pub(super) fn call(&mut self, callee: &Value, arguments: Arguments) -> Result<Value, Stop> {
        if let Value::Builtin(builtin) = callee {
            return function::call(self, *builtin, arguments);
        }
        let function = if let Value::Function(number) = callee {
            self.heap.function_at(*number)
        } else {
            None
        };
        let Some(function) = function else {
            return Err(Stop::wrong(format!("a {} cannot be called", callee.kind())));
        };
        let place = arguments.place;
        let scope = Scope::inside(&function.scope);
        bind(self, &function, arguments, &scope)?;
        match function.body {
            FunctionBody::Expression(body) => self.expression(body, &scope),
            FunctionBody::Statement(body) => {
                let flow = self.deeper(place, |this| this.statement(body, &scope))?;
                match flow {
                    Flow::Return(value) => Ok(value),
                    Flow::Next | Flow::Break | Flow::Continue => Ok(Value::None),
                }
            }
        }
    }

    fn arguments(
        &mut self,
        arguments: &'a CallArgsP<AstNoPayload>,
        place: Place,
        scope: &Rc<Scope<'a>>,
    ) -> Result<Arguments, Stop> {
        let mut positional = Vec::new();
        let mut named = Vec::new();
        for argument in &arguments.args {
            let value = self.expression(argument.node.expr(), scope)?;
            match &argument.node {
                ArgumentP::Positional(_) => positional.push(value),
                ArgumentP::Named(name, _) => named.push((Rc::from(name.node.as_str()), value)),
                ArgumentP::Args(_) => positional.extend(self.heap.iterate(&value)?),
                ArgumentP::KwArgs(_) => {
                    let Value::Dict(number) = value else {
                        return Err(Stop::wrong("`**` takes a dict"));
                    };
                    let entries = self
                        .heap
                        .dict_at(number)
                        .map(|dict| dict.entries.clone())
                        .unwrap_or_default();
                    self.heap.meter.take_values(entries.len().saturating_mul(2))?;
                    for (key, value) in entries {
                        let Some(key) = key.as_text() else {
                            return Err(Stop::wrong("`**` takes a dict with strings as keys"));
                        };
                        named.push((key.text.clone(), value));
                    }
                }
            }
        }
        for (number, (name, _)) in named.iter().enumerate() {
            self.heap.meter.step(number / 16)?;
            self.heap.meter.read(number.saturating_mul(name.len()) / 16)?;
            if named.iter().take(number).any(|(earlier, _)| earlier == name) {
                return Err(Stop::wrong(format!("the argument `{name}` is given twice")));
            }
        }
        self.heap
            .meter
            .take_values(positional.len().saturating_add(named.len()))?;
        Ok(Arguments {
            positional,
            named,
            place,
        })
    }

    /// A function that sees this scope.
    pub(super) fn closure(
        &mut self,
        name: &'a str,
        parameters: &'a [AstParameter],
        body: FunctionBody<'a>,
        scope: &Rc<Scope<'a>>,
    ) -> Result<Value, Stop> {
        let mut defaults = Vec::with_capacity(parameters.len());
        for parameter in parameters {
            defaults.push(match &parameter.node {
                ParameterP::Normal(_, _, Some(default)) => Some(self.expression(default, scope)?),
                ParameterP::Normal(_, _, None)
                | ParameterP::Slash
                | ParameterP::NoArgs
                | ParameterP::Args(_, _)
                | ParameterP::KwArgs(_, _) => None,
            });
        }
        self.heap.function(Function {
            name,
            parameters,
            defaults,
            body,
            scope: scope.clone(),
        })
    }
}

/// Gives a function's parameters the arguments of a call.
fn bind<'a>(
    interpreter: &mut Interpreter<'a>,
    function: &Function<'a>,
    arguments: Arguments,
    scope: &Scope<'a>,
) -> Result<(), Stop> {
    let wrong = |message: String| Stop::wrong(format!("`{}` {message}", function.name)).at(arguments.place);
    let mut positional = arguments.positional.into_iter();
    let mut named = arguments.named;
    let mut by_name_only = false;
    for (parameter, default) in function.parameters.iter().zip(&function.defaults) {
        match &parameter.node {
            ParameterP::Slash => {}
            ParameterP::NoArgs => by_name_only = true,
            ParameterP::Args(name, _) => {
                by_name_only = true;
                let rest = positional.by_ref().collect();
                scope.set(&name.node.ident, interpreter.heap.tuple(rest, None)?);
            }
            ParameterP::KwArgs(name, _) => {
                let rest = std::mem::take(&mut named).into_iter();
                let entries = rest.map(|(name, value)| (Value::text(name), value)).collect();
                scope.set(&name.node.ident, interpreter.heap.dict(entries)?);
            }
            ParameterP::Normal(name, _, _) => {
                let name = &*name.node.ident;
                let by_position = if by_name_only { None } else { positional.next() };
                let by_name = named.iter().position(|(given, _)| **given == *name);
                let by_name = by_name.map(|place| named.remove(place).1);
                let value = match (by_position, by_name) {
                    (Some(_), Some(_)) => return Err(wrong(format!("gets `{name}` twice"))),
                    (Some(value), None) | (None, Some(value)) => value,
                    (None, None) => default.clone().ok_or_else(|| wrong(format!("needs `{name}`")))?,
                };
                scope.set(name, value);
            }
        }
    }
    if positional.next().is_some() {
        return Err(wrong("gets too many arguments".to_owned()));
    }
    match named.first() {
        Some((name, _)) => Err(wrong(format!("has no parameter `{name}`"))),
        None => Ok(()),
    }
}
