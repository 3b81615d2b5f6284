//! Expressions to values.

use std::rc::Rc;

use starlark_syntax::syntax::ast::{
    AstExpr, AstFString, AstLiteral, AstNoPayload, BinOp, Clause, ClauseP, Expr, ExprP, ForClause, LambdaP,
};

use super::format;
use super::function::Builtin;
use super::heap::FunctionBody;
use super::interpreter::{Interpreter, place_in};
use super::operator;
use super::scope::Scope;
use super::stop::Stop;
use super::value::{Place, Text, Value};

/// What is done in each round of a comprehension.
type Round<'r, 'a> = &'r mut dyn FnMut(&mut Interpreter<'a>, &Rc<Scope<'a>>) -> Result<(), Stop>;

impl<'a> Interpreter<'a> {
    /// The value of an expression. An error without a place gets this one.
    pub(super) fn expression(
        &mut self,
        expression: &'a AstExpr,
        scope: &Rc<Scope<'a>>,
    ) -> Result<Value, Stop> {
        let place = place_in(expression.span, scope);
        self.deeper(place, |this| this.expression_here(&expression.node, place, scope))
            .map_err(|stop| stop.at(place))
    }

    fn expression_here(
        &mut self,
        expression: &'a Expr,
        place: Place,
        scope: &Rc<Scope<'a>>,
    ) -> Result<Value, Stop> {
        match expression {
            ExprP::Identifier(name) => meaning(&name.node.ident, scope),
            ExprP::Literal(literal) => self.literal(literal, place),
            ExprP::List(items) => {
                let items = self.expressions(items, scope)?;
                self.heap.list(items, Some(place))
            }
            ExprP::Tuple(items) => {
                let items = self.expressions(items, scope)?;
                self.heap.tuple(items, Some(place))
            }
            ExprP::Dict(entries) => self.dict(entries, scope),
            ExprP::Call(function, arguments) => self.call_expression(function, arguments, place, scope),
            ExprP::Op(left, op, right) => self.operation(left, *op, right, scope),
            ExprP::If(parts) => {
                let (condition, then, otherwise) = &**parts;
                let condition = self.expression(condition, scope)?;
                let branch = if operator::truth(&self.heap, &condition) {
                    then
                } else {
                    otherwise
                };
                self.expression(branch, scope)
            }
            ExprP::Not(value) => {
                let value = self.expression(value, scope)?;
                Ok(Value::Bool(!operator::truth(&self.heap, &value)))
            }
            ExprP::Minus(value) => operator::negate(&self.expression(value, scope)?),
            ExprP::Plus(value) => operator::number(self.expression(value, scope)?),
            ExprP::BitNot(value) => operator::bit_not(&self.expression(value, scope)?),
            ExprP::Index(parts) => {
                let (container, index) = &**parts;
                let container = self.expression(container, scope)?;
                let index = self.expression(index, scope)?;
                operator::index(&mut self.heap, &container, &index)
            }
            ExprP::Slice(container, from, to, step) => self.slice(
                container,
                [from.as_deref(), to.as_deref(), step.as_deref()],
                scope,
            ),
            ExprP::ListComprehension(item, each, clauses) => {
                let mut items = Vec::new();
                let inner = Scope::inside(scope);
                self.comprehension(each, clauses, &inner, &mut |this, scope| {
                    this.heap.meter.take_values(1)?;
                    items.push(this.expression(item, scope)?);
                    Ok(())
                })?;
                self.heap.list(items, Some(place))
            }
            ExprP::DictComprehension(entry, each, clauses) => {
                let (key, value) = &**entry;
                let mut entries = Vec::new();
                let inner = Scope::inside(scope);
                self.comprehension(each, clauses, &inner, &mut |this, scope| {
                    this.heap.meter.take_values(2)?;
                    entries.push((this.expression(key, scope)?, this.expression(value, scope)?));
                    Ok(())
                })?;
                self.heap.dict(entries)
            }
            ExprP::Lambda(lambda) => self.lambda(lambda, scope),
            ExprP::FString(text) => self.f_string(text, scope),
            ExprP::Dot(_, name) => Err(Stop::wrong(format!("`.{}` is not called", name.node))
                .help("a method is called where it is named: `text.strip()`")),
            ExprP::Index2(_) => Err(Stop::wrong("an index has one value")),
        }
    }

    fn literal(&mut self, literal: &'a AstLiteral, place: Place) -> Result<Value, Stop> {
        match literal {
            AstLiteral::Int(number) => {
                let number = number.node.to_string().parse().map(Value::Int);
                number.map_err(|_| Stop::wrong("the number is too large"))
            }
            AstLiteral::String(text) => {
                self.heap.meter.take(text.node.len())?;
                Ok(Value::Text(Text {
                    text: text.node.as_str().into(),
                    place: Some(place),
                }))
            }
            AstLiteral::Float(_) => Err(Stop::wrong("policies have no floating-point numbers")),
            AstLiteral::Bytes(_) => Err(Stop::wrong("policies have no byte strings")),
            AstLiteral::Ellipsis => Err(Stop::wrong("`...` is not a value here")),
        }
    }

