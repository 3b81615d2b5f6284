//! JSON in which no object holds a key twice: which of the two counts, its readers do not agree on.

use std::collections::BTreeMap;
use std::fmt;

use diagnostics::visible;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Characters of a key that an error tells.
const LONGEST: usize = 100;

/// The fields of an object, each of which stands there once, however deep.
#[derive(Debug)]
pub(crate) struct Fields(pub(crate) BTreeMap<String, Value>);

/// A value whose objects hold each key once. Reading it is an error where one does not.
#[derive(Clone, Debug, PartialEq)]
pub struct Once(pub Value);

struct FieldsVisitor;
struct OnceVisitor;

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let mut fields = BTreeMap::new();
        while let Some(key) = map.next_key::<String>()? {
            if fields.contains_key(&key) {
                return Err(twice(&key));
            }
            fields.insert(key, map.next_value::<Once>()?.0);
        }
        Ok(Fields(fields))
    }
}

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OnceVisitor)
    }
}

impl<'de> Visitor<'de> for OnceVisitor {
    type Value = Once;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Once, E> {
        Ok(Once(Value::Null))
    }

    fn visit_bool<E>(self, yes: bool) -> Result<Once, E> {
        Ok(Once(Value::Bool(yes)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Once, E> {
        Ok(Once(Value::Number(number.into())))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Once, E> {
        Ok(Once(Value::Number(number.into())))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Once, E> {
        Ok(Once(Number::from_f64(number).map_or(Value::Null, Value::Number)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Once, E> {
        Ok(Once(Value::String(text.to_owned())))
    }

    fn visit_string<E>(self, text: String) -> Result<Once, E> {
        Ok(Once(Value::String(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Once, A::Error> {
        let mut list = Vec::new();
        while let Some(Once(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Once(Value::Array(list)))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Once, A::Error> {
        let Fields(fields) = FieldsVisitor.visit_map(map)?;
        Ok(Once(Value::Object(Map::from_iter(fields))))
    }
}

fn twice<E: Error>(key: &str) -> E {
    let key: String = key.chars().take(LONGEST).collect();
    E::custom(format_args!("`{}` stands there twice", visible(&key)))
}