    fn expressions(&mut self, expressions: &'a [AstExpr], scope: &Rc<Scope<'a>>) -> Result<Vec<Value>, Stop> {
        expressions
            .iter()
            .map(|item| self.expression(item, scope))
            .collect()
    }

    fn dict(&mut self, entries: &'a [(AstExpr, AstExpr)], scope: &Rc<Scope<'a>>) -> Result<Value, Stop> {
        let mut values = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            values.push((self.expression(key, scope)?, self.expression(value, scope)?));
        }
        self.heap.dict(values)
    }

    fn operation(
        &mut self,
        left: &'a AstExpr,
        op: BinOp,
        right: &'a AstExpr,
        scope: &Rc<Scope<'a>>,
    ) -> Result<Value, Stop> {
        let left = self.expression(left, scope)?;
        let deciding = op == BinOp::Or;
        let decides = matches!(op, BinOp::And | BinOp::Or) && operator::truth(&self.heap, &left) == deciding;
        if decides {
            return Ok(left);
        }
        let right = self.expression(right, scope)?;
        operator::binary(&mut self.heap, op, &left, &right)
    }

    fn slice(
        &mut self,
        container: &'a AstExpr,
        bounds: [Option<&'a AstExpr>; 3],
        scope: &Rc<Scope<'a>>,
    ) -> Result<Value, Stop> {
        let container = self.expression(container, scope)?;
        let mut numbers = [None; 3];
        for (number, bound) in numbers.iter_mut().zip(bounds) {
            let Some(bound) = bound else { continue };
            let value = self.expression(bound, scope)?;
            if matches!(value, Value::None) {
                continue;
            }
            *number = Some(
                value
                    .as_int()
                    .ok_or_else(|| Stop::wrong("a slice goes from number to number"))?,
            );
        }
        operator::slice(&mut self.heap, &container, numbers)
    }

    /// Runs the loops and conditions of a comprehension, and `yield_one` for each round that comes through.
    fn comprehension(
        &mut self,
        each: &'a ForClause,
        clauses: &'a [Clause],
        scope: &Rc<Scope<'a>>,
        yield_one: Round<'_, 'a>,
    ) -> Result<(), Stop> {
        let over = self.expression(&each.over, scope)?;
        let place = place_in(each.over.span, scope);
        let items = self.heap.iterate(&over).map_err(|stop| stop.at(place))?;
        for item in items {
            // A lambda made in one round keeps that round's values, as it would a call's.
            let round = Scope::inside(scope);
            self.assign(&each.var, item, &round)?;
            self.deeper(place, |this| this.clauses(clauses, &round, yield_one))?;
        }
        Ok(())
    }

    fn clauses(
        &mut self,
        clauses: &'a [Clause],
        scope: &Rc<Scope<'a>>,
        yield_one: Round<'_, 'a>,
    ) -> Result<(), Stop> {
        match clauses.split_first() {
            None => yield_one(self, scope),
            Some((ClauseP::For(each), rest)) => self.comprehension(each, rest, scope, yield_one),
            Some((ClauseP::If(condition), rest)) => {
                let condition = self.expression(condition, scope)?;
                if operator::truth(&self.heap, &condition) {
                    let place = place_in(starlark_syntax::codemap::Span::default(), scope);
                    return self.deeper(place, |this| this.clauses(rest, scope, yield_one));
                }
                Ok(())
            }
        }
    }

    fn lambda(&mut self, lambda: &'a LambdaP<AstNoPayload>, scope: &Rc<Scope<'a>>) -> Result<Value, Stop> {
        self.closure(
            "lambda",
            &lambda.params,
            FunctionBody::Expression(&lambda.body),
            scope,
        )
    }

    fn f_string(&mut self, text: &'a AstFString, scope: &Rc<Scope<'a>>) -> Result<Value, Stop> {
        let values = self.expressions(&text.node.expressions, scope)?;
        let text = format::braces(&mut self.heap, &text.node.format.node, &values, &[])?;
        Ok(Value::text(text))
    }
}

/// What a name means: the scopes around it, then the language's own names.
pub(super) fn meaning(name: &str, scope: &Scope<'_>) -> Result<Value, Stop> {
    if let Some(value) = scope.get(name) {
        return Ok(value);
    }
    match name {
        "None" => Ok(Value::None),
        "True" => Ok(Value::Bool(true)),
        "False" => Ok(Value::Bool(false)),
        _ => match Builtin::named(name) {
            Some(builtin) => Ok(Value::Builtin(builtin)),
            None => Err(Stop::wrong(format!("`{name}` is not defined"))),
        },
    }
}
